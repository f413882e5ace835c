// Falling asleep and being woken; semaphores.
#pragma once

#include "model_word.hpp"
#include "protocol/notifier.hpp"
#include "protocol/semaphores.hpp"

namespace dao::model
{

// What the system's sleep on a word promises: comparison and falling asleep are one step for whoever wakes.
class SleepingPlace
{
  public:
    explicit SleepingPlace(rl::atomic<uint32_t> &word) : word_(word) {}

    void sleep_while_equal(uint32_t expected)
    {
        rl::context &context = rl::ctx();
        context.sched();
        context.atomic_thread_fence_seq_cst();
        uint32_t now = 0;
        {
            rl::preemption_disabler together(context);
            now = word_.load(rl::mo_acquire, $);
        }
        if (now == expected)
            word_.wait(context, false, false, $);
    }
    void wake_all()
    {
        rl::context &context = rl::ctx();
        context.sched();
        context.atomic_thread_fence_seq_cst();
        word_.wake(context, static_cast<rl::thread_id_t>(most_threads), $);
    }

  private:
    rl::atomic<uint32_t> &word_;
};

struct WaitWords
{
    rl::atomic<uint32_t> word;

    void begin() { word.store(0, rl::mo_relaxed, $); }
};

class NotifierWords
{
  public:
    using Fence = ModelFence;

    explicit NotifierWords(WaitWords &words) : words_(&words) {}

    ModelWord<uint32_t> word() const { return {&words_->word, "word"}; }
    void wake_all(uint32_t) const { SleepingPlace(words_->word).wake_all(); }
    void sleep_while_equal(uint32_t shown) const { SleepingPlace(words_->word).sleep_while_equal(shown); }

  private:
    WaitWords *words_;
};

using Notifier = protocol::Notifier<NotifierWords>;

// B3 to B5, as in wait/wait_loop.hpp, without a time limit: a lost wake-up is a deadlock, which relacy reports.
template <class IsThere>
void sleep_until_there(NotifierWords memory, IsThere &&is_there)
{
    while (!is_there())
    {
        const uint32_t shown = Notifier(memory).prepare_sleep();
        if (is_there())
            return;
        memory.sleep_while_equal(shown);
    }
}

// `Wakers` threads each make `frames` things true, one after the other, and notify; `Sleepers` threads wait for each.
template <unsigned Wakers, unsigned Sleepers, bool AfterExchange = false>
struct NoWakeUpIsLost
    : rl::test_suite<NoWakeUpIsLost<Wakers, Sleepers, AfterExchange>, static_cast<rl::thread_id_t>(Wakers + Sleepers)>
{
    static constexpr unsigned frames = 2;
    WaitWords words;
    rl::atomic<unsigned> counters[Wakers];

    void before()
    {
        mortality = nullptr;
        words.begin();
        for (rl::atomic<unsigned> &counter : counters)
            counter.store(0, rl::mo_relaxed, $);
    }

    void thread(unsigned index)
    {
        const NotifierWords memory(words);
        if (index < Wakers)
        {
            for (unsigned frame = 1; frame <= frames; ++frame)
            {
                counters[index].store(frame, rl::mo_relaxed, $);
                if constexpr (AfterExchange)
                    Notifier(memory).notify_after_exchange();
                else
                    Notifier(memory).notify();
            }
            return;
        }
        for (unsigned frame = 1; frame <= frames; ++frame)
            for (rl::atomic<unsigned> &counter : counters)
                sleep_until_there(memory, [&] { return counter.load(rl::mo_relaxed, $) >= frame; });
    }
};

// One sleeps with a time limit, as the adaptive wait does: it may wake by itself at any moment, leaves its mark behind and
// goes on by looking. Beside it one sleeps without: its wake-up is not lost whatever becomes of the other's mark.
struct TimedSleepBesideAnother : rl::test_suite<TimedSleepBesideAnother, 3>
{
    static constexpr unsigned frames = 2;
    WaitWords words;
    rl::atomic<unsigned> counter;

    void before()
    {
        mortality = nullptr;
        words.begin();
        counter.store(0, rl::mo_relaxed, $);
    }

