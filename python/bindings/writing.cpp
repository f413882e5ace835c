// Publishing: whole frames, slices and loans.
#include <cstring>

#include "calling.hpp"
#include "copying.hpp"
#include "lock_wait.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

nb::object convert(nb::handle data, const FrameShape &shape, const std::string &name)
{
    return call_python(nb::module_::import_("daoShm.convert").attr("frame_array"), data, owned(dtype_of(shape.type)),
                       shape_tuple(shape), text_of(name.data(), name.size()));
}

/// What the caller says of a frame, as numbers.
class Details
{
  public:
    Details(nb::handle frame_id, nb::handle acquisition_time)
    {
        if (!frame_id.is_none())
            frame_id_ = unsigned_integer(frame_id, "frame_id");
        if (!acquisition_time.is_none())
            acquisition_time_ns_ = signed_integer(acquisition_time, "acquisition_time_ns");
    }

    bool has_any() const { return frame_id_ || acquisition_time_ns_; }
    void give_next_frame(IMAGE *image) const
    {
        if (frame_id_)
            require(daoShmSetFrameId(image, *frame_id_));
        if (acquisition_time_ns_)
            require(daoShmSetAcquisitionTime(image, *acquisition_time_ns_));
    }

  private:
    std::optional<uint64_t> frame_id_;
    std::optional<int64_t> acquisition_time_ns_;
};

/// The details are set only once it is certain that this frame is the next one: if it failed, they would become those of the
/// frame after it.
int_fast8_t publish(Place &place, const void *frame, const Details &details)
{
    if (!details.has_any())
        return daoShmSetData(place.image(), frame, place.element_count);
    void *slot = nullptr;
    const int_fast8_t status = daoShmLoanBegin(place.image(), &slot);
    if (status != DAO_SUCCESS)
        return status;
    std::memcpy(slot, frame, place.frame_bytes);
    details.give_next_frame(place.image());
    return daoShmLoanCommit(place.image());
}

/// Make `frame` an array that the segment takes as it is and write it, with the place held from the check of its shape to
/// the end of the write.
template <class ShapeOf, class Write>
void write_converted(Handle &handle, nb::object frame, ShapeOf &&shape_of, Write &&write)
{
    LockWait wait;
    while (true)
    {
        FrameShape shape;
        {
            Handle::Use use(handle);
            bool is_written = false;
            const int_fast8_t status = use.following([&]() -> int_fast8_t {
                shape = shape_of(use);
                is_written = is_frame(frame.ptr(), shape);
                if (!is_written)
                    return DAO_SUCCESS;
                return wait.attempt(may_take_long(*use, 1), [&] { return write(*use, array_data(frame.ptr())); });
            });
            if (wait.goes_on(status))
            {
                use.run_signal_handlers();
                continue;
            }
            require(status);
            if (is_written)
                return use->published();
        }
        try
        {
            frame = convert(frame, shape, handle.name());
        }
        catch (const nb::python_error &)
        {
            // What does not fit may be meant for the segment that has the name now.
            Handle::Use use(handle);
            if (!use.follows() || daoShmCheckReplaced(use.image()) != DAO_REPLACED)
                throw;
            use.reopen();
        }
    }
}

std::shared_ptr<Place> lender_of(const Handle &handle, const Lent &lent)
{
    if (!lent.place)
        throw Failure(DAO_E_STATE, handle.name() + ": the loan is over; expected one under way");
    return lent.place;
}

} // namespace

void Segment::open(const nb::bytes &name, bool read_only)
{
    handle_.open(std::string(name.c_str(), name.size()), read_only);
}

void Segment::create(const nb::bytes &name, nb::handle frame, uint32_t keywords, uint32_t depth, uint32_t file_mode,
                     int compatibility, bool exclusive)
{
    const std::string path(name.c_str(), name.size());
    FrameShape shape;
    if (!describe(frame.ptr(), shape))
        throw Failure(DAO_E_TYPE, path + ": cannot create it: its frame is a " +
                                      nb::str(frame.type().attr("__name__")).c_str() +
                                      "; expected a C-ordered array of an element type with 1 to 3 axes");
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.depth = depth;
    options.keywords = keywords;
    options.file_mode = file_mode;
    options.compatibility = compatibility;
    options.exclusive = exclusive ? 1 : 0;
    handle_.create(path, shape, options);
}

void Segment::set_data(nb::handle data, nb::handle frame_id, nb::handle acquisition_time)
{
    const Details details(frame_id, acquisition_time);
    write_converted(
        handle_, nb::borrow(data), [](Handle::Use &use) { return use->shape; },
        [&](Place &place, const void *frame) { return publish(place, frame, details); });
}

void Segment::write_slice(nb::handle data)
{
    const auto slice_of = [](Handle::Use &use) -> FrameShape {
        const FrameShape &shape = use->shape;
        if (shape.axes != 3)
            throw Failure(DAO_E_SHAPE, std::string(use.image()->name) + ": has " + std::to_string(shape.axes) +
                                           " axes; expected a rolling buffer, which has 3, slices first");
        return {2, {shape.size[1], shape.size[2]}, shape.type};
    };
    write_converted(handle_, nb::borrow(data), slice_of, [](Place &place, const void *slice) {
        const uint64_t elements = place.element_count / static_cast<uint64_t>(place.shape.size[0]);
        return daoShmWriteSlice(place.image(), slice, elements);
    });
}

Lent Segment::begin_write()
{
    std::shared_ptr<Place> place = handle_.shared_place_of_this_thread();
    std::optional<Lent> lent; // goes after the use, as it needs the place when there is no array
    Handle::Use use(handle_, *place);
    void *slot = nullptr;
    LockWait wait;
    int_fast8_t status = DAO_SUCCESS;
    do
    {
        if (status != DAO_SUCCESS)
            use.run_signal_handlers();
        use.check_open();
        status = use.following([&] {
            const bool has_loan = use->has_loan();
            use->begin_loan();
            const int_fast8_t begun =
                wait.attempt(may_take_long(*use, 1), [&] { return daoShmLoanBegin(use.image(), &slot); });
            if (begun != DAO_SUCCESS && !has_loan)
                use->end_loan();
            return begun;
        });
    } while (wait.goes_on(status));
    require(status);
    lent.emplace(place);
    lent->frame = owned(use->array_over(slot, DAO_FRAME_INIT, true));
    return std::move(*lent);
}

void Segment::commit_write(Lent &lent, nb::handle frame_id, nb::handle acquisition_time)
{
    const Details details(frame_id, acquisition_time);
    const std::shared_ptr<Place> place = lender_of(handle_, lent);
    Handle::Use use(handle_, *place);
    details.give_next_frame(use.image());
    lent.end();
    use->end_loan();
    require(daoShmLoanCommit(use.image()));
    use->published();
}

void Segment::abort_write(Lent &lent)
{
    const std::shared_ptr<Place> place = lender_of(handle_, lent);
    Handle::Use use(handle_, *place);
    lent.end();
    use->end_loan();
    require(daoShmLoanAbort(use.image()));
}

void Segment::unlock(bool force)
{
    Handle::Use use(handle_);
    Released released;
    require(daoShmUnlock(use.image(), force ? 1 : 0));
}

void Segment::post(nb::handle semaphore)
{
    const int number = semaphore_number(semaphore);
    Handle::Use use(handle_);
    require(daoSemPost(use.image(), number));
}

} // namespace daopython
