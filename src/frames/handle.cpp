#include "frames/handle.hpp"

#include "frames/write_steps.hpp"
#include "platform/fork_mutex.hpp"
#include "segment/notification.hpp"

namespace dao::frames
{

namespace
{

// Guards `segment` of each handle against a thread that interrupts the handle while another one reopens it. Held for some
// instructions, by no thread while the process forks.
std::mutex exchanging;

[[maybe_unused]] const bool exchanges_know_forks = platform::keep_free_at_forks<exchanging>();

}

void begin(Handle &handle) noexcept
{
    attach(handle.reader, *handle.segment);
    reset_tail(handle.reader);
    handle.writer = Writer{};
    handle.writer.segment = handle.segment.get();
    handle.writer.interrupts = &handle.reader.cancellation.interrupts;
    foresee(handle.writer);
    note_given_up(handle.writer);
}

void end(Handle &handle) noexcept
{
    if (handle.writer.has_loan())
        (void)abort_loan(handle.writer);
    detach(handle.reader);
}

Status reopen(Handle &handle) noexcept
{
    segment::SegmentPointer fresh;
    if (segment::open_again(*handle.segment, handle.wants_read_only, fresh) != Status::success)
        return Status::error;
    const int32_t claimed = segment::claimed_number(handle.reader.claim);
    end(handle);
    {
        const std::lock_guard<std::mutex> guard(exchanging);
        handle.segment.swap(fresh); // the old one is given up without the lock
    }
    handle.unmade_since_ns = 0;
    ++handle.reopenings;
    begin(handle);
    attach(handle.reader, *handle.segment); // so that following it loses none
    if (claimed >= 0)
        claim_again(handle.reader, static_cast<uint32_t>(claimed));
    return Status::success;
}

void interrupt(Handle &handle) noexcept
{
    handle.reader.cancellation.interrupts.interrupt();
    segment::SegmentPointer segment;
    {
        const std::lock_guard<std::mutex> guard(exchanging);
        segment = handle.segment;
    }
    segment::wake_sleepers(*segment);
}

}
