#include "capi/image.hpp"
#include "frames/reader.hpp"

using namespace dao;
using capi::Handle;
using capi::with_handle;
using capi::with_reader;

namespace
{

template <class T, class U>
void give(T *place, U value) noexcept
{
    if (place != nullptr)
        *place = static_cast<T>(value);
}

// Points the caller to the slot borrowed last.
void give_borrowed(const Handle &handle, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0) noexcept
{
    const DAO_FRAME &frame = handle.reader.frame;
    give(segment_idx, frame.slot);
    give(segment_cnt0, frame.cnt0);
    *segment_ptr = handle.segment->slot_data(frame.slot);
}

// The same, and says when the segment is no longer the one under its name.
Status lend_borrowed(Handle &handle, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0) noexcept
{
    give_borrowed(handle, segment_ptr, segment_idx, segment_cnt0);
    return base::condition(frames::check_name(handle.reader), handle.segment->name());
}

}

uint64_t daoShmGetCounter(IMAGE *image)
{
    Status why;
    Handle *handle = capi::usable_handle_of(image, why);
    return handle == nullptr ? 0 : frames::newest_counter(handle->reader);
}

uint64_t daoShmGetFrameBytes(const IMAGE *image)
{
    const Handle *handle = capi::handle_of(image);
    return handle == nullptr ? 0 : handle->segment->frame_bytes();
}

int_fast8_t daoShmReadNewest(IMAGE *image, void *dst, uint64_t nbVal, uint64_t *cnt0, int64_t *atime_ns)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const Status status = frames::read_newest(handle.reader, dst, nbVal);
        if (status == Status::success)
        {
            give(cnt0, handle.reader.frame.cnt0);
            give(atime_ns, handle.reader.frame.atime_ns);
        }
        return status;
    });
}

int_fast8_t daoShmReadNext(IMAGE *image, void *dst, uint64_t nbVal, uint64_t *cnt0, int64_t *atime_ns, uint64_t *missed)
{
    return with_reader(image, [&](Handle &handle) noexcept {
        uint64_t lost = 0;
        const Status status = frames::read_next(handle.reader, dst, nbVal, lost);
        give(missed, lost);
        if (status == Status::success || status == Status::overwrite)
        {
            give(cnt0, handle.reader.frame.cnt0);
            give(atime_ns, handle.reader.frame.atime_ns);
        }
        return status;
    });
}

int_fast8_t daoShmReadLast(IMAGE *image, void *dst, uint32_t nbFrames, uint64_t *first_cnt0)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        uint64_t first = 0;
        const Status status = frames::read_last(handle.reader, dst, nbFrames, first);
        if (status == Status::success)
            give(first_cnt0, first);
        return status;
    });
}

int_fast8_t daoShmGetFrame(IMAGE *image, DAO_FRAME *frame)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (capi::check_size(frame, "DAO_FRAME") != Status::success)
            return Status::error;
        if (!handle.reader.has_frame)
            return base::condition(Status::not_ready, handle.segment->name());
        *frame = handle.reader.frame;
        return Status::success;
    });
}

int_fast8_t daoShmGetFrameAt(IMAGE *image, uint_fast32_t fifo_idx, DAO_FRAME *frame)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const Status status = capi::check_size(frame, "DAO_FRAME");
        const auto slot = static_cast<uint32_t>(fifo_idx % handle.segment->depth());
        return status == Status::success ? frames::describe_slot(handle.reader, slot, *frame) : status;
    });
}

int_fast8_t daoShmGetNewestFrame(IMAGE *image, DAO_FRAME *frame)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const Status status = capi::check_size(frame, "DAO_FRAME");
        return status == Status::success ? frames::describe_newest(handle.reader, *frame) : status;
    });
}

int_fast8_t daoShmCheckFrame(IMAGE *image, const DAO_FRAME *frame)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const Status status = capi::check_size(frame, "DAO_FRAME");
        return status == Status::success ? frames::check_frame(handle.reader, *frame) : status;
    });
}

uint64_t daoShmGetMissed(IMAGE *image)
{
    const Handle *handle = capi::handle_of(image);
    return handle == nullptr ? 0 : handle->reader.position.missed;
}

int_fast8_t daoShmGetNewestSegment(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (capi::check_place(handle, segment_ptr, "slot's pointer") != Status::success)
            return Status::error;
        frames::borrow_newest(handle.reader);
        return lend_borrowed(handle, segment_ptr, segment_idx, segment_cnt0);
    });
}

int_fast8_t daoShmGetNextSegment(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return with_reader(image, [&](Handle &handle) noexcept {
        if (capi::check_place(handle, segment_ptr, "slot's pointer") != Status::success)
            return Status::error;
        *segment_ptr = nullptr;
        const Status status = frames::borrow_next(handle.reader);
        if (status == Status::success || status == Status::overwrite)
            give_borrowed(handle, segment_ptr, segment_idx, segment_cnt0);
        return status;
    });
}

int_fast8_t daoShmGetArbitrarySegment(IMAGE *image, void **segment_ptr, uint_fast32_t fifo_idx)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (capi::check_place(handle, segment_ptr, "slot's pointer") != Status::success)
            return Status::error;
        frames::borrow_slot(handle.reader, static_cast<uint32_t>(fifo_idx % handle.segment->depth()));
        return lend_borrowed(handle, segment_ptr, nullptr, nullptr);
    });
}

int_fast8_t daoShmCheckSegmentOverwrite(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept {
        const frames::Reader &reader = handle.reader;
        if (!reader.has_frame)
            return base::condition(Status::not_ready, handle.segment->name());
        return frames::check_frame(reader, reader.has_lent ? reader.lent : reader.frame);
    });
}

int_fast8_t daoShmResetTail(IMAGE *image, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return with_reader(image, [&](Handle &handle) noexcept {
        frames::reset_tail(handle.reader);
        give(segment_idx, handle.reader.position.tail_slot);
        give(segment_cnt0, handle.reader.position.tail);
        return Status::success;
    });
}

int_fast8_t daoShmRewind(IMAGE *image)
{
    return with_reader(image, [](Handle &handle) noexcept {
        frames::rewind(handle.reader);
        return Status::success;
    });
}
