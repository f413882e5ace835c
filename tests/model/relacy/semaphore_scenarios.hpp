// The system's semaphores, which programs take themselves: a publish posts the empty ones.
#pragma once

#include "protocol/system_semaphores.hpp"
#include "wait_scenarios.hpp"

namespace dao::model
{

constexpr unsigned posted_semaphores = 2;

// What a system's semaphore promises: a take is an exchange with acquire, and where `Fences`, a full fence as on x86.
template <bool Fences>
class SystemSemaphoreWords
{
  public:
    using Fence = ModelFence;
    static constexpr bool takes_are_fences = Fences;

    explicit SystemSemaphoreWords(rl::atomic<uint32_t> *values) : values_(values) {}

    ModelWord<uint32_t> value(uint32_t number) const { return {&values_[number], "value"}; }
    void post(uint32_t number) const
    {
        values_[number].fetch_add(1, rl::mo_release, $);
        SleepingPlace(values_[number]).wake_all();
    }
    void wait(uint32_t number) const
    {
        for (;;)
        {
            uint32_t seen = values_[number].load(rl::mo_relaxed, $);
            if (seen == 0)
                SleepingPlace(values_[number]).sleep_while_equal(0);
            else if (values_[number].compare_exchange_strong(seen, seen - 1, rl::mo_acquire, $, rl::mo_relaxed, $))
                break;
        }
        if constexpr (Fences)
            rl::atomic_thread_fence(rl::mo_seq_cst, $);
    }

  private:
    rl::atomic<uint32_t> *values_;
};

// A writer makes frames public and posts; each reader waits on its semaphore until it has seen the last. A reader that takes
// an old post, and does not see the frame for which none was made, waits without end: a deadlock, which relacy reports.
template <bool Fences, unsigned Readers>
struct NoFrameIsLost : rl::test_suite<NoFrameIsLost<Fences, Readers>, static_cast<rl::thread_id_t>(Readers + 1)>
{
    static constexpr unsigned frames = 3;
    rl::atomic<uint32_t> values[posted_semaphores];
    rl::atomic<unsigned> newest;

    void before()
    {
        mortality = nullptr;
        for (rl::atomic<uint32_t> &value : values)
            value.store(0, rl::mo_relaxed, $);
        newest.store(0, rl::mo_relaxed, $);
    }

    void thread(unsigned index)
    {
        const SystemSemaphoreWords<Fences> memory(values);
        const protocol::SystemSemaphores<SystemSemaphoreWords<Fences>> semaphores(memory);
        if (index < Readers)
        {
            while (newest.load(rl::mo_relaxed, $) < frames)
                memory.wait(index);
            return;
        }
        for (unsigned frame = 1; frame <= frames; ++frame)
        {
            newest.store(frame, rl::mo_relaxed, $);
            semaphores.post_all(posted_semaphores);
        }
    }
};

// The same for a single semaphore, posted alone.
template <bool Fences>
struct OnePostForOneFrame : rl::test_suite<OnePostForOneFrame<Fences>, 2>
{
    static constexpr unsigned frames = 2;
    rl::atomic<uint32_t> values[posted_semaphores];
    rl::atomic<unsigned> newest;

    void before()
    {
        mortality = nullptr;
        for (rl::atomic<uint32_t> &value : values)
            value.store(0, rl::mo_relaxed, $);
        newest.store(0, rl::mo_relaxed, $);
    }

    void thread(unsigned index)
    {
        const SystemSemaphoreWords<Fences> memory(values);
        const protocol::SystemSemaphores<SystemSemaphoreWords<Fences>> semaphores(memory);
        if (index == 0)
            while (newest.load(rl::mo_relaxed, $) < frames)
                memory.wait(0);
        else
            for (unsigned frame = 1; frame <= frames; ++frame)
            {
                newest.store(frame, rl::mo_relaxed, $);
                semaphores.post(0);
            }
    }
};

}
