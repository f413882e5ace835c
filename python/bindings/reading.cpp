// Whole copies, views and waits.
#include <cmath>
#include <cstring>

#include "interpreter.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

constexpr auto retry_for = std::chrono::milliseconds(100);

/// Before the first frame a segment holds what it was made with: copy that, whole.
int_fast8_t copy_initial(Mapping &mapping, void *destination)
{
    void *slot = nullptr;
    uint32_t index = 0;
    uint64_t cnt0 = 0;
    const int_fast8_t status = daoShmGetNewestSegment(&mapping.image, &slot, &index, &cnt0);
    if (status != DAO_SUCCESS || cnt0 != 0)
        return status == DAO_SUCCESS ? DAO_NOTREADY : status;
    std::memcpy(destination, slot, mapping.frame_bytes);
    return daoShmCheckSegmentOverwrite(&mapping.image);
}

int_fast8_t copy_newest_now(Mapping &mapping, void *destination, uint64_t &cnt0)
{
    cnt0 = 0;
    if (std::atomic_ref(metadata_from_newest(mapping, 0).cnt0).load(std::memory_order_relaxed) == 0 &&
        copy_initial(mapping, destination) == DAO_SUCCESS)
        return DAO_SUCCESS;
    return daoShmReadNewest(&mapping.image, destination, mapping.element_count, &cnt0, nullptr);
}

void copy_newest(Mapping &mapping, void *destination, uint64_t &cnt0)
{
    {
        ReleaseForCopy release(mapping, 0);
        if (copy_newest_now(mapping, destination, cnt0) == DAO_SUCCESS)
            return;
    }
    // A thread that needs the interpreter may have begun to write just after we looked.
    nb::gil_scoped_release release;
    check(copy_newest_now(mapping, destination, cnt0));
}

int_fast8_t copy_next(Mapping &mapping, void *destination, uint64_t &cnt0, uint64_t &missed)
{
    ReleaseForCopy release(mapping, 0);
    return daoShmReadNext(&mapping.image, destination, mapping.element_count, &cnt0, nullptr, &missed);
}

/// Repeat while the writer overtakes the copy, for a bounded time.
template <typename Copy>
void retry_overwritten(Copy copy)
{
    nb::gil_scoped_release release;
    const auto give_up = Clock::now() + retry_for;
    int_fast8_t status = copy();
    while (status == DAO_OVERWRITE && Clock::now() < give_up)
        status = copy();
    check(status);
}

WaitKind wait_kind(const std::string &mode)
{
    if (mode == "sleep")
        return WaitKind::Sleep;
    if (mode == "spin")
        return WaitKind::Spin;
    if (mode == "adaptive")
        return WaitKind::Adaptive;
    throw Failure(DAO_E_ARGUMENT, "unknown way to wait \"" + mode + "\"; expected \"sleep\", \"spin\" or \"adaptive\"");
}

int64_t historic_limit_ns(nb::handle timeout)
{
    const int64_t limit = limit_ns(timeout);
    return limit == 0 ? -1 : limit;
}

} // namespace

int64_t limit_ns(nb::handle timeout)
{
    if (timeout.is_none())
        return -1;
    const double seconds = PyFloat_AsDouble(timeout.ptr());
    if (seconds == -1.0 && PyErr_Occurred() != nullptr)
        throw nb::python_error();
    if (std::isnan(seconds) || seconds < 0.0)
        throw Failure(DAO_E_ARGUMENT,
                      "a time limit of " + std::to_string(seconds) + " s; expected 0 or more seconds, or None");
    return seconds > 1e9 ? -1 : static_cast<int64_t>(seconds * 1e9);
}

bool Segment::wait_as_asked(const HistoricWait &wait)
{
    WaitRequest request;
    request.timeout_ns = historic_limit_ns(wait.timeout);
    if (truth(wait.spin))
        request.kind = WaitKind::Spin;
    else if (wait.semaphore >= 0)
        request.semaphore = wait.semaphore;
    else
        throw Failure(DAO_E_SEMAPHORE, "semaphore " + std::to_string(wait.semaphore) + "; expected 0 to 9");
    return handle_.wait(request);
}

nb::object Segment::get_data(nb::handle check_first, nb::handle reform, const HistoricWait &wait, nb::handle out)
{
    if (truth(check_first) && !wait_as_asked(wait))
        return nb::none();
    const bool flat = !truth(reform);
    Handle::Use use(handle_);
    handle_.follow_replacement();
    nb::object array;
    if (out.is_none())
        array = owned(new_array(use->shape, flat));
    else if (is_frame_buffer(out.ptr(), use->shape))
        array = nb::borrow(out);
    else
        throw Failure(DAO_E_TYPE, std::string(use.image()->name) +
                                      ": out is not a writable, C-ordered array of the frame's shape and dtype");
    uint64_t cnt0 = 0;
    copy_newest(*use, array_data(array.ptr()), cnt0);
    handle_.saw(cnt0);
    return array;
}

nb::object Segment::poll_next()
{
    nb::object array;
    uint64_t cnt0 = 0;
    uint64_t missed = 0;
    int_fast8_t status = DAO_SUCCESS;
    {
        Handle::Use use(handle_);
        array = owned(new_array(use->shape));
        status = copy_next(*use, array_data(array.ptr()), cnt0, missed);
        if (status == DAO_NOTREADY)
            return nb::none();
        if (status != DAO_OVERWRITE)
            check(status);
        handle_.saw(cnt0);
    }
    return nb::make_tuple(array, cnt0, missed, static_cast<int>(status));
}

