#include "segment/writer_lock.hpp"

#include "base/error.hpp"
#include "segment/reuse.hpp"

namespace dao::segment
{

using base::fail;
using base::Word;
using format::Extension;
using protocol::LockResult;

namespace
{

constexpr int64_t lock_limit_ns = 5'000'000'000;
constexpr int spins_before_sleep = 200;
constexpr int64_t first_sleep_ns = 50'000;
constexpr int64_t longest_sleep_ns = 1'000'000;

void repair(Segment &segment) noexcept
{
    Extension &extension = *segment.extension();
    Word<uint64_t>(&extension.takeovers).fetch_add_relaxed(1);
    if (Word<uint32_t>(&extension.resetting).load_relaxed() != 0)
        clear_segment(segment);
    else if (segment.slots().recover())
        segment.published().store_release(segment.slots().newest().counter);
}

Status fail_busy(const Segment &segment) noexcept
{
    const uint32_t pid = base::token_pid(segment.writer_lock().holder());
    char name[DAO_READER_NAME_SIZE];
    platform::process_name(pid, name, sizeof name);
    return fail(DAO_E_BUSY, "%s: busy: process %u (%s) has held the writer lock for 5 s", segment.name(), pid, name);
}

Status fail_packets_open(const Segment &segment) noexcept
{
    return fail(DAO_E_STATE,
                "%s: cannot write: this process is putting a frame together from packets; finalise it first",
                segment.name());
}

// Contended: spin a little, then sleep and check. Sleeping on the word itself would make every release check for
// sleepers, and two writers of one segment are not the case to make fast.
template <class Try> LockResult wait_for_lock(const Segment &segment, Try &&try_once) noexcept
{
    LockResult result = LockResult::busy;
    for (int spin = 0; spin < spins_before_sleep && result == LockResult::busy; ++spin)
    {
        platform::pause();
        result = try_once(false);
    }
    int64_t now_ns = platform::monotonic_ns();
    const int64_t deadline_ns = now_ns + lock_limit_ns;
    // A word in lost memory may show a holder that never goes.
    for (int64_t sleep_ns = first_sleep_ns; result == LockResult::busy && now_ns < deadline_ns && !segment.is_lost();)
    {
        result = try_once(true);
        if (result != LockResult::busy)
            break;
        (void)platform::sleep_until(now_ns + sleep_ns);
        sleep_ns = std::min(sleep_ns * 2, longest_sleep_ns);
        now_ns = platform::monotonic_ns();
    }
    return result;
}

template <class Try> Status lock(Segment &segment, Try &&try_once) noexcept
{
    LockResult result = try_once(false);
    if (result == LockResult::busy)
    {
        result = wait_for_lock(segment, try_once);
        if (Status lost = segment.check_memory(); lost != Status::success)
            return lost;
    }
    if (result == LockResult::busy)
        return fail_busy(segment);
    if (result == LockResult::packets_open)
        return fail_packets_open(segment);
    if (result == LockResult::taken_over)
        repair(segment);
    return Status::success;
}

}

Status lock_for_frame(Segment &segment) noexcept
{
    if (segment.extension() == nullptr)
        return Status::success;
    return lock(segment, [word = segment.writer_lock()](bool ask) noexcept { return word.try_hold(ask); });
}

Status lock_for_packet(Segment &segment, bool &joined) noexcept
{
    joined = false;
    if (segment.extension() == nullptr)
        return Status::success;
    return lock(segment,
                [word = segment.writer_lock(), &joined](bool ask) noexcept
                {
                    const LockResult result = word.try_join(ask);
                    joined = result == LockResult::joined;
                    return result;
                });
}

Status lock_to_finalise(Segment &segment) noexcept
{
    if (segment.extension() == nullptr)
        return Status::success;
    return lock(segment, [word = segment.writer_lock()](bool ask) noexcept { return word.try_finalise(ask); });
}

bool unlock(const Segment &segment) noexcept
{
    return segment.extension() == nullptr || segment.is_lost() || segment.writer_lock().release();
}

}
