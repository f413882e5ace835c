#include "capi/image.hpp"
#include "segment/notification.hpp"

#include <algorithm>

using namespace dao;
using capi::Handle;
using capi::with_handle;
using dao::wait::Deadline;
using frames::WaitMode;

namespace
{

// From now until a point in time that may be any: what lies too far ahead to count in nanoseconds has no limit.
int64_t time_left_ns(const timespec &until) noexcept
{
    constexpr int64_t second_ns = 1'000'000'000;
    constexpr int64_t last_second = INT64_MAX / second_ns - 1;
    if (until.tv_sec > last_second)
        return dao::wait::no_limit;
    if (until.tv_sec < 0)
        return 0;
    const auto part_ns = std::clamp<int64_t>(until.tv_nsec, 0, second_ns - 1); // a program may leave anything there
    const int64_t left_ns = int64_t{until.tv_sec} * second_ns + part_ns - platform::realtime_ns();
    return left_ns > 0 ? left_ns : 0;
}

Status wait_for_numbered(Handle &handle, int32_t number, int64_t timeout_ns)
{
    if (number < 0)
        return segment::fail_no_semaphore(*handle.segment, number);
    return frames::wait_for_semaphore(handle.reader, static_cast<uint32_t>(number), Deadline(timeout_ns));
}

Status wait_for_target(Handle &handle, uint64_t target)
{
    return target == 0 ? Status::success
                       : frames::wait_for_frame(handle.reader, WaitMode::spinning, target - 1,
                                                Deadline(dao::wait::no_limit), dao::wait::Counter::goal);
}

Status wait_for(Handle &handle, WaitMode mode, uint64_t after, int64_t timeout_ns)
{
    return frames::wait_for_frame(handle.reader, mode, after, Deadline(timeout_ns));
}

// For a frame after the last one that the handle waited for or read.
Status wait_for_unseen(Handle &handle, WaitMode mode, int64_t timeout_ns)
{
    frames::follow_generation(handle.reader);
    return wait_for(handle, mode, handle.reader.position.seen, timeout_ns);
}

// The number of a semaphore that is waited for: with DAO_SEM_AUTO the handle's own.
Status choose_semaphore(Handle &handle, int32_t &number) noexcept
{
    if (number != DAO_SEM_AUTO)
        return Status::success;
    const Status status = frames::claim_semaphore(handle.reader);
    number = segment::claimed_number(handle.reader.claim);
    return status;
}

// For the next frame. A handle that has claimed a semaphore waits for its posts, those by hand included.
Status wait_for_next(Handle &handle, int64_t timeout_ns)
{
    const int32_t claimed = segment::claimed_number(handle.reader.claim);
    return claimed >= 0 ? wait_for_numbered(handle, claimed, timeout_ns)
                        : wait_for_unseen(handle, WaitMode::asleep, timeout_ns);
}

// Calls `wait` with the handle and the time until `timeout`.
template <class Wait>
int_fast8_t wait_until(IMAGE *image, const struct timespec *timeout, Wait &&wait)
{
    return with_handle(image, [&](Handle &handle) {
        if (timeout == nullptr)
            return base::fail_null(handle.segment->name(), "time limit");
        return wait(handle, time_left_ns(*timeout));
    });
}

}

int_fast8_t daoShmWaitForSemaphore(IMAGE *image, int32_t semNb)
{
    return with_handle(image, [&](Handle &handle) { return wait_for_numbered(handle, semNb, dao::wait::no_limit); });
}

int_fast8_t daoShmWaitForSemaphoreTimeout(IMAGE *image, int32_t semNb, const struct timespec *timeout)
{
    return wait_until(image, timeout, [semNb](Handle &handle, int64_t timeout_ns) {
        return wait_for_numbered(handle, semNb, timeout_ns);
    });
}

int_fast8_t daoShmWaitSem(IMAGE *image, int32_t semNb)
{
    return with_handle(image, [&](Handle &handle) {
        const Status status = choose_semaphore(handle, semNb);
        return status != Status::success ? status : wait_for_numbered(handle, semNb, dao::wait::no_limit);
    });
}

int_fast8_t daoShmWaitSemTimeout(IMAGE *image, int32_t semNb, const struct timespec *timeout)
{
    return wait_until(image, timeout, [&](Handle &handle, int64_t timeout_ns) {
        const Status status = choose_semaphore(handle, semNb);
        return status != Status::success ? status : wait_for_numbered(handle, semNb, timeout_ns);
    });
}

int_fast8_t daoShmWaitForCounter(IMAGE *image)
{
    return with_handle(image,
                       [](Handle &handle) { return wait_for_unseen(handle, WaitMode::spinning, dao::wait::no_limit); });
}

int_fast8_t daoShmWait(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) { return wait_for_next(handle, dao::wait::no_limit); });
}

int_fast8_t daoShmWaitTimeout(IMAGE *image, const struct timespec *timeout)
{
    return wait_until(image, timeout,
                      [](Handle &handle, int64_t timeout_ns) { return wait_for_next(handle, timeout_ns); });
}

int_fast8_t daoShmWaitForTargetCounter(IMAGE *image, uint64_t targetCnt0)
{
    return with_handle(image, [&](Handle &handle) { return wait_for_target(handle, targetCnt0); });
}

int_fast8_t daoShmWaitForFrame(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns)
{
    return with_handle(image,
                       [&](Handle &handle) { return wait_for(handle, WaitMode::asleep, after_cnt0, timeout_ns); });
}

int_fast8_t daoShmWaitForFrameSpin(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns)
{
    return with_handle(image,
                       [&](Handle &handle) { return wait_for(handle, WaitMode::spinning, after_cnt0, timeout_ns); });
}

int_fast8_t daoShmWaitForFrameAdaptive(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns)
{
    return with_handle(image,
                       [&](Handle &handle) { return wait_for(handle, WaitMode::adaptive, after_cnt0, timeout_ns); });
}

int_fast8_t daoShmWaitForNextSegment(IMAGE *image)
{
    return capi::with_reader(image, [](Handle &handle) {
        frames::follow_generation(handle.reader);
        return wait_for(handle, WaitMode::asleep, handle.reader.position.tail, dao::wait::no_limit);
    });
}

void daoShmInterrupt(void)
{
    dao::wait::interrupt_waits();
}

int_fast8_t daoShmInterruptImage(IMAGE *image)
{
    Handle *handle = capi::handle_of(image);
    if (handle == nullptr)
        return DAO_ERROR;
    frames::interrupt(*handle);
    return DAO_SUCCESS;
}

int_fast8_t daoShmForgetInterrupts(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) {
        handle.reader.cancellation.interrupts.forget();
        return Status::success;
    });
}
