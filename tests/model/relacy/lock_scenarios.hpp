// Several writers: mutual exclusion, and packets.
#pragma once

#include "base/process_token.hpp"
#include "protocol/writer_lock.hpp"
#include "slots_memory.hpp"

namespace dao::model
{

constexpr base::ProcessToken token_of(unsigned process)
{
    return uint64_t{process + 1} << 32;
}

// Each thread that has a token of its own is a process of its own.
struct ThreadIsDead
{
    bool operator()(base::ProcessToken token) const { return mortality->is_dead(base::token_pid(token) - 1); }
};

struct LockWords
{
    rl::atomic<uint64_t> lock;

    void begin() { lock.store(0, rl::mo_relaxed, $); }
    auto of_process(unsigned process)
    {
        return protocol::WriterLock<ModelWord<uint64_t>, ThreadIsDead>({&lock, "lock"}, token_of(process), {});
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
            while ((index == 0 ? lock.try_hold(true) : lock.try_finalise(true)) != protocol::LockResult::held)
                backoff.yield($);
            changes($) = changes($) + 1;
            lock.release();
        }
    }

    void after() { RL_ASSERT(changes($) == 4); }
};

// A lock that is taken away by hand from a holder that lives. Who takes it sees what was written under the lock before that
// holder had it; of all that think that they hold it, all but one are told at their release, and none frees another's.
struct Seized : rl::test_suite<Seized, 3>
{
    LockWords words;
    rl::var<unsigned> changes; // of the writer before, and of who seized
    unsigned losses = 0;
    unsigned seizures = 0;

    void before()
    {
        mortality = nullptr;
        words.begin();
        changes($) = 0;
        losses = seizures = 0;
    }

    void thread(unsigned index)
    {
        const auto lock = words.of_process(index);
        rl::linear_backoff backoff;
        if (index == 2)
        {
            for (unsigned attempt = 0; attempt < 4; ++attempt)
            {
                if (lock.try_seize(token_of(1)) == protocol::LockResult::taken_over)
                {
                    ++seizures;
                    RL_ASSERT(lock.is_held());
                    change(lock);
                    return;
                }
                backoff.yield($);
            }
            return;
        }
        while (lock.try_hold(false) != protocol::LockResult::held)
            backoff.yield($);
        if (index == 0) // whom nobody seizes
            change(lock);
        else if (!lock.release())
            ++losses;
    }

    template <class Lock>
    void change(const Lock &lock)
    {
        changes($) = changes($) + 1;
        RL_ASSERT(lock.release());
    }

    void after()
    {
        RL_ASSERT(changes($) == 1 + seizures);
        RL_ASSERT(losses == seizures);
        RL_ASSERT(words.lock.load(rl::mo_relaxed, $) == 0);
    }
};

// One process publishes a frame, then puts the next together from two packets of two threads and finalises it; a reader
// looks on. What the finaliser publishes it has seen, the packets went into the right slot, and the reader gets just
// these frames.
template <unsigned Depth>
struct Packets : rl::test_suite<Packets<Depth>, 3>, SlotsScenario<Depth>
{
    LockWords lock_words;
    rl::var<unsigned> packet[2]; // beside the payload: a plain variable, so that a missed order is a race
    bool is_begun = false;       // not a word of the model: tells the second thread to begin, and orders nothing
    unsigned packets_done = 0;

    void before()
    {
        this->begin();
        lock_words.begin();
        for (rl::var<unsigned> &content : packet)
            content($) = 0;
    }

    void thread(unsigned index)
    {
        if (index == 2)
        {
            read_some();
            return;
        }
        if (index == 0)
        {
            hold();
            this->publish(5);
            lock().release();
            is_begun = true;
        }
        rl::linear_backoff backoff;
        while (!is_begun)
            backoff.yield($);
        write_packet(index);
        if (++packets_done == 2)
            finalise();
    }

    auto lock() { return lock_words.of_process(0); }

    void hold()
    {
        rl::linear_backoff backoff;
        while (lock().try_hold(false) != protocol::LockResult::held)
            backoff.yield($);
    }

    void hold_to_finalise()
    {
        rl::linear_backoff backoff;
        while (lock().try_finalise(false) == protocol::LockResult::busy)
            backoff.yield($);
    }

    // As in frames/writer.cpp.
    void write_packet(unsigned index)
    {
        rl::linear_backoff backoff;
        protocol::LockResult result = lock().try_join(false);
        for (; result == protocol::LockResult::busy; result = lock().try_join(false))
            backoff.yield($);
        const uint32_t slot = this->slots().next_slot();
        if (result != protocol::LockResult::joined || order_sites.keeps(Where::current(), "joined", "begin_write"))
            this->slots().begin_write(slot);
        if (result != protocol::LockResult::joined)
            lock().open_for_packets();
        this->memory().fill_word(slot, index, 1 + index);
        packet[index]($) = 1 + index;
        lock().leave_packet();
    }

    void finalise()
    {
        hold_to_finalise();
        const uint32_t slot = this->slots().next_slot();
        this->slots().begin_write(slot);
        RL_ASSERT(packet[0]($) == 1);
        RL_ASSERT(packet[1]($) == 2);
        this->slots().commit(slot);
        lock().release();
    }

    void read_some()
    {
        constexpr Frame expected[] = {{{0, 0}}, {{5, 5}}, {{1, 2}}};
        for (unsigned attempt = 0; attempt < 3; ++attempt)
        {
            const protocol::Snapshot snapshot = this->slots().snapshot(rl::rand(Depth));
            Frame frame;
            if (this->read(snapshot, frame))
                RL_ASSERT(frame == expected[snapshot.counter]);
        }
    }
};

// A packet of another frame may come at any time, also while one is finalised: then it waits, or begins the next frame.
struct PacketsAndFinalise : rl::test_suite<PacketsAndFinalise, 2>, SlotsScenario<2>
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
            while (lock.try_finalise(false) == protocol::LockResult::busy)
                backoff.yield($);
            const uint32_t slot = slots().next_slot();
            slots().begin_write(slot);
            content($) = 0;
            slots().commit(slot);
            lock.release();
        }
    }

    template <class Lock>
    void write_packet(const Lock &lock)
    {
        rl::linear_backoff backoff;
        protocol::LockResult result = lock.try_join(false);
        for (; result == protocol::LockResult::busy; result = lock.try_join(false))
            backoff.yield($);
        if (result != protocol::LockResult::joined)
        {
            slots().begin_write(slots().next_slot());
            lock.open_for_packets();
        }
        content($) = content($) + 1;
        lock.leave_packet();
    }
};

}
