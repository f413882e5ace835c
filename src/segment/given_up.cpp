#include "segment/given_up.hpp"

namespace dao::segment
{

using base::Word;

namespace
{

Word<uint64_t> number_in(const Segment &segment) noexcept
{
    return Word<uint64_t>(&segment.extension()->given_up);
}

}

void give_up_frame(const Segment &segment) noexcept
{
    const protocol::Newest last = segment.slots().newest();
    const uint32_t slot = segment.slots().next_slot();
    if (slot != last.slot)
    {
        IMAGE_METADATA &from = *segment.metadata(last.slot);
        IMAGE_METADATA &to = *segment.metadata(slot);
        segment.slots().begin_write(
            slot); // marked already, perhaps by another process, whose fence covers no store of this one
        Word<uint64_t>(&to.cnt1).store_relaxed(Word<uint64_t>(&from.cnt1).load_relaxed());
        Word<uint64_t>(&to.cnt2).store_relaxed(Word<uint64_t>(&from.cnt2).load_relaxed());
        Word<int64_t>(&to.atime.tsfixed.secondlong).store_relaxed(0);
    }
    if (segment.extension() != nullptr)
        number_in(segment).store_relaxed(last.counter + 1);
}

bool holds_given_up_frame(const Segment &segment) noexcept
{
    const Segment::Slots slots = segment.slots();
    return segment.extension() != nullptr && !slots.snapshot(slots.next_slot()).stable &&
           number_in(segment).load_relaxed() == slots.newest().counter + 1;
}

void forget_given_up_frame(const Segment &segment) noexcept
{
    if (segment.extension() != nullptr)
        number_in(segment).store_relaxed(0);
}

}
