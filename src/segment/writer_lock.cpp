#include "segment/writer_lock.hpp"

#include "base/error.hpp"
#include "segment/given_up.hpp"
#include "segment/liveness.hpp"
#include "segment/lock_wait.hpp"
#include "segment/notification.hpp"
#include "segment/reuse.hpp"

namespace dao::segment
{

using base::fail;
using base::Word;
using protocol::LockResult;

namespace
{

// What the dead left in the next slot is nobody's frame, but for the packets of this process, of a handle that was closed since.
enum class Packets
{
    given_up,
    kept
};

void repair(Segment &segment, Packets packets) noexcept
{
    Word<uint64_t>(&segment.extension()->takeovers).fetch_add_relaxed(1);
    if (segment.frame_generation().is_unfinished())
        return clear_segment(segment);
    const Segment::Slots slots = segment.slots();
    if (slots.recover())
        segment.frame_generation().publish(slots.newest().counter);
    if (packets == Packets::given_up && !slots.snapshot(slots.next_slot()).stable)
        give_up_frame(segment);
}

Status fail_packets_open(const Segment &segment) noexcept
{
    return fail(DAO_E_STATE,
                "%s: cannot write: this process is putting a frame together from packets; expected further packets, "
                "or finalise",
                segment.name());
}

[[gnu::noinline]] Status give_packets_up(const Segment &segment) noexcept
{
    (void)segment.writer_lock().release();
    return fail(DAO_E_STATE,
                "%s: frame given up: the writer lock was taken away while this process put it together from packets; "
                "expected to hold it until the end",
                segment.name());
}

// The lock is the caller's. Had this process a frame of packets under way, then it is lost.
Status begin_holding(Segment &segment, base::Interrupts &interrupts, LockResult result) noexcept
{
    const bool lost_packets = result != LockResult::continued && segment.has_packets();
    const bool is_taken_over = result == LockResult::taken_over;
    const bool was_own = is_taken_over && is_own_record(segment); // before it says who has the lock now
    segment.note_lock_holder(&interrupts);
    record_writer(segment);
    if (is_taken_over)
        repair(segment, was_own ? Packets::kept : Packets::given_up);
    return lost_packets ? give_packets_up(segment) : Status::success;
}

// What becomes of a lock that was not simply free. A function of its own: what it needs of the stack is not in the way of
// each frame.
template <class Try>
[[gnu::noinline]] Status lock_after_all(Segment &segment, base::Interrupts &interrupts, LockResult result,
                                        Try try_once) noexcept
{
    const Segment::Lock word = segment.writer_lock();
    const auto try_now = [&](bool ask_if_dead) noexcept { return try_once(word, ask_if_dead); };
    if (result == LockResult::busy)
        if (Status ended = wait_for_lock(segment, word, "writer lock", interrupts, try_now, result);
            ended != Status::success)
            return ended;
    if (result == LockResult::packets_open)
        return fail_packets_open(segment);
    if (result == LockResult::joined)
        return Status::success;
    return begin_holding(segment, interrupts, result);
}

template <class Try>
Status lock(Segment &segment, base::Interrupts &interrupts, Try try_once) noexcept
{
    if (!segment.show_presence())
        return base::fail_no_memory(segment.name(), "process's token");
    const LockResult result = try_once(segment.writer_lock(), false);
    if (result != LockResult::held)
        return lock_after_all(segment, interrupts, result, try_once);
    return begin_holding(segment, interrupts, result);
}

}

Status fail_busy(const Segment &segment, base::ProcessToken holder, const char *lock) noexcept
{
    if (holder == 0) // free by now, and taken by others time and again
        return fail(DAO_E_BUSY,
                    "%s: busy: other processes took the %s each time; expected it free within the time limit",
                    segment.name(), lock);
    char who[160];
    describe_process(segment, holder, who, sizeof who);
    const bool unknown = check_liveness(segment, holder) == Liveness::unknown;
    return fail(DAO_E_BUSY, "%s: busy: %s holds the %s; expected it free within the time limit%s", segment.name(), who,
                lock, unknown ? "; `daoshm unlock` frees it" : "");
}

Status lock_for_frame(Segment &segment, base::Interrupts &interrupts) noexcept
{
    if (segment.extension() == nullptr)
        return Status::success;
    return lock(segment, interrupts, [](const Segment::Lock &word, bool ask) noexcept { return word.try_hold(ask); });
}

Status lock_for_packet(Segment &segment, base::Interrupts &interrupts, bool &joined) noexcept
{
    joined = false;
    if (segment.extension() == nullptr)
        return Status::success;
    return lock(segment, interrupts, [&joined](const Segment::Lock &word, bool ask) noexcept {
        const LockResult result = word.try_join(ask);
        joined = result == LockResult::joined;
        return result;
    });
}

Status lock_to_finalise(Segment &segment, base::Interrupts &interrupts, bool &continued) noexcept
{
    continued = false;
    if (segment.extension() == nullptr)
        return Status::success;
    return lock(segment, interrupts, [&continued](const Segment::Lock &word, bool ask) noexcept {
        const LockResult result = word.try_finalise(ask);
        continued = result == LockResult::continued;
        return result;
    });
}

namespace
{

enum class Freed
{
    nothing, // the lock is free
    done,
    refused // its holder lives
};

// When done, this process holds the lock.
Freed seize(const Segment &segment, const Segment::Lock &word, bool force) noexcept
{
    for (;;)
    {
        const base::ProcessToken holder = word.holder();
        if (holder == 0)
            return Freed::nothing;
        if (!force && check_liveness(segment, holder) == Liveness::alive)
            return Freed::refused;
        if (word.try_seize(holder) == LockResult::taken_over)
            return Freed::done;
    }
}

}

Status unlock_by_hand(Segment &segment, bool force) noexcept
{
    if (segment.extension() == nullptr)
        return fail(
            DAO_E_UNSUPPORTED,
            "%s: cannot unlock it: made by DAO, and so without a writer lock; expected a segment of this library",
            segment.name());
    if (segment.read_only())
        return base::fail_read_only(segment.name(), "unlock it");
    if (!segment.show_presence())
        return base::fail_no_memory(segment.name(), "process's token");
    const Freed frames = seize(segment, segment.writer_lock(), force);
    if (frames == Freed::done)
    {
        if (!segment.has_packets()) // of this process: told with their next call
            segment.note_lock_holder(nullptr);
        record_writer(segment);
        repair(segment, Packets::given_up);
        (void)segment.writer_lock().release();
        notify_waiters(segment);
    }
    const Freed keywords = seize(segment, segment.keyword_lock(), force);
    if (keywords == Freed::done) // what is half done is in the journal, for the next holder
    {
        segment.note_keyword_holder(nullptr);
        (void)segment.keyword_lock().release();
    }
    if (frames == Freed::done || keywords == Freed::done || (frames != Freed::refused && keywords != Freed::refused))
        return Status::success;
    char who[160];
    const Segment::Lock word = frames == Freed::refused ? segment.writer_lock() : segment.keyword_lock();
    describe_process(segment, word.holder(), who, sizeof who);
    return fail(DAO_E_BUSY, "%s: not unlocked: %s lives; expected a holder that may be dead, or force", segment.name(),
                who);
}

bool unlock(const Segment &segment, const base::Interrupts &handle) noexcept
{
    if (segment.extension() == nullptr || segment.is_lost())
        return true;
    return segment.is_lock_holder(&handle) && segment.writer_lock().release();
}

}
