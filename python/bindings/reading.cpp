// Whole copies, views and waits.
#include "copying.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

/// An array that the caller gave does not fit frames of that segment.
struct Misfit
{
    std::string segment;
    FrameShape shape;
};

std::string text(nb::handle value)
{
    return nb::str(value).c_str();
}

/// Runs Python code: to be called without a place.
Failure misfit_failure(const Misfit &misfit, nb::handle out)
{
    std::string found = text(out.type().attr("__name__"));
    if (nb::isinstance(out, nb::module_::import_("numpy").attr("ndarray")))
    {
        const nb::object flags = out.attr("flags");
        found = "an array of " + text(out.attr("dtype")) + ", shape " + text(out.attr("shape"));
        if (!nb::cast<bool>(flags.attr("writeable")))
            found += ", read-only";
        if (!nb::cast<bool>(flags.attr("c_contiguous")))
            found += ", not in C order";
        if (!nb::cast<bool>(flags.attr("aligned")))
            found += ", not aligned";
    }
    return {DAO_E_TYPE, misfit.segment + ": out is " + found + "; expected a writable, C-ordered array of " +
                            text(owned(dtype_of(misfit.shape.type))) + ", shape " + text(shape_tuple(misfit.shape))};
}

/// Where a frame goes: a new array, or one that the caller gave.
class FrameArray
{
  public:
    FrameArray(nb::handle out, bool flat) : out_(out), flat_(flat) {}

    /// Make room for a frame as it is now. What does not fit may be meant for the segment that has the name now: then
    /// the status says so. Throws Misfit.
    int_fast8_t prepare(Place &place)
    {
        if (array_ && has_shape_of(place))
            return DAO_SUCCESS;
        if (out_.is_none())
            array_ = owned(new_array(place.shape, flat_));
        else if (is_frame_buffer(out_.ptr(), place.shape))
            array_ = nb::borrow(out_);
        else if (const int_fast8_t status = daoShmCheckReplaced(place.image()); status != DAO_SUCCESS)
            return status;
        else
            throw Misfit{place.image()->name, place.shape};
        shape_ = place.shape;
        return DAO_SUCCESS;
    }
    void *data() const { return array_data(array_.ptr()); }
    nb::object take() { return std::move(array_); }

  private:
    bool has_shape_of(const Place &place) const
    {
        return shape_.axes == place.shape.axes && shape_.type == place.shape.type &&
               std::equal(shape_.size, shape_.size + shape_.axes, place.shape.size);
    }

    nb::handle out_;
    bool flat_;
    nb::object array_;
    FrameShape shape_;
};

int_fast8_t copy_newest_now(Place &place, const Destination &to, uint64_t &cnt0)
{
    return daoShmReadNewest(place.image(), to.data, to.element_count, &cnt0, nullptr);
}

} // namespace

int_fast8_t copy_newest(Place &place, const Destination &to, uint64_t &cnt0)
{
    {
        ReleaseForCopy release(place, 0);
        const int_fast8_t status = copy_newest_now(place, to, cnt0);
        if (status != DAO_NOTREADY && status != DAO_OUTRUN)
            return status;
    }
    // A thread that needs the interpreter may have begun to write just after we looked.
    Released released;
    return copy_newest_now(place, to, cnt0);
}

namespace
{

nb::object copied_newest(Handle::Use &use, FrameArray &array)
{
    uint64_t cnt0 = 0;
    require(use.following([&] {
        const int_fast8_t status = array.prepare(*use);
        return status == DAO_SUCCESS ? copy_newest(*use, {array.data(), use->element_count}, cnt0) : status;
    }));
    use->saw(cnt0);
    return array.take();
}

/// Wait for the next frame and copy it. In order, a frame that cannot be had is tried again while there is time.
Delivered deliver_next(Handle::Use &use, const WaitRequest &request, FrameArray &array)
{
    const Deadline deadline(request.timeout_ns);
    Delivered delivered{{}, DAO_FRAME_INIT, 0, DAO_REPLACED};
    for (;;)
    {
        require(use.following([&] { return array.prepare(*use); }));
        delivered.status =
            next(use, request, deadline, {array.data(), use->element_count}, delivered.frame, delivered.missed);
        const bool is_unreadable = delivered.status == DAO_NOTREADY || delivered.status == DAO_OUTRUN;
        if (is_unreadable && (request.order == DAO_NEXT_NEWEST || deadline.left_ns() == 0))
            throw last_failure();
        if (is_unreadable)
            use.run_signal_handlers();
        else if (delivered.status != DAO_REPLACED)
            break;
    }
    if (delivered.status != DAO_SUCCESS && delivered.status != DAO_OVERWRITE)
        return delivered;
    use->saw(delivered.frame.cnt0);
    delivered.array = array.take();
    return delivered;
}

/// Lend the newest slot as an array, described by `frame`.
nb::object lend_newest(Handle::Use &use, DAO_FRAME &frame, bool writable)
{
    void *slot = nullptr;
    uint32_t index = 0;
    if (const int_fast8_t status = daoShmGetNewestSegment(use.image(), &slot, &index, nullptr); status != DAO_REPLACED)
        require(status); // replaced just now: the memory stays
    require(daoShmGetFrame(use.image(), &frame));
    use->saw(frame.cnt0);
    return owned(use->array_over(slot, frame, writable));
}

} // namespace

