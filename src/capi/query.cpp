// Keywords, readers, and what a segment is.
#include "capi/image.hpp"
#include "segment/info.hpp"
#include "segment/keywords.hpp"
#include "segment/reader_table.hpp"
#include "segment/writer_lock.hpp"

#include <algorithm>

using namespace dao;
using capi::check_place;
using capi::Handle;
using capi::with_handle;
using segment::KeywordKind;

namespace
{

base::Interrupts &waits_of(Handle &handle) noexcept
{
    return handle.reader.cancellation.interrupts;
}

// As for frames: the keywords of a segment that is no longer the one under its name are nobody's.
template <class Action>
int_fast8_t with_keywords(IMAGE *image, Action &&action) noexcept
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const segment::Segment &segment = *handle.segment;
        const Status name = handle.writer.name_watch.check(segment, platform::realtime_coarse_ns());
        return name == Status::success ? action(handle) : base::condition(name, segment.name());
    });
}

}

int_fast8_t daoShmSetKeywordLong(IMAGE *image, const char *name, int64_t value, const char *comment)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        return segment::set_keyword(*handle.segment, waits_of(handle), name,
                                    {KeywordKind::integer, value, 0.0, nullptr}, comment);
    });
}

int_fast8_t daoShmSetKeywordDouble(IMAGE *image, const char *name, double value, const char *comment)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        return segment::set_keyword(*handle.segment, waits_of(handle), name, {KeywordKind::real, 0, value, nullptr},
                                    comment);
    });
}

int_fast8_t daoShmSetKeywordString(IMAGE *image, const char *name, const char *value, const char *comment)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        return segment::set_keyword(*handle.segment, waits_of(handle), name, {KeywordKind::text, 0, 0.0, value},
                                    comment);
    });
}

int_fast8_t daoShmSetKeywords(IMAGE *image, const IMAGE_KEYWORD *keywords, uint32_t count, uint32_t flags)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        constexpr uint32_t all_flags = DAO_KEYWORDS_KEEP_COMMENTS | DAO_KEYWORDS_ONLY_THESE;
        if ((flags & ~all_flags) != 0)
            return base::fail(DAO_E_ARGUMENT, "%s: cannot set keywords: flags %u; expected 0 to %u",
                              handle.segment->name(), flags, all_flags);
        return segment::set_keywords(
            *handle.segment, waits_of(handle),
            {keywords, count, (flags & DAO_KEYWORDS_KEEP_COMMENTS) != 0, (flags & DAO_KEYWORDS_ONLY_THESE) != 0});
    });
}

int_fast8_t daoShmGetKeyword(IMAGE *image, const char *name, IMAGE_KEYWORD *keyword)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        const Status status = check_place(handle, keyword, "keyword");
        return status != Status::success ? status
                                         : segment::get_keyword(*handle.segment, waits_of(handle), name, *keyword);
    });
}

int_fast8_t daoShmRemoveKeyword(IMAGE *image, const char *name)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        return segment::remove_keyword(*handle.segment, waits_of(handle), name);
    });
}

int_fast8_t daoShmCountKeywords(IMAGE *image, uint32_t *count)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        const Status status = check_place(handle, count, "count");
        return status != Status::success ? status : segment::count_keywords(*handle.segment, waits_of(handle), *count);
    });
}

int_fast8_t daoShmGetKeywordAt(IMAGE *image, uint32_t index, IMAGE_KEYWORD *keyword)
{
    return with_keywords(image, [&](Handle &handle) noexcept {
        const Status status = check_place(handle, keyword, "keyword");
        return status != Status::success ? status
                                         : segment::get_keyword_at(*handle.segment, waits_of(handle),
                                                                   handle.numbered_keyword, index, *keyword);
    });
}

int_fast8_t daoShmGetInfo(IMAGE *image, DAO_SEGMENT_INFO *info)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const Status status = capi::check_size(info, "DAO_SEGMENT_INFO");
        if (status == Status::success)
            *info = segment::describe_segment(*handle.segment);
        return status;
    });
}

int_fast8_t daoShmGetReaders(IMAGE *image, DAO_READER *readers, uint32_t capacity, uint32_t *count)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (check_place(handle, count, "count") != Status::success ||
            (capacity > 0 && capi::check_size(readers, "DAO_READER") != Status::success))
            return Status::error;
        *count = segment::list_readers(*handle.segment, readers, capacity);
        return Status::success;
    });
}

int_fast8_t daoShmCountReaders(IMAGE *image, uint32_t *count)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (check_place(handle, count, "count") != Status::success)
            return Status::error;
        constexpr uint32_t capacity = format::reader_table_size + format::more_readers_size;
        DAO_READER readers[capacity];
        const uint32_t listed = segment::list_readers(*handle.segment, readers, capacity);
        *count = static_cast<uint32_t>(std::count_if(
            readers, readers + listed, [](const DAO_READER &reader) { return reader.alive != DAO_DEAD; }));
        return Status::success;
    });
}

int_fast8_t daoShmUnlock(IMAGE *image, int force)
{
    return with_handle(image,
                       [&](Handle &handle) noexcept { return segment::unlock_by_hand(*handle.segment, force != 0); });
}
