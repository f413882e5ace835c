// The last frames at once.
#include "segment.hpp"

namespace daopython
{

// Counts frames from a place of its own, so that what is only counted stays unread in the thread's.
bool Segment::wait_for_count(Handle::Use &use, const WaitRequest &request, uint64_t frames)
{
    if (!use->history || use->history->forks != fork_count())
        use->history = use->make_another();
    Handle::Use counting(handle_, *use->history);
    const Deadline deadline(request.timeout_ns);
    const IMAGE_METADATA *counted = counting.image()->md;
    char nothing = 0;
    DAO_FRAME frame = DAO_FRAME_INIT;
    uint64_t missed = 0;
    for (;;)
    {
        const uint64_t published = daoShmGetCounter(counting.image());
        if (counting.image()->md != counted || published < use->history_cnt0)
            use->history_cnt0 = 0; // another segment, or one that was reused: it counts anew
        counted = counting.image()->md;
        if (published >= use->history_cnt0 + frames)
            return true;
        const int_fast8_t status = next(counting, request, deadline, {&nothing, 0}, frame, missed);
        if (status == DAO_TIMEOUT)
            return false;
    }
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
    Handle::Use use(handle_);
    const auto check_wanted = [&] {
        if (wanted < 1 || wanted > static_cast<int64_t>(use->depth))
            throw Failure(DAO_E_RANGE, std::string(use.image()->name) + ": num_items is " + std::to_string(wanted) +
                                           "; expected 1 to the depth, " + std::to_string(use->depth));
    };
    check_wanted();
    if (!use->history_begun)
        use->history_cnt0 = daoShmGetCounter(use.image());
    use->history_begun = true;
    if (waits_for_count && request.mode == DAO_WAIT_SEMAPHORE)
        request.mode = DAO_WAIT_SLEEP;
    const bool is_in_time = waits_for_count ? wait_for_count(use, request, static_cast<uint64_t>(wanted))
                            : waits         ? wait_for_unseen(use, request)
                                            : true;
    if (!is_in_time)
        return nb::none();

    nb::object stack;
    uint64_t first_cnt0 = 0;
    uint64_t count = 0;
    require(use.following([&] {
        check_wanted();
        count = std::min(daoShmGetCounter(use.image()), static_cast<uint64_t>(wanted));
        const bool is_short = count < static_cast<uint64_t>(wanted);
        stack = owned(new_stack(use->shape, static_cast<Py_intptr_t>(wanted), is_short));
        auto *bytes = static_cast<char *>(array_data(stack.ptr()));
        Released released;
        void *destination = bytes + (static_cast<uint64_t>(wanted) - count) * use->frame_bytes;
        const int_fast8_t status =
            count > 0 ? daoShmReadLast(use.image(), destination, static_cast<uint32_t>(count), &first_cnt0)
                      : daoShmReadNewest(use.image(), destination, 0, nullptr, nullptr);
        return status;
    }));
    use->history_cnt0 = count > 0 ? first_cnt0 + count - 1 : 0;
    use->saw(use->history_cnt0);
    return part_of(stack, use->shape.axes, region);
}

} // namespace daopython