    void thread(unsigned index)
    {
        const NotifierWords memory(words);
        if (index == 0)
        {
            for (unsigned frame = 1; frame <= frames; ++frame)
            {
                counter.store(frame, rl::mo_relaxed, $);
                Notifier(memory).notify();
            }
            return;
        }
        for (unsigned frame = 1; frame <= frames; ++frame)
        {
            const auto is_there = [&] { return counter.load(rl::mo_relaxed, $) >= frame; };
            if (index == 1 && rl::rand(2) == 0)
                spin_after_timed_sleep(memory, is_there);
            else
                sleep_until_there(memory, is_there);
        }
    }

    template <class IsThere>
    static void spin_after_timed_sleep(NotifierWords memory, IsThere &&is_there)
    {
        rl::linear_backoff backoff;
        if (!is_there())
            (void)Notifier(memory).prepare_sleep(); // and the time is over at once
        while (!is_there())
            backoff.yield($);
    }
};

struct SemaphoreWords
{
    rl::atomic<uint32_t> semaphores;
    WaitWords word;
    rl::atomic<unsigned> frame;

    void begin()
    {
        mortality = nullptr;
        semaphores.store(0, rl::mo_relaxed, $);
        word.begin();
        frame.store(0, rl::mo_relaxed, $);
    }
    auto semaphores_word() { return protocol::Semaphores<ModelWord<uint32_t>>({&semaphores, "semaphores"}); }
    void wait_for(unsigned number)
    {
        bool taken = false;
        const auto is_taken = [&] { return taken || (taken = semaphores_word().take(number)); };
        sleep_until_there(NotifierWords(word), is_taken);
    }
};

constexpr uint32_t two_semaphores = protocol::semaphore_bit(0) | protocol::semaphore_bit(1);

// Two frames, each posts both semaphores; a reader of each waits for one post and must find a frame, then takes what
// remains: never more than there were posts.
struct EachPostOnce : rl::test_suite<EachPostOnce, 3>
{
    SemaphoreWords words;

    void before() { words.begin(); }

    void thread(unsigned index)
    {
        constexpr unsigned posts = 2;
        if (index == 2)
        {
            for (unsigned frame = 1; frame <= posts; ++frame)
            {
                words.frame.store(frame, rl::mo_relaxed, $);
                words.semaphores_word().post_all(two_semaphores);
                Notifier(NotifierWords(words.word)).notify();
            }
            return;
        }
        words.wait_for(index);
        RL_ASSERT(words.frame.load(rl::mo_relaxed, $) >= 1);
        unsigned taken = 1;
        for (unsigned attempt = 0; attempt < 3; ++attempt)
            taken += words.semaphores_word().take(index) ? 1u : 0u;
        RL_ASSERT(taken <= posts);
    }
};

// A single post and a publish that posts all, at the same time: a wait ends, and who was posted to knows what came
// before the post.
struct PostsTogether : rl::test_suite<PostsTogether, 3>
{
    SemaphoreWords words;
    rl::atomic<unsigned> message;

    void before()
    {
        words.begin();
        message.store(0, rl::mo_relaxed, $);
    }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            words.semaphores_word().post_all(two_semaphores);
            Notifier(NotifierWords(words.word)).notify();
        }
        else if (index == 1)
        {
            words.semaphores_word().post(0);
            Notifier(NotifierWords(words.word)).notify();
        }
        else
        {
            words.wait_for(1);
            words.wait_for(0);
            RL_ASSERT(!words.semaphores_word().take(1));
        }
    }
};

// One post and one taker, who must see what the poster did before. No notifier, which would order more.
template <bool All>
struct PostAndTake : rl::test_suite<PostAndTake<All>, 2>
{
    SemaphoreWords words;

    void before() { words.begin(); }

    void thread(unsigned index)
    {
        const auto semaphores = words.semaphores_word();
        if (index == 0)
        {
            words.frame.store(1, rl::mo_relaxed, $);
            if constexpr (All)
                semaphores.post_all(two_semaphores);
            else
                semaphores.post(0);
            return;
        }
        if (semaphores.take(0))
        {
            RL_ASSERT(words.frame.load(rl::mo_relaxed, $) == 1);
            RL_ASSERT(!semaphores.take(0));
        }
    }
};

}