nb::tuple Segment::get_data_next(nb::handle wait, nb::handle reform)
{
    nb::object frame = poll_next();
    if (frame.is_none() && truth(wait))
    {
        WaitRequest request;
        request.after = WaitRequest::After::Tail;
        while (frame.is_none())
        {
            handle_.wait(request);
            frame = poll_next();
        }
    }
    if (frame.is_none())
        return nb::make_tuple(DAO_NOTREADY, nb::none());
    nb::object array = frame[0];
    return nb::make_tuple(frame[3], truth(reform) ? array : array.attr("reshape")(-1));
}

nb::object Segment::get_data_arbitrary(int64_t index)
{
    Handle::Use use(handle_);
    const uint_fast32_t slot = slot_of(index, use->depth);
    nb::object array = owned(new_array(use->shape));
    void *destination = array_data(array.ptr());
    retry_overwritten(
        [&]
        {
            void *source = nullptr;
            const int_fast8_t status = daoShmGetArbitrarySegment(use.image(), &source, slot);
            if (status != DAO_SUCCESS)
                return status;
            std::memcpy(destination, source, use->frame_bytes);
            return daoShmCheckSegmentOverwrite(use.image());
        });
    return array;
}

bool Segment::wait_for_count(const HistoricWait &wait, uint64_t frames)
{
    WaitRequest request;
    request.kind = truth(wait.spin) ? WaitKind::Spin : WaitKind::Sleep;
    request.timeout_ns = historic_limit_ns(wait.timeout);
    request.after = WaitRequest::After::Given;
    {
        Handle::Use use(handle_);
        const uint64_t published = daoShmGetCounter(use.image());
        if (!history_begun_)
            history_cnt0_ = published;
        history_begun_ = true;
        // Fewer than that is a segment that was reused: it counts anew.
        request.after_cnt0 = (published < history_cnt0_ ? 0 : history_cnt0_) + frames - 1;
    }
    return handle_.wait(request);
}

nb::object Segment::get_history(int64_t frames, nb::handle check_first, const HistoricWait &wait, nb::handle buffer)
{
    {
        Handle::Use use(handle_);
        if (frames < 1 || frames > static_cast<int64_t>(use->depth))
            throw Failure(DAO_E_RANGE, std::string(use.image()->name) + ": num_items is " + std::to_string(frames) +
                                           "; expected 1 to the depth, " + std::to_string(use->depth));
    }
    const bool in_time = truth(buffer)        ? wait_for_count(wait, static_cast<uint64_t>(frames))
                         : truth(check_first) ? wait_as_asked(wait)
                                              : true;
    if (!in_time)
        return nb::none();

    Handle::Use use(handle_);
    const uint64_t published = daoShmGetCounter(use.image());
    const uint64_t count = std::min(published, static_cast<uint64_t>(frames));
    const bool short_of_frames = count < static_cast<uint64_t>(frames);
    nb::object stack = owned(new_stack(use->shape, static_cast<Py_intptr_t>(frames), short_of_frames));
    auto *bytes = static_cast<char *>(array_data(stack.ptr()));
    void *destination = bytes + (static_cast<uint64_t>(frames) - count) * use->frame_bytes;
    uint64_t first_cnt0 = 0;
    if (count > 0)
        retry_overwritten(
            [&] { return daoShmReadLast(use.image(), destination, static_cast<uint32_t>(count), &first_cnt0); });
    history_cnt0_ = count > 0 ? first_cnt0 + count - 1 : 0;
    history_begun_ = true;
    handle_.saw(history_cnt0_);
    return stack;
}

nb::object Segment::view(bool writable)
{
    Handle::Use use(handle_);
    handle_.follow_replacement();
    if (writable && use->read_only)
        throw Failure(DAO_E_READ_ONLY,
                      std::string(use.image()->name) + ": open for reading only; no writable view of it");
    void *slot = nullptr;
    uint32_t index = 0;
    check(daoShmGetNewestSegment(use.image(), &slot, &index, nullptr));
    return owned(new_view(use->shape, slot, use.owner(), writable));
}

bool Segment::is_whole()
{
    Handle::Use use(handle_);
    const int_fast8_t status = daoShmCheckSegmentOverwrite(use.image());
    if (status != DAO_OVERWRITE)
        check(status);
    return status == DAO_SUCCESS;
}

int Segment::reset_tail()
{
    Handle::Use use(handle_);
    uint32_t slot = 0;
    uint64_t cnt0 = 0;
    const int_fast8_t status = daoShmResetTail(use.image(), &slot, &cnt0);
    if (status > 0)
        check(status);
    return static_cast<int>(status);
}

uint64_t Segment::counter()
{
    Handle::Use use(handle_);
    return daoShmGetCounter(use.image());
}

bool Segment::wait(nb::handle timeout, const std::string &mode)
{
    WaitRequest request;
    request.kind = wait_kind(mode);
    request.timeout_ns = limit_ns(timeout);
    return handle_.wait(request);
}

bool Segment::wait_next(nb::handle timeout, const std::string &mode, const Canceller *canceller)
{
    WaitRequest request;
    request.kind = wait_kind(mode);
    request.timeout_ns = limit_ns(timeout);
    request.after = WaitRequest::After::Tail;
    request.canceller = canceller;
    return handle_.wait(request);
}

} // namespace daopython
