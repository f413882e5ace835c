#include "segments/segment.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "frame/keyword.hpp"
#include "platform/platform.hpp"
#include "segments/segment_name.hpp"
#include "text/exit_code.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

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
        throw ToolError(fmt::format(
            "{}: cannot be opened for writing: this user may only read it; expected write permission", segment.path()));
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
            throw ToolError(fmt::format("{}: shape {}; expected at most {} elements along an axis", path,
                                        shape_text(frame.shape), UINT32_MAX));
        shape.push_back(static_cast<uint32_t>(axis));
    }
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
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
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
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
        throw ToolError(fmt::format("{}: no frame has been published yet", path()));
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
        const int64_t remaining_ns = timeout_ns < 0 ? slice_ns : timeout_ns - (steady_ns() - started_ns);
        const int_fast8_t status = wait(segment.get(), after_cnt0, std::clamp<int64_t>(remaining_ns, 0, slice_ns));
        // DAO_INTERRUPTED: a signal that does not end the tool; on Windows also one that does, before its handler has
        // run.
        const bool goes_on = status == DAO_TIMEOUT || (status == DAO_INTERRUPTED && !is_interrupted());
        const bool is_time_over = timeout_ns >= 0 && steady_ns() - started_ns >= timeout_ns;
        if (!goes_on || is_time_over)
            return goes_on ? DAO_TIMEOUT : status;
    }
}

void set_keyword(const Segment &segment, const IMAGE_KEYWORD &keyword)
{
    const std::string name = keyword_name(keyword);
    const std::string comment = keyword_comment(keyword);
    if (keyword.type == 'L')
        check(daoShmSetKeywordLong(segment.get(), name.c_str(), keyword.value.numl, comment.c_str()));
    else if (keyword.type == 'D')
        check(daoShmSetKeywordDouble(segment.get(), name.c_str(), keyword.value.numf, comment.c_str()));
    else
        check(
            daoShmSetKeywordString(segment.get(), name.c_str(), keyword_value_text(keyword).c_str(), comment.c_str()));
}

}
