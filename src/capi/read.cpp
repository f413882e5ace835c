#include "capi/image.hpp"
#include "segment/reader.hpp"

using namespace dao;
using base::fail;
using capi::with_handle;
using capi::with_reader;
using segment::Handle;

namespace
{

template <class T, class U> void give(T *place, U value) noexcept
{
    if (place != nullptr)
        *place = static_cast<T>(value);
}

// Points the caller to the slot handed out last.
void give_handed(const Handle &handle, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0) noexcept
{
    give(segment_idx, handle.handed.slot);
    give(segment_cnt0, handle.handed.counter);
    *segment_ptr = handle.segment->slot_data(handle.handed.slot);
}

Status check_place(const Handle &handle, void **segment_ptr) noexcept
{
    if (segment_ptr != nullptr)
        return Status::success;
    return fail(DAO_E_ARGUMENT, "%s: the place for the slot is a null pointer", handle.segment->name());
}

}

uint64_t daoShmGetCounter(IMAGE *image)
{
    Status why;
    Handle *handle = capi::usable_handle_of(image, why);
    return handle == nullptr ? 0 : segment::newest_counter(*handle);
}

int_fast8_t daoShmReadNewest(IMAGE *image, void *dst, uint64_t nbVal, uint64_t *cnt0, int64_t *atime_ns)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        const Status status = segment::read_newest(handle, dst, nbVal);
        if (status == Status::success)
        {
            give(cnt0, handle.frame.cnt0);
            give(atime_ns, handle.frame.atime_ns);
        }
        return status;
    });
}

int_fast8_t daoShmReadNext(IMAGE *image, void *dst, uint64_t nbVal, uint64_t *cnt0, int64_t *atime_ns,
                           uint64_t *missed)
{
    return with_reader(image, [&](Handle &handle) noexcept {
        uint64_t lost = 0;
        const uint64_t before = handle.position.tail;
        const uint32_t generation = handle.position.generation;
        const Status status = segment::read_next(handle, dst, nbVal, lost);
        give(missed, lost);
        if (handle.position.tail != before || handle.position.generation != generation)
        {
            give(cnt0, handle.frame.cnt0);
            give(atime_ns, handle.frame.atime_ns);
        }
        return status;
    });
}

int_fast8_t daoShmReadLast(IMAGE *image, void *dst, uint32_t nbFrames, uint64_t *first_cnt0)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        uint64_t first = 0;
        const Status status = segment::read_last(handle, dst, nbFrames, first);
        if (status == Status::success)
            give(first_cnt0, first);
        return status;
    });
}

int_fast8_t daoShmGetFrame(IMAGE *image, DAO_FRAME *frame)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (frame == nullptr)
            return fail(DAO_E_ARGUMENT, "%s: the place for the frame is a null pointer", handle.segment->name());
        if (!handle.has_frame)
            return base::condition(Status::not_ready, handle.segment->name());
        *frame = handle.frame;
        return Status::success;
    });
}

uint64_t daoShmGetMissed(IMAGE *image)
{
    const Handle *handle = capi::handle_of(image);
    return handle == nullptr ? 0 : handle->position.missed;
}

int_fast8_t daoShmGetNewestSegment(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (check_place(handle, segment_ptr) != Status::success)
            return Status::error;
        segment::hand_newest(handle);
        give_handed(handle, segment_ptr, segment_idx, segment_cnt0);
        return Status::success;
    });
}

int_fast8_t daoShmGetNextSegment(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return with_reader(image, [&](Handle &handle) noexcept {
        if (check_place(handle, segment_ptr) != Status::success)
            return Status::error;
        *segment_ptr = nullptr;
        const Status status = segment::hand_next(handle);
        if (status == Status::success || status == Status::overwrite)
            give_handed(handle, segment_ptr, segment_idx, segment_cnt0);
        return status;
    });
}

int_fast8_t daoShmGetArbitrarySegment(IMAGE *image, void **segment_ptr, uint_fast32_t fifo_idx)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (check_place(handle, segment_ptr) != Status::success)
            return Status::error;
        segment::hand_slot(handle, static_cast<uint32_t>(fifo_idx % handle.segment->depth()));
        give_handed(handle, segment_ptr, nullptr, nullptr);
        return Status::success;
    });
}

int_fast8_t daoShmCheckSegmentOverwrite(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept { return segment::check_handed(handle); });
}

int_fast8_t daoShmResetTail(IMAGE *image, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return with_reader(image, [&](Handle &handle) noexcept {
        const uint64_t missed = handle.position.missed;
        segment::restart_position(handle, handle.segment->ring().newest());
        handle.position.missed = missed;
        give(segment_idx, handle.position.tail_slot);
        give(segment_cnt0, handle.position.tail);
        return Status::success;
    });
}
