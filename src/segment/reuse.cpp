#include "segment/reuse.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "segment/given_up.hpp"
#include "segment/keyword_access.hpp"
#include "segment/notification.hpp"
#include "segment/writer_lock.hpp"

namespace dao::segment
{

using base::Word;

namespace
{

void clear_slot(const Segment &segment, uint32_t slot) noexcept
{
    IMAGE_METADATA &metadata = *segment.metadata(slot);
    base::clear_shared(segment.slot_data(slot), segment.layout().slot_bytes);
    Word<int64_t>(&metadata.atime.tsfixed.secondlong).store_relaxed(0);
    for (uint64_t *counter : {&metadata.cnt1, &metadata.cnt2})
        Word<uint64_t>(counter).store_relaxed(0);
    for (uint32_t *number : {&metadata.lastPos, &metadata.lastNb, &metadata.packetNb, &metadata.packetTotal})
        Word<uint32_t>(number).store_relaxed(0);
    base::clear_shared(metadata.lastNbArray, sizeof metadata.lastNbArray);
}

void clear_waiting(Segment &segment) noexcept
{
    segment.semaphores().post_all(0);
    forget_posts(segment);
    Word<uint32_t>(&segment.extension()->has_slice).store_relaxed(0);
    forget_given_up_frame(segment);
    for (format::ReaderEntry &reader : segment.extension()->readers) // which have seen no frame of those to come
        Word<uint64_t>(&reader.last_counter).store_relaxed(0);
}

Status fail_lost_lock(const Segment &segment) noexcept
{
    return base::fail(DAO_E_STATE,
                      "%s: not cleared as a whole: the writer lock was taken away while this process made it again; "
                      "expected to hold it until the end",
                      segment.name());
}

}

void clear_segment(Segment &segment) noexcept
{
    segment.frame_generation().begin_anew(
        segment.slots(), [&](uint32_t slot) { clear_slot(segment, slot); }, [&] { clear_waiting(segment); });
}

Status reuse(Segment &segment, base::Interrupts &interrupts, bool dao_semaphores, uint32_t mode) noexcept
{
    segment.forget_packets(); // which are to be gone
    bool had_packets = false;
    if (Status status = lock_to_finalise(segment, interrupts, had_packets); status != Status::success)
        return status;
    // Before anything is cleared: who is told that it failed finds all as it was. Nobody who has this one waits for the other.
    KeywordLock keywords(segment);
    if (Status status = keywords.take(interrupts); status != Status::success)
    {
        (void)unlock(segment, interrupts);
        return status;
    }
    if (!has_lock(segment, interrupts))
        return fail_lost_lock(segment);
    clear_segment(segment);
    clear_keywords(segment, keywords);
    if (dao_semaphores) // they are there before others learn that they are
    {
        segment.make_dao_semaphores(mode);
        forget_posts(segment);
        Word<uint32_t>(&segment.extension()->flags).fetch_or_release(format::flag_dao_semaphores);
    }
    const bool was_held = unlock(segment, interrupts);
    segment.notifier().notify();
    const Status status = keywords.give_back();
    return was_held ? status : fail_lost_lock(segment);
}

}
