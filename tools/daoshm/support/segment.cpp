#include "segment.hpp"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "clock.hpp"
#include "exit_code.hpp"
#include "file_system.hpp"
#include "interrupt.hpp"
#include "numbers.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *segment_ending = ".im.shm";

bool is_bare(const std::string &name)
{
    return !path_of(name).has_parent_path();
}

ExitCode exit_code_of(int_fast8_t status)
{
    if (status == DAO_INTERRUPTED)
        return exit_interrupted;
    return status == DAO_TIMEOUT ? exit_timeout : exit_error;
}

}

void check(int_fast8_t status)
{
    if (status != DAO_SUCCESS)
        throw ToolError(daoLastErrorMessage(), exit_code_of(status));
}

std::string find_segment(const std::string &name)
{
    std::error_code error;
    if (!is_bare(name) || fs::exists(path_of(name), error))
        return name;
    if (fs::exists(path_of(name + segment_ending), error))
        return name + segment_ending;
    for (const std::string &folder : usual_folders())
    {
        const fs::path path = path_of(folder) / path_of(name);
        for (const std::string &candidate : {path.string(), path.string() + segment_ending})
            if (fs::is_regular_file(path_of(candidate), error))
                return candidate;
    }
    return name;
}

std::string new_segment_path(const std::string &name)
{
    if (!is_bare(name))
        return name;
    const bool has_ending = name.find('.') != std::string::npos;
    return (path_of(temporary_folder()) / path_of(has_ending ? name : name + segment_ending)).string();
}

void Segment::Close::operator()(IMAGE *image) const
{
    daoShmCloseShm(image);
    delete image;
}

Segment Segment::open(const std::string &name, int_fast8_t (*function)(const char *, IMAGE *))
{
    auto image = std::make_unique<IMAGE>();
    check(function(find_segment(name).c_str(), image.get()));
    return Segment(Image(image.release()));
}

Segment Segment::open_read_only(const std::string &name)
{
    return open(name, daoShmOpenReadOnly);
}

Segment Segment::open_reader(const std::string &name)
{
    return open(name, daoShmShm2Img);
}

Segment Segment::open_writer(const std::string &name)
{
    Segment segment = open(name, daoShmShm2Img);
    if (segment.info().read_only != 0)
        throw ToolError(fmt::format("{}: this user may only read it (see the file's owner and mode)", segment.path()));
    return segment;
}

Segment Segment::create(const std::string &path, const std::vector<uint32_t> &shape, uint8_t atype,
                        const DAO_CREATE_OPTIONS &options)
{
    auto image = std::make_unique<IMAGE>();
    check(daoShmImageCreateWith(image.get(), path.c_str(), static_cast<long>(shape.size()), shape.data(), atype,
                                &options));
    return Segment(Image(image.release()));
}

Segment Segment::create(const std::string &path, const Geometry &frame, uint32_t depth, uint32_t keywords)
{
    std::vector<uint32_t> shape;
    for (const uint64_t axis : frame.shape)
    {
        if (axis > UINT32_MAX)
            throw ToolError(fmt::format("{}: frames of shape {}; an axis of a segment has at most {} elements", path,
                                        shape_text(frame.shape), UINT32_MAX));
        shape.push_back(static_cast<uint32_t>(axis));
    }
    DAO_CREATE_OPTIONS options{};
    options.depth = depth;
    options.keywords = keywords;
    return create(path, shape, frame.atype, options);
}

Geometry Segment::geometry() const
{
    const IMAGE_METADATA &md = metadata();
    return {md.atype, {md.size, md.size + md.naxis}};
}

DAO_SEGMENT_INFO Segment::info() const
{
    DAO_SEGMENT_INFO info{};
    check(daoShmGetInfo(get(), &info));
    return info;
}

std::vector<IMAGE_KEYWORD> Segment::keywords() const
{
    std::vector<IMAGE_KEYWORD> keywords;
    IMAGE_KEYWORD keyword{};
    for (uint32_t index = 0; daoShmGetKeywordAt(get(), index, &keyword) == DAO_SUCCESS; ++index)
        keywords.push_back(keyword);
    return keywords;
}

std::vector<DAO_READER> Segment::readers() const
{
    uint32_t count = 0;
    std::vector<DAO_READER> readers(info().reader_capacity);
    const auto room = static_cast<uint32_t>(readers.size());
    if (daoShmGetReaders(get(), readers.data(), room, &count) != DAO_SUCCESS)
        return {};
    readers.resize(std::min(count, room));
    return readers;
}

