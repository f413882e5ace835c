// Waiting: daoShmNext() with the interpreter released, so that other threads, Ctrl-C and close() get their turn.
#pragma once

#include <chrono>
#include <nanobind/nanobind.h>

#include "handle.hpp"

namespace daopython
{

/// A time limit as a moment, so that a wait which somebody else's interrupt ended goes on with the time that is left.
class Deadline
{
  public:
    /// Negative: no limit.
    explicit Deadline(int64_t timeout_ns)
        : timeout_ns_(timeout_ns), at_(std::chrono::steady_clock::now() + std::chrono::nanoseconds(timeout_ns))
    {
    }
    int64_t left_ns() const
    {
        if (timeout_ns_ <= 0)
            return timeout_ns_;
        return std::max<int64_t>(0, std::chrono::nanoseconds(at_ - std::chrono::steady_clock::now()).count());
    }

  private:
    int64_t timeout_ns_;
    std::chrono::steady_clock::time_point at_;
};

/// What a call waits for, and how.
struct WaitRequest
{
    DAO_NEXT_ORDER order = DAO_NEXT_NEWEST;
    DAO_WAIT_MODE mode = DAO_WAIT_SLEEP;
    int semaphore = 0;
    int64_t timeout_ns = -1;
    const Canceller *canceller = nullptr; ///< that knows where is waited
};

/// Where the frame goes. Null without elements: nowhere, and it stays unseen.
struct Destination
{
    void *data = nullptr;
    uint64_t element_count = 0;
};

/// One wait. Throws what a signal's handler raises, and Failure when something failed or the object was closed.
/// @return `DAO_SUCCESS` or `DAO_OVERWRITE` with the frame, `DAO_TIMEOUT`, `DAO_NOTREADY`, `DAO_OUTRUN`, or
/// `DAO_INTERRUPTED` when it was cancelled; `DAO_REPLACED` when `use` is another segment now, of other frames
int_fast8_t next(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, const Destination &destination,
                 DAO_FRAME &frame, uint64_t &missed);

/// Where the segment itself may still come: wait for it, and leave in `request` the time that remains.
/// @return false when the time limit passed or it was cancelled
bool wait_for_segment(Handle &handle, WaitRequest &request);

/// Wait until a frame is there, which stays unseen. False when the time limit passed or it was cancelled.
bool wait_for_unseen(Handle::Use &use, const WaitRequest &request);

/// Wait until the newest counter exceeds `cnt0`. @return a status as of next()
int_fast8_t wait_beyond(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, uint64_t cnt0);

/// As wait_for_unseen(), for a frame that was not waited for so before either.
bool wait_for_news(Handle::Use &use, const WaitRequest &request);

} // namespace daopython