nb::object Segment::get_data(nb::handle check_first, nb::handle reform, const HistoricWait &wait, nb::handle out)
{
    FrameArray array(out, !truth(reform, "reform"));
    const bool waits = truth(check_first, "check");
    WaitRequest request;
    if (waits)
    {
        request = historic_request(wait);
        if (!wait_for_segment(handle_, request))
            return nb::none();
    }
    try
    {
        Handle::Use use(handle_);
        if (!waits)
            return copied_newest(use, array);
        nb::object frame = deliver_next(use, request, array).array;
        return frame ? frame : nb::none();
    }
    catch (const Misfit &misfit)
    {
        throw misfit_failure(misfit, out);
    }
}

nb::tuple Segment::get_data_next(nb::handle wait, nb::handle reform, const Region &region)
{
    const bool is_flat = !truth(reform, "reform");
    FrameArray array(nb::none(), is_flat && !region.is_part());
    WaitRequest request;
    request.order = DAO_NEXT_IN_ORDER;
    request.timeout_ns = truth(wait, "wait") ? -1 : 0;
    Delivered delivered;
    int axes = 0;
    if (wait_for_segment(handle_, request))
    {
        Handle::Use use(handle_);
        delivered = deliver_next(use, request, array);
        axes = use->shape.axes;
    }
    if (!delivered.array)
        return nb::make_tuple(DAO_NOTREADY, nb::none());
    const nb::object frame = formed(part_of(delivered.array, axes, region), is_flat);
    return nb::make_tuple(static_cast<int>(delivered.status), frame);
}

nb::object Segment::view(nb::handle writable)
{
    const bool is_writable = truth(writable, "writable");
    Handle::Use use(handle_);
    use.look_for_replacement();
    if (is_writable && use->read_only)
        throw Failure(DAO_E_READ_ONLY,
                      std::string(use.image()->name) +
                          ": cannot lend a writable view: open for reading only; expected a segment that is open "
                          "for writing");
    DAO_FRAME frame = DAO_FRAME_INIT;
    nb::object array = lend_newest(use, frame, is_writable);
    use->viewed = *viewed_by(array.ptr());
    return array;
}

bool Segment::is_whole(nb::handle view)
{
    if (view.is_none())
    {
        Handle::Use use(handle_);
        if (use->viewed.segment == nullptr)
            throw Failure(DAO_E_STATE,
                          std::string(use.image()->name) +
                              ": no view was given to this thread yet; expected a view() before, or a view as "
                              "argument");
        return use->is_whole(use->viewed);
    }
    const ViewedSlot *viewed = viewed_by(view.ptr());
    if (viewed == nullptr)
        throw Failure(DAO_E_TYPE, std::string("is_whole: found ") + nb::str(view.type().attr("__name__")).c_str() +
                                      "; expected an array from view(), or a part of one");
    Handle::Use use(handle_);
    return use->is_whole(*viewed);
}

int Segment::reset_tail()
{
    Handle::Use use(handle_);
    uint32_t slot = 0;
    uint64_t cnt0 = 0;
    const int_fast8_t status = daoShmResetTail(use.image(), &slot, &cnt0);
    if (status > 0)
        require(status);
    return static_cast<int>(status);
}

uint64_t Segment::counter()
{
    Handle::Use use(handle_);
    return daoShmGetCounter(use.image());
}

bool Segment::wait(nb::handle timeout, nb::handle mode)
{
    WaitRequest request;
    request.mode = wait_mode(mode);
    request.timeout_ns = limit_ns(timeout);
    if (!wait_for_segment(handle_, request))
        return false;
    Handle::Use use(handle_);
    return wait_for_news(use, request);
}

FrameReader::FrameReader(Segment &segment)
    : segment_(segment), kept_(nb::find(segment)),
      place_(segment.handle().is_awaiting() ? nullptr : segment.handle().make_place())
{
}

bool FrameReader::has_entered()
{
    const std::lock_guard<std::mutex> guard(mutex_);
    return place_ != nullptr;
}

bool FrameReader::enter(WaitRequest &request)
{
    if (has_entered())
        return true;
    if (!wait_for_segment(segment_.handle(), request))
        return false;
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!place_) // else another thread that waited here was first, and is using it
        place_ = segment_.handle().make_place(true);
    return true;
}

nb::object FrameReader::read(nb::handle timeout, nb::handle mode)
{
    WaitRequest request;
    request.order = DAO_NEXT_IN_ORDER;
    request.mode = wait_mode(mode);
    request.timeout_ns = limit_ns(timeout);
    FrameArray array(nb::none(), false);
    Delivered delivered;
    if (enter(request))
    {
        Handle::Use use(segment_.handle(), *place_);
        delivered = deliver_next(use, request, array);
    }
    if (!delivered.array)
        return nb::none();
    return nb::make_tuple(delivered.array, delivered.frame.cnt0, delivered.missed);
}

bool FrameReader::wait(nb::handle timeout, nb::handle mode, Canceller *canceller)
{
    WaitRequest request;
    request.order = DAO_NEXT_IN_ORDER;
    request.mode = wait_mode(mode);
    request.timeout_ns = limit_ns(timeout);
    request.canceller = canceller;
    if (!enter(request))
        return false;
    std::optional<Canceller::Wait> cancelled_here;
    if (canceller != nullptr)
        cancelled_here.emplace(*canceller, *place_);
    if (canceller != nullptr && canceller->is_cancelled()) // before it knew which wait to end
        return false;
    Handle::Use use(segment_.handle(), *place_);
    return wait_for_unseen(use, request);
}

} // namespace daopython
