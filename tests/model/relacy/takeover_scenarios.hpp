// Writers that die with the lock, and those that take it over.
#pragma once

#include "lock_scenarios.hpp"

namespace dao::model
{

// A writer dies after any of its steps; another process takes over, repairs and publishes; a reader looks on. No frame
// is torn, no counter stands for two frames, and whoever comes later always gets its turn.
template <unsigned Depth>
struct Takeover : rl::test_suite<Takeover<Depth>, 3>, SlotsScenario<Depth>
{
    static constexpr unsigned most_steps = 30;
    static constexpr unsigned most_frames = 5;
    LockWords lock_words;
    rl::var<unsigned> turns;                       // a plain variable of whoever holds the lock
    std::array<unsigned, most_frames + 1> content; // of each counter, as the reader got it

    void before()
    {
        this->begin();
        lock_words.begin();
        turns($) = 0;
        content = {};
    }

    void thread(unsigned index)
    {
        if (index == 2)
        {
            read_some();
            return;
        }
        if (index == 0)
            this->deaths.let_die_after(rl::rand(most_steps));
        publish_locked(index, 10 + 10 * index);
        publish_locked(index, 11 + 10 * index);
    }

    void publish_locked(unsigned process, unsigned tag)
    {
        const auto lock = lock_words.of_process(process);
        rl::linear_backoff backoff;
        protocol::LockResult result = lock.try_hold(true);
        for (; result == protocol::LockResult::busy && !this->deaths.am_dead(); result = lock.try_hold(true))
            backoff.yield($);
        if (result == protocol::LockResult::taken_over)
            this->slots().recover();
        if (!this->deaths.am_dead())
            turns($) = turns($) + 1;
        this->publish(tag);
        lock.release();
    }

    void read_some()
    {
        uint64_t last = 0;
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const protocol::Newest newest = this->slots().newest();
            RL_ASSERT(newest.counter >= last && newest.counter < most_frames);
            last = newest.counter;
            const protocol::Snapshot snapshot = this->slots().snapshot(newest.slot);
            Frame frame;
            if (snapshot.counter == 0 || !this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(content[snapshot.counter] == 0 || content[snapshot.counter] == frame.tag());
            content[snapshot.counter] = frame.tag();
        }
    }

    void after()
    {
        constexpr unsigned last_tag = 99;
        this->deaths.end();
        publish_locked(1, last_tag);
        const protocol::Newest newest = this->slots().newest();
        RL_ASSERT(newest.counter >= 3 && newest.counter <= most_frames);
        Frame frame;
        RL_ASSERT(this->read(this->slots().snapshot(newest.slot), frame));
        RL_ASSERT(frame.is_whole() && frame.tag() == last_tag);
    }
};

// The same in the middle of a reuse, which whoever takes over does again from its beginning: no frame of the generation
// before is taken for one of the next.
template <unsigned Depth>
struct ReuseTakeover : rl::test_suite<ReuseTakeover<Depth>, 3>, SlotsScenario<Depth>
{
    static constexpr unsigned most_steps = 20 + 12 * Depth;
    static constexpr unsigned next_tag = 50;
    LockWords lock_words;

    void before()
    {
        this->begin_with(Depth);
        lock_words.begin();
    }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            this->deaths.let_die_after(rl::rand(most_steps));
            with_lock(0, [this] { this->reuse(); });
        }
        else if (index == 1)
            with_lock(1, [this] { this->publish_to_all(next_tag); });
        else
            read_some();
    }

    template <class Change>
    void with_lock(unsigned process, Change &&change)
    {
        const auto lock = lock_words.of_process(process);
        rl::linear_backoff backoff;
        protocol::LockResult result = lock.try_hold(true);
        for (; result == protocol::LockResult::busy && !this->deaths.am_dead(); result = lock.try_hold(true))
            backoff.yield($);
        if (result == protocol::LockResult::taken_over && this->generation().is_unfinished())
            this->reuse();
        change();
        lock.release();
    }

    // What a frame of the first generation has, is its counter; of the next, `next_tag`. A third reuse is none's.
    void read_some()
    {
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const uint32_t known = this->generation().number();
            const protocol::Newest newest = this->slots().newest();
            const protocol::Snapshot snapshot = this->slots().snapshot(newest.slot);
            Frame frame;
            if (!snapshot.stable || snapshot.counter != newest.counter || this->generation().number() != known ||
                !this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            if (frame.tag() == next_tag)
                RL_ASSERT(snapshot.counter == (known == 0 ? Depth + 1 : 1));
            else
                RL_ASSERT(frame.tag() == snapshot.counter && (known == 0) == (frame.tag() != 0));
        }
    }

    void after()
    {
        this->deaths.end();
        with_lock(2, [this] { this->publish_to_all(next_tag + 1); });
        const protocol::Newest newest = this->slots().newest();
        const bool is_anew = this->generation().number() != 0;
        RL_ASSERT(newest.counter >= (is_anew ? 1u : Depth + 1) && newest.counter <= (is_anew ? 2u : Depth + 2));
        RL_ASSERT(this->generation().published() == newest.counter);
        Frame frame;
        RL_ASSERT(this->read(this->slots().snapshot(newest.slot), frame));
        RL_ASSERT(frame.is_whole() && frame.tag() == next_tag + 1);
    }
};

}
