#include "wait.hpp"

#include "copying.hpp"

#include <utility>

namespace daopython
{

namespace
{

// A signal that is handled just before the wait falls asleep does not wake it: in the thread that runs the handlers, a
// wait looks for them so often.
constexpr int64_t longest_deaf_ns = 100'000'000;

int64_t slice_ns(int64_t left_ns)
{
    if (!in_main_thread())
        return left_ns;
    return left_ns < 0 ? longest_deaf_ns : std::min(left_ns, longest_deaf_ns);
}

// A frame that is there already needs no release of the interpreter, which may be long in coming back.
int_fast8_t next_once(Place &place, DAO_NEXT_OPTIONS how, const Destination &destination, DAO_FRAME &frame,
                      uint64_t &missed)
{
    if (!may_take_long(place, 0))
    {
        const int64_t timeout_ns = std::exchange(how.timeout_ns, 0);
        const int_fast8_t status =
            daoShmNext(place.image(), &how, destination.data, destination.element_count, &frame, &missed);
        if (timeout_ns == 0 || status != DAO_TIMEOUT)
            return status;
        how.timeout_ns = timeout_ns;
    }
    Released released;
    return daoShmNext(place.image(), &how, destination.data, destination.element_count, &frame, &missed);
}

int_fast8_t wait_for_frame_after(IMAGE *image, uint64_t cnt0, const DAO_NEXT_OPTIONS &how)
{
    if (how.wait == DAO_WAIT_SPIN)
        return daoShmWaitForFrameSpin(image, cnt0, how.timeout_ns);
    if (how.wait == DAO_WAIT_ADAPTIVE)
        return daoShmWaitForFrameAdaptive(image, cnt0, how.timeout_ns);
    return daoShmWaitForFrame(image, cnt0, how.timeout_ns);
}

// Calls `once` with options until it has an end that is not a signal's or another wait's. `library_follows`: it goes on by
// itself in a segment that replaced this one.
template <class Once>
int_fast8_t repeat(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, bool library_follows,
                   Once &&once)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = request.order;
    how.wait = request.mode;
    how.semaphore = request.semaphore;
    for (;;)
    {
        const int64_t left_ns = deadline.left_ns();
        how.timeout_ns = slice_ns(left_ns);
        how.follow = library_follows && use.library_follows() ? 1 : 0;
        const int_fast8_t status = once(how);
        use->learn_if_reopened();
        use.check_open();
        const bool has_waited = status == DAO_INTERRUPTED || status == DAO_TIMEOUT;
        if (has_waited && request.canceller != nullptr && request.canceller->is_cancelled())
            return DAO_INTERRUPTED;
        const bool is_time_up = status == DAO_TIMEOUT && how.timeout_ns == left_ns;
        if (has_waited && !is_time_up)
        {
            const IMAGE_METADATA *before = use.image()->md;
            use.run_signal_handlers();
            if (use.image()->md != before)
                return DAO_REPLACED;
            continue;
        }
        if (status == DAO_REPLACED && how.follow == 0 && use.follows())
        {
            use.reopen();
            return status;
        }
        if (status == DAO_REMOVED)
            use.check_supplied();
        if (status > 0 || status == DAO_REMOVED || (status == DAO_REPLACED && how.follow == 0))
            throw last_failure();
        return status;
    }
}

} // namespace

int_fast8_t next(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, const Destination &destination,
                 DAO_FRAME &frame, uint64_t &missed)
{
    if (request.order == DAO_NEXT_NEWEST)
        use->pass_own_frames();
    return repeat(use, request, deadline, true,
                  [&](const DAO_NEXT_OPTIONS &how) { return next_once(*use, how, destination, frame, missed); });
}

bool wait_for_segment(Handle &handle, WaitRequest &request)
{
    if (!handle.is_awaiting())
        return true;
    const Deadline deadline(request.timeout_ns);
    bool is_open = false;
    do
    {
        const int64_t left_ns = deadline.left_ns();
        is_open = handle.open_awaited(left_ns < 0 ? longest_deaf_ns : std::min(left_ns, longest_deaf_ns));
        if (request.canceller != nullptr && request.canceller->is_cancelled())
            return false;
        if (in_main_thread() && PyErr_CheckSignals() != 0)
            throw nanobind::python_error();
    } while (!is_open && deadline.left_ns() != 0);
    request.timeout_ns = deadline.left_ns();
    return is_open;
}

bool wait_for_unseen(Handle::Use &use, const WaitRequest &request)
{
    const Deadline deadline(request.timeout_ns);
    DAO_FRAME frame = DAO_FRAME_INIT;
    uint64_t missed = 0;
    int_fast8_t status = DAO_REPLACED;
    while (status == DAO_REPLACED)
        status = next(use, request, deadline, {}, frame, missed);
    return status == DAO_SUCCESS;
}

int_fast8_t wait_beyond(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, uint64_t cnt0)
{
    return repeat(use, request, deadline, false, [&](const DAO_NEXT_OPTIONS &how) {
        Released released;
        return wait_for_frame_after(use.image(), cnt0, how);
    });
}

bool wait_for_news(Handle::Use &use, const WaitRequest &request)
{
    const Deadline deadline(request.timeout_ns);
    WaitRequest rest = request;
    int_fast8_t status = DAO_SUCCESS;
    while (status == DAO_SUCCESS || status == DAO_REPLACED)
    {
        if (!wait_for_unseen(use, rest))
            return false;
        if (use->takes_for_news())
            return true;
        status = wait_beyond(use, rest, deadline, use->waited_cnt0());
        rest.timeout_ns = deadline.left_ns();
    }
    return false;
}

} // namespace daopython
