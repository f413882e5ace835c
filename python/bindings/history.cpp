// The last frames at once.
#include "copying.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

/// Frames are counted from this one on. Those of a segment that was reused since are all new.
void count_from(Place &place, uint64_t cnt0, uint32_t generation)
{
    place.history_cnt0 = cnt0;
    place.history_generation = generation;
}

/// How often the segment was reused before its newest frame; `otherwise` while that is being written.
uint32_t generation_of(IMAGE *image, uint32_t otherwise)
{
    DAO_FRAME newest = DAO_FRAME_INIT;
    return daoShmGetNewestFrame(image, &newest) == DAO_SUCCESS ? newest.generation : otherwise;
}

} // namespace

// Counts frames from a place of its own, so that what is only counted stays unread in the thread's.
bool Segment::wait_for_count(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, uint64_t frames)
{
    if (!use->history || use->history->forks != fork_count())
    {
        use->history = use->make_another();
        handle_.enter(use->history);
    }
    Handle::Use counting(handle_, *use->history);
    const IMAGE_METADATA *counted = counting.image()->md;
    char nothing = 0;
    DAO_FRAME frame = DAO_FRAME_INIT;
    uint64_t missed = 0;
    for (;;)
    {
        const uint32_t generation = generation_of(counting.image(), use->history_generation);
        const uint64_t published = daoShmGetCounter(counting.image());
        if (counting.image()->md != counted || generation != use->history_generation || published < use->history_cnt0)
            count_from(*use, 0, generation); // another segment, one that was reused, or one whose counter was set back
        counted = counting.image()->md;
        if (published >= use->history_cnt0 + frames)
            return true;
        const int_fast8_t status = next(counting, request, deadline, {&nothing, 0}, frame, missed);
        if (status == DAO_TIMEOUT)
            return false;
    }
}

namespace
{

/// The last frames, oldest first, after zeros where fewer were published.
struct History
{
    nb::object stack;
    uint64_t count = 0;
};

/// @return a status; `DAO_NOTREADY` too when the segment was made again after its frames were counted
int_fast8_t copy_last(Handle::Use &use, uint64_t wanted, History &history)
{
    history.count = std::min(daoShmGetCounter(use.image()), wanted);
    const bool is_short = history.count < wanted;
    history.stack = owned(new_stack(use->shape, static_cast<Py_intptr_t>(wanted), is_short));
    auto *bytes = static_cast<char *>(array_data(history.stack.ptr()));
    Released released;
    if (history.count == 0)
        return daoShmReadNewest(use.image(), bytes, 0, nullptr, nullptr);
    void *destination = bytes + (wanted - history.count) * use->frame_bytes;
    return daoShmReadLast(use.image(), destination, static_cast<uint32_t>(history.count), nullptr);
}

/// All slots are wanted, and the oldest frame, or the only one, is being overwritten: wait for the frame that does it. False
/// when the time limit passed.
bool wait_for_all_slots(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, uint64_t wanted)
{
    const uint64_t newest = daoShmGetCounter(use.image());
    if (std::min(newest, wanted) < use->depth || !is_being_written(metadata_from_newest(*use, 1)))
        return true;
    return wait_beyond(use, request, deadline, newest) != DAO_TIMEOUT;
}

} // namespace

nb::object Segment::last_frames(Handle::Use &use, int64_t wanted, WaitRequest request, bool waits, bool waits_for_count)
{
    const auto check_wanted = [&] {
        if (wanted < 1 || wanted > static_cast<int64_t>(use->depth))
            throw Failure(DAO_E_RANGE, std::string(use.image()->name) + ": num_items is " + std::to_string(wanted) +
                                           "; expected 1 to the depth, " + std::to_string(use->depth));
    };
    check_wanted();
    if (!use->history_begun)
    {
        const uint32_t generation = generation_of(use.image(), 0); // an earlier one than of the counter, if any
        count_from(*use, daoShmGetCounter(use.image()), generation);
    }
    use->history_begun = true;
    if (waits_for_count && request.mode == DAO_WAIT_SEMAPHORE)
        request.mode = DAO_WAIT_SLEEP;
    const auto frames_wanted = static_cast<uint64_t>(wanted);
    const uint64_t least = waits_for_count ? frames_wanted : waits ? 1 : 0;
    const Deadline deadline(request.timeout_ns);
    History history;
    do
    {
        request.timeout_ns = deadline.left_ns();
        const bool is_there = waits_for_count ? wait_for_count(use, request, deadline, frames_wanted)
                              : waits         ? wait_for_unseen(use, request)
                                              : true;
        if (!is_there || (least > 0 && !wait_for_all_slots(use, request, deadline, frames_wanted)))
            return {};
        const int_fast8_t status = use.following([&] {
            check_wanted();
            return copy_last(use, frames_wanted, history);
        });
        const bool is_gone = status == DAO_NOTREADY && (least > 0 || daoShmGetCounter(use.image()) < history.count);
        if (!is_gone)
            require(status);
        else if (least > 0 && deadline.left_ns() == 0)
            return {};
        else
            history.stack.reset();
        if (is_gone)
            use.run_signal_handlers();
    } while (!history.stack || history.count < least); // what was waited for was overwritten, or went with its segment
    DAO_FRAME last = DAO_FRAME_INIT;
    if (history.count > 0)
        require(daoShmGetFrame(use.image(), &last));
    count_from(*use, last.cnt0, last.generation);
    use->saw(last.cnt0);
    return history.stack;
}

nb::object Segment::get_history(nb::handle frames, nb::handle check_first, const HistoricWait &wait, nb::handle buffer,
                                const Region &region)
{
    const int64_t wanted = signed_integer(frames, "num_items");
    const bool waits_for_count = truth(buffer, "buffer");
    const bool waits = truth(check_first, "check");
    WaitRequest request = historic_request(wait);
    if ((waits || waits_for_count) && !wait_for_segment(handle_, request))
        return nb::none();
    nb::object stack;
    int axes = 0;
    {
        Handle::Use use(handle_);
        stack = last_frames(use, wanted, request, waits, waits_for_count);
        axes = use->shape.axes;
    }
    return stack ? part_of(stack, axes, region) : nb::none();
}

} // namespace daopython
