// Waiting: in slices with the interpreter released, so that signals, other callers and cancellers get their turn.
#include <algorithm>
#include <ctime>
#include <nanobind/nanobind.h>
#include <optional>

#include "handle.hpp"

namespace nb = nanobind;

namespace daopython
{

namespace
{

constexpr int64_t longest_slice_ns = 50'000'000;

int64_t remaining_ns(const std::optional<Clock::time_point> &deadline)
{
    if (!deadline)
        return longest_slice_ns;
    const auto left = std::chrono::duration_cast<std::chrono::nanoseconds>(*deadline - Clock::now()).count();
    return std::clamp<int64_t>(left, 0, longest_slice_ns);
}

std::timespec wall_clock_after(int64_t delay_ns)
{
    constexpr int64_t second_ns = 1'000'000'000;
    std::timespec now{};
    std::timespec_get(&now, TIME_UTC);
    const int64_t sum_ns = now.tv_nsec + delay_ns;
    now.tv_sec += static_cast<std::time_t>(sum_ns / second_ns);
    now.tv_nsec = static_cast<long>(sum_ns % second_ns);
    return now;
}

} // namespace

int_fast8_t Handle::wait_for_semaphore(int semaphore, int64_t slice_ns)
{
    const std::timespec limit = wall_clock_after(slice_ns);
    return daoShmWaitForSemaphoreTimeout(&mapping_->image, semaphore, &limit);
}

int_fast8_t Handle::wait_for_frame(const WaitRequest &request, int64_t slice_ns)
{
    IMAGE *image = &mapping_->image;
    uint64_t after = request.after_cnt0;
    if (request.after != WaitRequest::After::Given)
    {
        after = request.after == WaitRequest::After::Seen ? seen_cnt0_ : image->fifo_last_read_cnt0;
        if (after > daoShmGetCounter(image)) // a reused segment counts anew
            after = 0;
    }
    switch (request.kind)
    {
    case WaitKind::Spin:
        return daoShmWaitForFrameSpin(image, after, slice_ns);
    case WaitKind::Adaptive:
        return daoShmWaitForFrameAdaptive(image, after, slice_ns);
    case WaitKind::Sleep:
        break;
    }
    return daoShmWaitForFrame(image, after, slice_ns);
}

int_fast8_t Handle::wait_slice(const WaitRequest &request, int64_t slice_ns)
{
    lock_for_wait();
    std::lock_guard<std::timed_mutex> lock(mutex_, std::adopt_lock);
    if (!mapping_)
        throw Failure(DAO_E_CLOSED, name_ + ": closed while waiting; expected an open segment");
    in_wait_.store(true);
    const int_fast8_t status =
        request.semaphore >= 0 ? wait_for_semaphore(request.semaphore, slice_ns) : wait_for_frame(request, slice_ns);
    in_wait_.store(false);
    if (status == DAO_SUCCESS && request.after == WaitRequest::After::Seen)
        seen_cnt0_ = daoShmGetCounter(&mapping_->image);
    if (status == DAO_SUCCESS || status == DAO_TIMEOUT || status == DAO_INTERRUPTED)
        return status;
    if (status == DAO_REPLACED && follow.load() && mapping_->shared)
        return status;
    throw Failure::last();
}

bool Handle::wait(WaitRequest request)
{
    std::optional<Clock::time_point> deadline;
    if (request.timeout_ns >= 0)
        deadline = Clock::now() + std::chrono::nanoseconds(request.timeout_ns);
    while (true)
    {
        int_fast8_t status = DAO_SUCCESS;
        {
            nb::gil_scoped_release release;
            status = wait_slice(request, remaining_ns(deadline));
        }
        if (status == DAO_SUCCESS)
            return true;
        if (status == DAO_REPLACED)
        {
            reopen();
            request.after_cnt0 = 0;
        }
        if (PyErr_CheckSignals() != 0)
            throw nb::python_error();
        if (request.canceller != nullptr && request.canceller->cancelled())
            return false;
        if (deadline && Clock::now() >= *deadline)
            return false;
    }
}

} // namespace daopython
