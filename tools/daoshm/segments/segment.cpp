#include "segments/segment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "network/remote.hpp"
#include "platform/platform.hpp"
#include "segments/segment_name.hpp"

namespace daoshm
{

std::string last_problem(const Dao::Image &segment)
{
    const std::string message = daoLastErrorMessage();
    const std::string copy = segment.name() + ": ";
    const std::optional<std::string> address = remote_name(segment);
    return address && message.starts_with(copy) ? *address + ": " + message.substr(copy.size()) : message;
}

ToolError error_of(const Dao::Image &segment, int_fast8_t status)
{
    const bool is_interrupt = status == DAO_INTERRUPTED;
    return ToolError(last_problem(segment), is_interrupt            ? exit_interrupted
                                            : status == DAO_TIMEOUT ? exit_timeout
                                                                    : exit_error);
}

namespace
{

constexpr int64_t remote_patience_ns = 5'000'000'000;

/// The address of a segment on another machine, when that is what the name means: a file of that name comes first.
std::optional<Address> remote(const std::string &name)
{
    if (std::filesystem::exists(path_of(find_segment(name))))
        return std::nullopt;
    return parse_address(name);
}

void require_here(const std::string &name)
{
    if (remote(name))
        throw ToolError(fmt::format(
            "{}: is a segment of another machine, which can only be looked at from here; expected one of this machine",
            name));
}

}

Dao::Image open_read_only(const std::string &name)
{
    if (const std::optional<Address> address = remote(name))
        return open_remote(*address, false, remote_patience_ns);
    return Dao::Image::open_read_only(find_segment(name));
}

Dao::Image open_woken(const std::string &name)
{
    return remote(name) ? open_read_only(name) : Dao::Image(find_segment(name));
}

Dao::Image open_reader(const std::string &name, int64_t patience_ns)
{
    if (const std::optional<Address> address = remote(name))
        return open_remote(*address, true, patience_ns);
    return Dao::Image(find_segment(name));
}

std::string path_here(const std::string &name)
{
    require_here(name);
    return find_segment(name);
}

std::string new_path_here(const std::string &name)
{
    require_here(name);
    return new_segment_path(name);
}

void reopen(Dao::Image &segment)
{
    if (remote_name(segment))
        segment = open_remote_again(remote_patience_ns);
    else
        segment.reopen();
}

std::string shown_name(const Dao::Image &segment)
{
    return remote_name(segment).value_or(segment.name());
}

std::string full_name(const Dao::Image &segment)
{
    const std::optional<std::string> remote = remote_name(segment);
    return remote ? *remote : absolute_path(segment.name());
}

Dao::Image open_writer(const std::string &name)
{
    Dao::Image segment(path_here(name));
    if (segment.info().read_only != 0)
        throw ToolError(fmt::format(
            "{}: cannot be opened for writing: this user may only read it; expected write permission", segment.name()));
    return segment;
}

void check_shape(const std::string &path, const Geometry &frame)
{
    if (frame.shape.empty() || frame.shape.size() > most_segment_axes)
        throw ToolError(
            fmt::format("{}: shape {}; expected one to {} axes", path, shape_text(frame.shape), most_segment_axes));
    for (const uint64_t axis : frame.shape)
        if (axis == 0 || axis > UINT32_MAX)
            throw ToolError(fmt::format("{}: shape {}; expected 1 to {} elements along an axis", path,
                                        shape_text(frame.shape), UINT32_MAX));
}

Dao::Image create_segment(const std::string &path, const Geometry &frame, uint32_t depth,
                          const std::vector<Dao::Keyword> &keywords)
{
    check_shape(path, frame);
    Dao::Shape shape;
    for (const uint64_t axis : frame.shape)
        shape.push_back(static_cast<uint32_t>(axis));
    Dao::CreateOptions options;
    options.depth = depth;
    options.keywords = static_cast<uint32_t>(std::min<size_t>(keywords.size() + usual_keyword_room, UINT16_MAX));
    Dao::Image segment(path, shape, frame.atype, options);
    try
    {
        segment.set_keywords(keywords);
    }
    catch (...)
    {
        daoShmRemove(path.c_str());
        throw;
    }
    return segment;
}

Geometry geometry_of(const Dao::Image &segment)
{
    const Dao::Shape shape = segment.get_shape();
    return {segment.get_type(), {shape.begin(), shape.end()}};
}

Dao::ReadResult read_newest(Dao::Image &segment, std::vector<std::byte> &frame)
{
    const Dao::ReadResult result = segment.read(frame);
    if (!result)
        throw error_of(segment, result.status);
    if (result.cnt0 == 0)
        throw ToolError(fmt::format("{}: no frame has been published yet; expected at least one", shown_name(segment)));
    return result;
}

void publish(Dao::Image &segment, const void *frame)
{
    // Not set_frame(), which does not say that the segment is gone.
    const int_fast8_t status = Dao::check(daoShmSetData(segment.image(), frame, segment.get_element_count()));
    if (status != DAO_SUCCESS)
        throw error_of(segment, status);
}

}
