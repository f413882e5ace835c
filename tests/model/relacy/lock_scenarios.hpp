// Several writers: mutual exclusion, packets, death and takeover.
#pragma once

#include "base/process_token.hpp"
#include "ring_memory.hpp"
#include "segment/writer_lock.hpp"

#include <map>

namespace dao::model
{

constexpr base::ProcessToken token_of(unsigned process)
{
    return uint64_t{process + 1} << 32;
}

// Each thread that has a token of its own is a process of its own.
struct ThreadIsAlive
{
    bool operator()(base::ProcessToken token) const { return !mortality->is_dead(base::token_pid(token) - 1); }
};

struct LockWords
{
    rl::atomic<uint64_t> lock;

    void begin() { lock.store(0, rl::mo_relaxed, $); }
    auto of_process(unsigned process)
    {
        return segment::WriterLock<ModelWord<uint64_t>, ThreadIsAlive>({&lock, "lock"}, token_of(process), {});
    }
};

// Two processes, one at a time: a plain variable that both change is no race, and keeps every change.
struct OneAtATime : rl::test_suite<OneAtATime, 2>
{
    LockWords words;
    Mortality deaths;
    rl::var<unsigned> changes;

    void before()
    {
        words.begin();
        deaths.begin();
        mortality = &deaths;
        changes($) = 0;
    }

    void thread(unsigned index)
    {
        const auto lock = words.of_process(index);
        for (unsigned turn = 0; turn < 2; ++turn)
        {
            rl::linear_backoff backoff;
            while (lock.try_hold(true) != segment::Grip::held)
                backoff.yield($);
            changes($) = changes($) + 1;
            lock.release();
        }
    }

    void after() { RL_ASSERT(changes($) == 4); }
};

// One process puts a frame together from two packets of two threads, in the only slot, and finalises it; a reader
// looks on. What the finaliser publishes it has seen, and the reader gets just that.
struct Packets : rl::test_suite<Packets, 3>, RingScenario<1>
{
    LockWords lock_words;
    rl::var<unsigned> packet[2]; // beside the payload: a plain variable, so that a missed order is a race
    Frame published[4];
    unsigned packets_done = 0;

    void before()
    {
        begin();
        lock_words.begin();
        for (rl::var<unsigned> &content : packet)
            content($) = 0;
        packets_done = 0;
    }

    void thread(unsigned index)
    {
        if (index == 2)
        {
            read_some();
            return;
        }
        write_packet(index);
        if (++packets_done == 2)
            finalise();
    }

    // As in segment/writer.cpp.
    void write_packet(unsigned index)
    {
        const auto lock = lock_words.of_process(0);
        rl::linear_backoff backoff;
        segment::Grip grip = lock.try_join(false);
        for (; grip == segment::Grip::busy; grip = lock.try_join(false))
            backoff.yield($);
        const uint32_t slot = ring().next_slot();
        ring().announce(slot);
        if (grip != segment::Grip::joined)
            lock.open_for_packets();
        memory().fill_word(slot, index, 1 + index);
        packet[index]($) = 1 + index;
        lock.leave_packet();
    }

    void finalise()
    {
        const auto lock = lock_words.of_process(0);
        rl::linear_backoff backoff;
        while (lock.try_hold(false) == segment::Grip::busy)
            backoff.yield($);
        const uint32_t slot = ring().next_slot();
        ring().announce(slot);
        RL_ASSERT(packet[0]($) == 1);
        RL_ASSERT(packet[1]($) == 2);
        ring().commit(slot);
        lock.release();
    }

    void read_some()
    {
        for (unsigned attempt = 0; attempt < 2; ++attempt)
        {
            const ring::Claim claim = ring().claim(0);
            Frame frame;
            if (read(claim, frame))
                RL_ASSERT(frame == (claim.counter == 0 ? Frame{{0, 0}} : Frame{{1, 2}}));
        }
    }
};

// A packet of another frame may come at any time, also while one is finalised: then it waits, or begins the next frame.
struct PacketsAndFinalise : rl::test_suite<PacketsAndFinalise, 2>, RingScenario<2>
{
    LockWords lock_words;
    rl::var<unsigned> content;

    void before()
    {
        begin();
        lock_words.begin();
        content($) = 0;
    }

    void thread(unsigned index)
    {
        const auto lock = lock_words.of_process(0);
        if (index == 0)
        {
            for (unsigned number = 0; number < 2; ++number)
                write_packet(lock);
            return;
        }
        for (unsigned number = 0; number < 2; ++number)
        {
            rl::linear_backoff backoff;
            while (lock.try_hold(false) == segment::Grip::busy)
                backoff.yield($);
            const uint32_t slot = ring().next_slot();
            ring().announce(slot);
            content($) = 0;
            ring().commit(slot);
            lock.release();
        }
    }

    template <class Lock> void write_packet(const Lock &lock)
    {
        rl::linear_backoff backoff;
        segment::Grip grip = lock.try_join(false);
        for (; grip == segment::Grip::busy; grip = lock.try_join(false))
            backoff.yield($);
        if (grip != segment::Grip::joined)
        {
            ring().announce(ring().next_slot());
            lock.open_for_packets();
        }
        content($) = content($) + 1;
        lock.leave_packet();
    }
};

// A writer dies after any of its steps; another process takes over, repairs and publishes; a reader looks on. No frame
// is torn, no counter stands for two frames, and the second writer always gets its turn.
template <unsigned Depth> struct Takeover : rl::test_suite<Takeover<Depth>, 3>, RingScenario<Depth>
{
    static constexpr unsigned most_steps = 22;
    LockWords lock_words;
    rl::var<unsigned> turns;
    std::map<uint64_t, unsigned> content; // of each counter, as the reader got it
    uint64_t last_counter = 0;

    void before()
    {
        this->begin();
        lock_words.begin();
        turns($) = 0;
        content.clear();
        last_counter = 0;
    }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            this->deaths.let_die_after(rl::rand(most_steps));
            publish_locked(0, 10);
            publish_locked(0, 11);
            this->deaths.die();
        }
        else if (index == 1)
        {
            publish_locked(1, 20);
            last_counter = publish_locked(1, 21);
        }
        else
            read_some();
    }

    uint64_t publish_locked(unsigned process, unsigned tag)
    {
        const auto lock = lock_words.of_process(process);
        rl::linear_backoff backoff;
        segment::Grip grip = lock.try_hold(true);
        for (; grip == segment::Grip::busy; grip = lock.try_hold(true))
        {
            if (process == 0 && this->deaths.is_dead(0))
                return 0;
            backoff.yield($);
        }
        if (grip == segment::Grip::taken_over)
            this->ring().recover();
        const uint64_t counter = this->publish(tag);
        if (!(process == 0 && this->deaths.is_dead(0)))
            turns($) = turns($) + 1;
        lock.release();
        return counter;
    }

    void read_some()
    {
        uint64_t last = 0;
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const ring::Claim claim = this->ring().claim(this->ring().newest().slot);
            Frame frame;
            if (!this->read(claim, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(claim.counter >= last);
            last = claim.counter;
            const auto known = content.emplace(claim.counter, frame.tag()).first;
            RL_ASSERT(known->second == frame.tag());
        }
    }

    void after()
    {
        const ring::Newest newest = this->ring().newest();
        RL_ASSERT(newest.counter == last_counter);
        const ring::Claim claim = this->ring().claim(newest.slot);
        Frame frame;
        RL_ASSERT(this->read(claim, frame));
        RL_ASSERT(frame.is_whole() && frame.tag() == 21);
        RL_ASSERT(last_counter >= 2 && last_counter <= 4);
    }
};

}
