#include "publisher/ordered_reader.hpp"

#include <algorithm>

namespace dao::net
{

OrderedReader::OrderedReader(Source &source, const Place &after)
    : source_(source), after_(after), skip_to_(after.cnt0), skip_source_(source.name_of_life(after.life)),
      begins_with_newest_(after.life == 0)
{
    image_.duplicate(source.reading_.get());
    // The receiver has frames of a segment that was made anew, as another reader found it before the source did. Where that
    // one is gone again, all that is left here came before them.
    const bool has_all = after.life > source.place().life && !source.follow(image_);
    int_fast8_t status = DAO_SUCCESS;
    if (has_all)
        status = daoShmResetTail(image_.get(), nullptr, nullptr);
    else if (!begins_with_newest_)
        status = daoShmRewind(image_.get()); // before the first frame: what the receiver has is skipped
    if (status != DAO_SUCCESS)
        throw Failure::of_last_call();
    opened_ = source.describe_opened(image_.get());
    source.readers_.insert(this);
}

OrderedReader::~OrderedReader()
{
    source_.readers_.erase(this);
    source_.forget_passed();
}

std::optional<FrameCopy> OrderedReader::next(uint64_t &lost)
{
    lost = 0;
    if (begins_with_newest_)
    {
        begins_with_newest_ = false;
        if (std::optional<FrameCopy> newest = next_newest())
            return newest;
    }
    return next_in_order(lost);
}

std::optional<FrameCopy> OrderedReader::next_newest()
{
    std::optional<FrameCopy> newest = source_.copy_newest(image_.get(), opened_);
    // A newer one is the business of reading in order.
    if (!newest || newest->frame.cnt0 == 0 || newest->frame.cnt0 != image_->fifo_last_read_cnt0)
        return std::nullopt;
    (void)follow(*newest);
    return newest;
}

// Returns how many frames of lives before are known to have been published after the last one that was read, or that the
// receiver had.
uint64_t OrderedReader::follow(FrameCopy &frame)
{
    const Birth birth = opened_.birth(frame.frame.generation);
    // In the life where it begins, frames before the place to begin at come first.
    if (place_.life == 0 && !source_.lives_.is_last(after_.life, birth))
        place_ = after_;
    // It has not gone through all of them yet, and perhaps never will.
    const uint64_t received = place_.life == after_.life ? source_.lives_.between(place_, after_) : uint64_t{0};
    const uint32_t set_backs = source_.lives_.set_backs(birth);
    const uint64_t left = source_.lives_.move(place_, birth, frame.frame.cnt0);
    if (source_.lives_.set_backs(birth) != set_backs)
        frame.header = source_.write_header(image_.get(), opened_, frame.frame);
    return left - std::min(left, received);
}

std::optional<FrameCopy> OrderedReader::next_in_order(uint64_t &lost)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout_ns = 0;
    for (;;)
    {
        uint64_t missed = 0;
        int_fast8_t status = DAO_SUCCESS;
        std::optional<FrameCopy> frame =
            source_.copy(image_.get(), opened_, [&](void *data, uint64_t elements, DAO_FRAME &read_frame) {
                return status = daoShmNext(image_.get(), &how, data, elements, &read_frame, &missed);
            });
        if ((status == DAO_REPLACED || !image_.is_open()) && source_.follow(image_))
        {
            opened_ = source_.describe_opened(image_.get());
            continue;
        }
        if (!frame)
            return std::nullopt;
        const uint64_t left = follow(*frame);
        if (source_.header_.source != skip_source_)
            skip_to_ = 0; // the segment was made anew: its counter began again
        if (frame->frame.cnt0 <= skip_to_)
            continue;
        missed = std::min(missed, source_.lives_.before(place_)); // a counter that was set back goes on from anywhere
        // Frames before the place to begin at are not missed.
        const uint64_t first_missed = frame->frame.cnt0 - missed;
        lost = left + (first_missed > skip_to_ ? missed : frame->frame.cnt0 - skip_to_ - 1);
        skip_to_ = 0;
        return frame;
    }
}

}
