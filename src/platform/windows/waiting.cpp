#include "platform/windows/waiting.hpp"

#include "platform/windows/handle.hpp"

#include <algorithm>
#include <atomic>

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

namespace dao::platform
{
namespace
{

// Ctrl-C comes in a thread that Windows makes for it. Waiters of the `count`-th interrupt wait on event `count % 2`: it
// stays signalled until the next one, so that each of them sees it.
class Interrupts
{
  public:
    Interrupts() noexcept
    {
        for (HANDLE &event : events_)
            event = CreateEventW(nullptr, TRUE, FALSE, nullptr);
    }

    uint32_t count() const noexcept { return count_.load(); }
    HANDLE event(uint32_t count) const noexcept { return events_[count % 2]; }

    void note() noexcept
    {
        const uint32_t before = count_.load();
        ResetEvent(event(before + 1));
        count_.store(before + 1);
        SetEvent(event(before));
    }

  private:
    HANDLE events_[2];
    std::atomic<uint32_t> count_{0};
};

// Lives until the process ends: the handler may be called at any time.
Interrupts &interrupts() noexcept
{
    static Interrupts *const all = new Interrupts;
    return *all;
}

BOOL WINAPI notice(DWORD) noexcept
{
    interrupts().note();
    return FALSE; // go on with the program's own handlers, or the system's
}

// What this thread knew of the interrupts when it last checked. A wait is made of several sleeps; an interrupt that
// comes between two of them ends the next.
struct LastCheck
{
    uint32_t count = 0;
    int64_t at_ns = INT64_MIN / 2;

    uint32_t count_to_go_on_from() const noexcept
    {
        constexpr int64_t same_wait_ns = 500'000'000;
        return monotonic_ns() - at_ns < same_wait_ns ? count : interrupts().count();
    }
    void take() noexcept
    {
        count = interrupts().count();
        at_ns = monotonic_ns();
    }
};
thread_local LastCheck last_check;

// The timer of this thread. Unlike the time limit of a wait, which comes with the tick of 16 ms, it is precise.
HANDLE own_timer() noexcept
{
    static thread_local const KernelHandle timer = [] {
        HANDLE precise =
            CreateWaitableTimerExW(nullptr, nullptr, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION, TIMER_ALL_ACCESS);
        return KernelHandle(precise != nullptr ? precise : CreateWaitableTimerW(nullptr, FALSE, nullptr));
    }();
    return timer.get();
}

}

uint32_t interrupt_count() noexcept
{
    return interrupts().count();
}

void watch_interrupts() noexcept
{
    // The handler added last is called first, and may keep the event from the others. So ours is added anew each time.
    static SRWLOCK lock = SRWLOCK_INIT;
    (void)interrupts();
    AcquireSRWLockExclusive(&lock);
    SetConsoleCtrlHandler(notice, FALSE);
    SetConsoleCtrlHandler(notice, TRUE);
    ReleaseSRWLockExclusive(&lock);
}

Sleep wait_for(void *object, int64_t timeout_ns) noexcept
{
    watch_interrupts();
    LARGE_INTEGER due;
    due.QuadPart = -std::max<int64_t>(timeout_ns / 100, 1); // negative: from now, in 100 ns
    HANDLE timer = own_timer();
    SetWaitableTimer(timer, &due, 0, nullptr, nullptr, FALSE);
    const uint32_t count = last_check.count_to_go_on_from();
    HANDLE objects[3] = {interrupts().event(count), timer, object};
    const DWORD first = WaitForMultipleObjects(object != nullptr ? 3 : 2, objects, FALSE, INFINITE);
    const bool interrupted = interrupts().count() != count;
    last_check.take();
    if (interrupted)
        return Sleep::interrupted;
    return first == WAIT_OBJECT_0 + 2 ? Sleep::woken : Sleep::timed_out;
}

Sleep sleep_until(int64_t deadline_ns) noexcept
{
    for (;;)
    {
        const int64_t left_ns = deadline_ns - monotonic_ns();
        if (left_ns <= 0)
            return Sleep::timed_out;
        if (wait_for(nullptr, left_ns) == Sleep::interrupted)
            return Sleep::interrupted;
    }
}

void SignalHold::begin() noexcept
{
    watch_interrupts();
    const uint32_t count = interrupt_count();
    std::copy_n(reinterpret_cast<const unsigned char *>(&count), sizeof count, saved_);
    active_ = true;
}

bool SignalHold::take_signal() noexcept
{
    if (!active_)
        return false;
    uint32_t count = 0;
    std::copy_n(saved_, sizeof count, reinterpret_cast<unsigned char *>(&count));
    return interrupt_count() != count;
}

void SignalHold::end() noexcept
{
    if (active_)
        last_check.take();
    active_ = false;
}

SignalHold::~SignalHold()
{
    end();
}

}
