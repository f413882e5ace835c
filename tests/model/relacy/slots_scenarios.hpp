// One writer and its readers.
#pragma once

#include "slots_memory.hpp"

namespace dao::model
{

// Readers of the newest frame get whole frames, each with its own counter, and never go back.
template <unsigned Depth>
struct ReadNewest : rl::test_suite<ReadNewest<Depth>, 2>, SlotsScenario<Depth>
{
    static constexpr unsigned frames = Depth + 2;

    void before() { this->begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
            for (unsigned tag = 1; tag <= frames; ++tag)
                this->publish(tag);
        else
            read_some();
    }

    void read_some()
    {
        uint64_t last = 0;
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const protocol::Newest newest = this->slots().newest();
            RL_ASSERT(newest.counter >= last);
            const protocol::Snapshot snapshot = this->slots().snapshot(newest.slot);
            Frame frame;
            if (snapshot.counter != newest.counter || !this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() == snapshot.counter);
            last = snapshot.counter;
        }
    }
};

// Who has seen the counter of a frame may read the slot in place.
template <unsigned Depth>
struct LookInPlace : rl::test_suite<LookInPlace<Depth>, 2>, SlotsScenario<Depth>
{
    void before() { this->begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            this->publish(1);
            return;
        }
        const protocol::Newest newest = this->slots().newest();
        if (newest.counter == 1)
        {
            const Frame frame = this->memory().copy(newest.slot);
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() == 1);
        }
    }
};

// Frames in order: none twice, none out of order, none of an old lap, no gap that is not reported. The loop is that of
// frames/reader.cpp.
template <unsigned Depth>
struct ReadNext : rl::test_suite<ReadNext<Depth>, 2>, SlotsScenario<Depth>
{
    static constexpr unsigned frames = Depth + 2;

    void before() { this->begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
            for (unsigned tag = 1; tag <= frames; ++tag)
                this->publish(tag);
        else
            read_in_order();
    }

    void read_in_order()
    {
        const auto slots = this->slots();
        uint64_t tail = 0;
        uint64_t failed = 0;
        for (unsigned attempt = 0; attempt < 6; ++attempt)
        {
            const protocol::Newest newest = slots.newest();
            if (newest.counter <= tail)
                continue;
            const uint64_t wanted = slots.next_in_order(newest, tail, failed);
            const protocol::Snapshot snapshot = slots.snapshot(slots.slot_of(newest, wanted));
            Frame frame;
            failed = wanted;
            if (!snapshot.stable || snapshot.counter != wanted || !this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() == wanted);
            tail = wanted;
            failed = 0;
        }
    }
};

// The only slot is changed under its old counter: what is read is the content before, between or after, never a mix.
struct QuietWrite : rl::test_suite<QuietWrite, 2>, SlotsScenario<1>
{
    void before() { begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            publish(1);
            for (unsigned tag = 2; tag <= 3; ++tag)
            {
                slots().invalidate(0);
                memory().fill(0, tag);
                slots().revalidate(0);
            }
            return;
        }
        for (unsigned attempt = 0; attempt < 3; ++attempt)
        {
            const protocol::Snapshot snapshot = slots().snapshot(0);
            Frame frame;
            if (!read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(snapshot.counter == 0 ? frame.tag() == 0 : frame.tag() != 0);
        }
    }
};

// A quiet write and a publish in turn: the same counter, other content, and the next counter.
struct QuietThenPublish : rl::test_suite<QuietThenPublish, 2>, SlotsScenario<1>
{
    void before() { begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            publish(1);
            slots().invalidate(0);
            memory().fill(0, 11);
            slots().revalidate(0);
            publish(2);
            return;
        }
        for (unsigned attempt = 0; attempt < 3; ++attempt)
        {
            const protocol::Snapshot snapshot = slots().snapshot(0);
            Frame frame;
            if (!read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() % 10 == snapshot.counter || (snapshot.counter == 1 && frame.tag() == 11));
        }
    }
};

