#include "segment/writer_turn.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"

#include <cinttypes>

namespace dao::segment
{

using base::fail;
using base::Word;
using format::Extension;

Status check_writable(const Handle &handle, const void *data, uint64_t position, uint64_t count) noexcept
{
    const Segment &segment = *handle.segment;
    if (data == nullptr)
        return fail(DAO_E_ARGUMENT, "%s: the data is a null pointer", segment.name());
    if (count > segment.element_count() || position > segment.element_count() - count)
        return fail(DAO_E_RANGE, "%s: %" PRIu64 " elements at %" PRIu64 "; expected at most the frame's %" PRIu64,
                    segment.name(), count, position, segment.element_count());
    if (segment.read_only())
        return fail(DAO_E_READ_ONLY, "%s: open for reading only", segment.name());
    if (handle.has_loan())
        return fail(DAO_E_STATE, "%s: a loan is under way; commit or abort it first", segment.name());
    return Status::success;
}

namespace
{

constexpr int64_t turn_limit_ns = 5'000'000'000;
constexpr int spins_before_sleep = 200;
constexpr int64_t first_sleep_ns = 50'000;
constexpr int64_t longest_sleep_ns = 1'000'000;

void repair(Segment &segment) noexcept
{
    Extension &extension = *segment.extension();
    Word<uint64_t>(&extension.takeovers).fetch_add_relaxed(1);
    if (Word<uint32_t>(&extension.resetting).load_relaxed() != 0)
        clear_segment(segment);
    else if (segment.ring().recover())
        segment.published().store_release(segment.ring().newest().counter);
}

Status blame_holder(const Segment &segment) noexcept
{
    const uint32_t pid = base::token_pid(segment.writer_lock().holder());
    char name[DAO_READER_NAME_SIZE];
    platform::process_name(pid, name, sizeof name);
    return fail(DAO_E_BUSY, "%s: process %u (%s) has kept the segment locked for 5 s", segment.name(), pid, name);
}

// Contended: spin a little, then sleep and look. Sleeping on the word itself would make every release look for
// sleepers, and two writers of one segment are not the case to make fast.
template <class Try> Status wait_for_turn(Segment &segment, Try &&try_once) noexcept
{
    for (int spin = 0; spin < spins_before_sleep; ++spin)
    {
        platform::pause();
        if (try_once(false))
            return Status::success;
    }
    const int64_t deadline_ns = platform::monotonic_ns() + turn_limit_ns;
    int64_t sleep_ns = first_sleep_ns;
    while (!try_once(true))
    {
        // A word in lost memory may show a holder that never goes.
        if (Status lost = segment.check_memory(); lost != Status::success)
            return lost;
        const int64_t now_ns = platform::monotonic_ns();
        if (now_ns > deadline_ns)
            return blame_holder(segment);
        (void)platform::sleep_until(now_ns + sleep_ns);
        sleep_ns = sleep_ns * 2 < longest_sleep_ns ? sleep_ns * 2 : longest_sleep_ns;
    }
    return Status::success;
}

}

Status take_turn(Segment &segment) noexcept
{
    if (segment.extension() == nullptr)
        return Status::success; // DAO's segments have no lock
    const Segment::Lock lock = segment.writer_lock();
    const auto try_once = [&](bool ask_if_alive) noexcept {
        const Grip grip = lock.try_hold(ask_if_alive);
        if (grip == Grip::taken_over)
            repair(segment);
        return grip != Grip::busy;
    };
    return try_once(false) ? Status::success : wait_for_turn(segment, try_once);
}

Status take_packet_turn(Segment &segment, bool &joined) noexcept
{
    joined = false;
    if (segment.extension() == nullptr)
        return Status::success;
    const Segment::Lock lock = segment.writer_lock();
    const auto try_once = [&](bool ask_if_alive) noexcept {
        const Grip grip = lock.try_join(ask_if_alive);
        if (grip == Grip::taken_over)
            repair(segment);
        joined = grip == Grip::joined;
        return grip != Grip::busy;
    };
    return try_once(false) ? Status::success : wait_for_turn(segment, try_once);
}

void end_turn(const Segment &segment) noexcept
{
    if (segment.extension() != nullptr && !segment.is_lost())
        segment.writer_lock().release();
}

void clear_segment(Segment &segment) noexcept
{
    Extension &extension = *segment.extension();
    const Segment::Ring ring = segment.ring();
    Word<uint32_t>(&extension.resetting).store_release(1);
    for (uint32_t slot = 0; slot < segment.depth(); ++slot)
        ring.disturb(slot);
    for (uint32_t slot = 0; slot < segment.depth(); ++slot)
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
    ring.restart();
    segment.published().store_release(0);
    segment.semaphores().post_all(0);
    Word<uint32_t>(&extension.has_slice).store_relaxed(0);
    Word<uint32_t>(&extension.generation).fetch_add_release(1);
    Word<uint32_t>(&extension.resetting).store_release(0);
}

Status finish_frame(Handle &handle, uint32_t slot) noexcept
{
    Segment &segment = *handle.segment;
    // The data may have gone to zero pages of this process alone, while the counters still are everybody's.
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    const Segment::Ring ring = segment.ring();
    IMAGE_METADATA &metadata = *segment.metadata(slot);
    const int64_t now_ns = platform::realtime_ns();

    Word<int64_t>(&metadata.atime.tsfixed.secondlong)
        .store_relaxed(handle.has_acquisition_time ? handle.acquisition_time_ns : now_ns);
    Word<double>(&metadata.last_access).store_relaxed(static_cast<double>(now_ns) * 1e-9);
    if (handle.has_frame_id)
        Word<uint64_t>(&metadata.cnt2).store_relaxed(handle.frame_id);
    handle.has_acquisition_time = false;
    handle.has_frame_id = false;

    const uint64_t counter = ring.commit(slot);
    if (Extension *extension = segment.extension())
    {
        segment.published().store_release(counter);
        segment.semaphores().post_all(((1u << segment.semaphore_limit()) - 1) |
                                      wait::semaphore_bit(wait::log_semaphore));
        const base::ProcessToken self = platform::this_process().token;
        const Word<uint64_t> last_writer(&extension->last_writer);
        if (last_writer.load_relaxed() != self)
            last_writer.store_relaxed(self);
        segment.writer_lock().release();
    }
    wake_waiters(segment);
    return Status::success;
}

void wake_waiters(Segment &segment) noexcept
{
    if (segment.has_named_semaphores())
        for (uint32_t number = 0; number <= wait::log_semaphore; ++number)
            if (platform::NamedSemaphore &semaphore = segment.named_semaphore(number); semaphore.is_open())
                semaphore.post();
    if (segment.extension() != nullptr)
        segment.doorbell().ring();
}

}
