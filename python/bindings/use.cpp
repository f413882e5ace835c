// One call on a segment of Python's: its thread's place, locked, and opened again where the segment was.
#include "handle.hpp"

#include <chrono>
#include <nanobind/nanobind.h>
#include <thread>

namespace daopython
{

namespace
{

constexpr int64_t look_interval_ns = 100'000'000;

int64_t now_ns()
{
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

Handle::Use::Use(Handle &handle, Place &place) : handle_(handle), place_(place)
{
    if (place_.thread == 0 && place_.forks != fork_count())
        throw Failure(DAO_E_STATE, handle_.name_ + ": the iterator was made before this process was forked; "
                                                   "expected one of this process: call frames() again");
    if (!place_.mutex.try_lock())
        lock();
    try
    {
        check_open();
        const uint32_t reopened = handle_.reopened_.load(std::memory_order_relaxed);
        if (place_.reopened == reopened || place_.has_loan())
            return;
        reopen();
        place_.reopened = reopened;
    }
    catch (...)
    {
        place_.mutex.unlock();
        throw;
    }
}

void Handle::Use::check_open() const
{
    if (handle_.is_closed() || place_.is_closed())
        throw handle_.closed_failure();
}

void Handle::Use::check_supplied() const
{
    if (!handle_.is_shared_)
        throw handle_.ended_failure();
}

void Handle::Use::lock()
{
    kept_ = place_.shared_from_this();
    bool is_locked = false;
    while (!is_locked)
    {
        {
            Released released;
            is_locked = place_.mutex.try_lock_for(std::chrono::milliseconds(50));
        }
        if (!is_locked && PyErr_CheckSignals() != 0)
            throw nanobind::python_error();
    }
}

void Handle::Use::run_signal_handlers()
{
    if (!in_main_thread())
        return;
    kept_ = place_.shared_from_this();
    place_.mutex.unlock();
    bool has_raised = PyErr_CheckSignals() != 0;
    while (!place_.mutex.try_lock())
    {
        Released released;
        std::this_thread::yield();
    }
    if (has_raised)
        throw nanobind::python_error();
    check_open();
}

void Handle::Use::look_for_replacement()
{
    if (!handle_.is_shared_)
        return;
    const int64_t now = now_ns();
    if (now - place_.looked_at_ns < look_interval_ns)
        return;
    require(following([this] { return daoShmCheckReplaced(image()); }));
    place_.looked_at_ns = now; // what was found once is said each time
}

} // namespace daopython