std::vector<std::byte> Segment::read_newest(uint64_t *cnt0, int64_t *atime_ns) const
{
    const Geometry shape = geometry();
    std::vector<std::byte> frame(shape.size_bytes());
    if (daoShmGetCounter(get()) == 0)
        throw ToolError(fmt::format("{}: no frame was published yet", path()));
    check(daoShmReadNewest(get(), frame.data(), shape.element_count(), cnt0, atime_ns));
    return frame;
}

void Segment::publish(const void *frame) const
{
    void *slot = nullptr;
    check(daoShmLoanBegin(get(), &slot));
    std::copy_n(static_cast<const std::byte *>(frame), geometry().size_bytes(), static_cast<std::byte *>(slot));
    check(daoShmLoanCommit(get()));
}

int_fast8_t wait_for_frame(const Segment &segment, uint64_t after_cnt0, int64_t timeout_ns, WaitFunction wait)
{
    // In slices: a signal just before the library's wait would otherwise go unnoticed until the next frame.
    constexpr int64_t slice_ns = 200'000'000;
    const int64_t started_ns = steady_ns();
    while (true)
    {
        if (is_interrupted())
            return DAO_INTERRUPTED;
        const int64_t left_ns = timeout_ns < 0 ? slice_ns : timeout_ns - (steady_ns() - started_ns);
        const int_fast8_t status = wait(segment.get(), after_cnt0, std::clamp<int64_t>(left_ns, 0, slice_ns));
        // Another signal than those that end the tool; on Windows also one of them, of which the tool is told next.
        const bool goes_on = status == DAO_TIMEOUT || (status == DAO_INTERRUPTED && !is_interrupted());
        const bool is_time_over = timeout_ns >= 0 && steady_ns() - started_ns >= timeout_ns;
        if (!goes_on || is_time_over)
            return goes_on ? DAO_TIMEOUT : status;
    }
}

std::string keyword_name(const IMAGE_KEYWORD &keyword)
{
    return fixed_text(keyword.name, sizeof(keyword.name));
}

std::string keyword_value_text(const IMAGE_KEYWORD &keyword)
{
    if (keyword.type == 'L')
        return std::to_string(keyword.value.numl);
    if (keyword.type == 'D')
        return fmt::format("{}", keyword.value.numf);
    return fixed_text(keyword.value.valstr, sizeof(keyword.value.valstr));
}

Json keyword_json(const IMAGE_KEYWORD &keyword)
{
    Json json;
    json["name"] = keyword_name(keyword);
    json["type"] = keyword.type == 'L' ? "long" : keyword.type == 'D' ? "double" : "string";
    if (keyword.type == 'L')
        json["value"] = keyword.value.numl;
    else if (keyword.type == 'D')
        json["value"] = keyword.value.numf;
    else
        json["value"] = keyword_value_text(keyword);
    json["comment"] = fixed_text(keyword.comment, sizeof(keyword.comment));
    return json;
}

IMAGE_KEYWORD keyword_from_json(const Json &json)
{
    IMAGE_KEYWORD keyword{};
    const auto put = [](const std::string &text, char *room, size_t size)
    { std::copy_n(text.data(), std::min(text.size(), size), room); };
    put(json.at("name").get<std::string>(), keyword.name, sizeof(keyword.name));
    put(json.value("comment", std::string()), keyword.comment, sizeof(keyword.comment) - 1);
    const std::string type = json.at("type").get<std::string>();
    if (type == "long")
    {
        keyword.type = 'L';
        keyword.value.numl = json.at("value").get<int64_t>();
    }
    else if (type == "double")
    {
        keyword.type = 'D';
        // JSON has no number for not-a-number and the infinities: they are written as null.
        keyword.value.numf =
            json.at("value").is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at("value").get<double>();
    }
    else
    {
        keyword.type = 'S';
        put(json.at("value").get<std::string>(), keyword.value.valstr, sizeof(keyword.value.valstr));
    }
    return keyword;
}

void set_keyword(const Segment &segment, const IMAGE_KEYWORD &keyword)
{
    const std::string name = keyword_name(keyword);
    const std::string comment = fixed_text(keyword.comment, sizeof(keyword.comment));
    if (keyword.type == 'L')
        check(daoShmSetKeywordLong(segment.get(), name.c_str(), keyword.value.numl, comment.c_str()));
    else if (keyword.type == 'D')
        check(daoShmSetKeywordDouble(segment.get(), name.c_str(), keyword.value.numf, comment.c_str()));
    else
        check(
            daoShmSetKeywordString(segment.get(), name.c_str(), keyword_value_text(keyword).c_str(), comment.c_str()));
}

}
