#include "frames/handle.hpp"

#include "frames/write_steps.hpp"

namespace dao::frames
{

void begin(Handle &handle) noexcept
{
    attach(handle.reader, *handle.segment);
    reset_tail(handle.reader);
    handle.writer = Writer{};
    handle.writer.segment = handle.segment.get();
    handle.writer.interrupts = &handle.reader.cancellation.interrupts;
    foresee(handle.writer);
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
    end(handle);
    handle.segment = std::move(fresh);
    begin(handle);
    attach(handle.reader, *handle.segment); // so that following it loses none
    return Status::success;
}

}
