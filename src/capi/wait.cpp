#include "capi/image.hpp"
#include "segment/reader.hpp"
#include "segment/waits.hpp"

using namespace dao;
using base::fail;
using capi::with_handle;
using segment::for_ever;
using segment::Handle;

namespace
{

// From now until a point in time that may be any: what lies too far ahead to count in nanoseconds is for ever.
int64_t time_left_ns(const timespec &until) noexcept
{
    constexpr int64_t second_ns = 1'000'000'000;
    constexpr int64_t last_second = INT64_MAX / second_ns - 1;
    if (until.tv_sec > last_second)
        return for_ever;
    if (until.tv_sec < 0)
        return 0;
    const int64_t left_ns = int64_t{until.tv_sec} * second_ns + until.tv_nsec - platform::realtime_ns();
    return left_ns > 0 ? left_ns : 0;
}

Status wait_for_numbered(Handle &handle, int32_t number, int64_t timeout_ns) noexcept
{
    if (number < 0)
        return fail(DAO_E_SEMAPHORE, "%s: no semaphore %d; expected 0 to %d", handle.segment->name(), number,
                    handle.segment->semaphore_limit() - 1);
    return segment::wait_for_semaphore(handle, static_cast<uint32_t>(number), timeout_ns);
}

}

int_fast8_t daoShmWaitForSemaphore(IMAGE *image, int32_t semNb)
{
    return with_handle(image, [&](Handle &handle) noexcept { return wait_for_numbered(handle, semNb, for_ever); });
}

int_fast8_t daoShmWaitForSemaphoreTimeout(IMAGE *image, int32_t semNb, const struct timespec *timeout)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (timeout == nullptr)
            return fail(DAO_E_ARGUMENT, "%s: the time limit is a null pointer", handle.segment->name());
        return wait_for_numbered(handle, semNb, time_left_ns(*timeout));
    });
}

int_fast8_t daoShmWaitForCounter(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept {
        segment::follow_generation(handle);
        return segment::wait_spinning(handle, handle.position.seen, for_ever);
    });
}

int_fast8_t daoShmWaitForTargetCounter(IMAGE *image, uint64_t targetCnt0)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        return targetCnt0 == 0 ? Status::success : segment::wait_spinning(handle, targetCnt0 - 1, for_ever);
    });
}

int_fast8_t daoShmWaitForFrame(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns)
{
    return with_handle(
        image, [&](Handle &handle) noexcept { return segment::wait_asleep(handle, after_cnt0, timeout_ns); });
}

int_fast8_t daoShmWaitForFrameSpin(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns)
{
    return with_handle(
        image, [&](Handle &handle) noexcept { return segment::wait_spinning(handle, after_cnt0, timeout_ns); });
}

int_fast8_t daoShmWaitForFrameAdaptive(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns)
{
    return with_handle(
        image, [&](Handle &handle) noexcept { return segment::wait_adaptively(handle, after_cnt0, timeout_ns); });
}

int_fast8_t daoShmWaitForNextSegment(IMAGE *image)
{
    return capi::with_reader(image, [](Handle &handle) noexcept {
        segment::follow_generation(handle);
        return segment::wait_asleep(handle, handle.position.tail, for_ever);
    });
}

void daoShmInterrupt(void)
{
    segment::interrupt_waits();
}