// The segment is reused while a reader is in the middle: frames before and after have the same counters, and a reader
// gets whole frames, of the generation that it knows, never going back within it; not to frame 0 of the next one either.
template <unsigned Depth>
struct Reuse : rl::test_suite<Reuse<Depth>, 2>, SlotsScenario<Depth>
{
    static constexpr unsigned frames = Depth + 1; // so that the newest slot changes, too
    static constexpr unsigned second_generation = 100;

    void before() { this->begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
            write();
        else
            read_some();
    }

    void write()
    {
        for (unsigned tag = 1; tag <= frames; ++tag)
            this->publish(tag);
        this->reuse();
        for (unsigned tag = 1; tag <= frames; ++tag)
            this->publish(second_generation + tag);
    }

    void read_some()
    {
        uint32_t known = 0;
        uint64_t last = 0;
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            if (const uint32_t now = this->generation().number(); now != known)
            {
                known = now;
                last = 0;
            }
            const protocol::Newest newest = this->slots().newest();
            const protocol::Snapshot snapshot = this->slots().snapshot(newest.slot);
            Frame frame;
            if (!snapshot.stable || snapshot.counter != newest.counter || this->generation().number() != known ||
                !this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() == (snapshot.counter == 0 ? 0 : known * second_generation + snapshot.counter));
            RL_ASSERT(snapshot.counter >= last);
            last = snapshot.counter;
        }
    }
};

// Who knows of the new generation takes no counter of the old one for its newest: a wait for the first frame would end
// too early, and the next one too late.
struct CountersBeginAnew : rl::test_suite<CountersBeginAnew, 2>, SlotsScenario<2>
{
    void before() { begin_with(3); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            reuse();
            publish(1);
            return;
        }
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const uint32_t known = generation().number();
            const uint64_t newest = slots().newest().counter;
            RL_ASSERT(known == 0 || newest <= 1);
            // As newest_known() does: a counter of the next generation is not noted as a place in this one.
            RL_ASSERT(known == 1 || newest != 1 || generation().number() == 1);
        }
    }
};

// A spinning reader looks at `published`, and only then at the rest: the frame is there, and if it is one of the next
// generation, the generation is known. As in wait/frame_condition.hpp.
struct PublishedWord : rl::test_suite<PublishedWord, 2>, SlotsScenario<2>
{
    void before() { begin_with(1); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            reuse();
            publish_to_all(1);
            publish_to_all(2);
            return;
        }
        for (unsigned attempt = 0; attempt < 30; ++attempt)
        {
            const uint64_t seen = generation().published();
            if (seen < 2)
                continue;
            RL_ASSERT(generation().number() == 1);
            RL_ASSERT(slots().newest().counter == 2);
        }
    }
};

// A reader that knows nothing of generations: whole frames still, and zeros only as frame 0.
template <unsigned Depth>
struct ReuseSlot : rl::test_suite<ReuseSlot<Depth>, 2>, SlotsScenario<Depth>
{
    void before() { this->begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            for (unsigned tag = 1; tag <= Depth; ++tag)
                this->publish(tag);
            this->reuse();
            return;
        }
        for (unsigned attempt = 0; attempt < 3; ++attempt)
        {
            const protocol::Snapshot snapshot = this->slots().snapshot(rl::rand(Depth));
            Frame frame;
            if (!this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() == snapshot.counter);
        }
    }
};

// A frame given up half way is never read; the next one is.
template <unsigned Depth>
struct Abandoned : rl::test_suite<Abandoned<Depth>, 2>, SlotsScenario<Depth>
{
    void before() { this->begin(); }

    void thread(unsigned index)
    {
        constexpr unsigned ruin = 77;
        if (index == 0)
        {
            const uint32_t slot = this->slots().next_slot();
            this->slots().begin_write(slot);
            this->memory().fill(slot, ruin);
            this->publish(1);
            this->publish(2);
            return;
        }
        for (unsigned attempt = 0; attempt < 3; ++attempt)
        {
            const protocol::Snapshot snapshot = this->slots().snapshot(rl::rand(Depth));
            Frame frame;
            if (!this->read(snapshot, frame))
                continue;
            RL_ASSERT(frame.is_whole());
            RL_ASSERT(frame.tag() != ruin);
            RL_ASSERT(frame.tag() == snapshot.counter);
        }
    }
};

}
