// Publishing: whole frames, slices and loans.
#include <cstring>
#include <optional>

#include "interpreter.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

nb::object convert(nb::handle data, const FrameShape &shape)
{
    return nb::module_::import_("daoShm.convert")
        .attr("frame_array")(data, owned(dtype_of(shape.type)), shape_tuple(shape));
}

template <typename Integer>
Integer integer(nb::handle value, const char *what)
{
    Integer result{};
    if (!nb::try_cast(value, result))
        throw Failure(DAO_E_TYPE,
                      std::string(what) + " is " + nb::repr(value).c_str() + "; expected an integer of 64 bits");
    return result;
}

/// What the caller says of a frame, as numbers.
class Details
{
  public:
    Details(nb::handle frame_id, nb::handle acquisition_time)
    {
        if (!frame_id.is_none())
            frame_id_ = integer<uint64_t>(frame_id, "frame_id");
        if (!acquisition_time.is_none())
            acquisition_time_ns_ = integer<int64_t>(acquisition_time, "acquisition_time_ns");
    }

    void give_next_frame(IMAGE *image) const
    {
        if (frame_id_)
            check(daoShmSetFrameId(image, *frame_id_));
        if (acquisition_time_ns_)
            check(daoShmSetAcquisitionTime(image, *acquisition_time_ns_));
    }

  private:
    std::optional<uint64_t> frame_id_;
    std::optional<int64_t> acquisition_time_ns_;
};

/// daoShmImage2Shm() counts in 32 bits; a larger frame goes through a loan.
int_fast8_t publish(Mapping &mapping, void *frame)
{
    if (mapping.element_count <= UINT32_MAX)
        return daoShmImage2Shm(frame, static_cast<uint32_t>(mapping.element_count), &mapping.image);
    void *slot = nullptr;
    const int_fast8_t status = daoShmLoanBegin(&mapping.image, &slot);
    if (status != DAO_SUCCESS)
        return status;
    std::memcpy(slot, frame, mapping.frame_bytes);
    return daoShmLoanCommit(&mapping.image);
}

} // namespace

void Segment::open(const std::string &name, bool read_only)
{
    handle_.open(name, read_only);
}

void Segment::create(const std::string &name, nb::handle frame, uint32_t keywords, uint32_t depth, uint32_t file_mode,
                     int compatibility)
{
    FrameShape shape;
    if (!describe(frame.ptr(), shape))
        throw Failure(DAO_E_TYPE, name + ": expected a C-ordered array of an element type with 1 to 3 axes");
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.depth = depth;
    options.keywords = keywords;
    options.file_mode = file_mode;
    options.compatibility = compatibility;
    handle_.create(name, shape, options);
}

void Segment::set_data(nb::handle data, nb::handle frame_id, nb::handle acquisition_time)
{
    const Details details(frame_id, acquisition_time);
    nb::object frame = nb::borrow(data);
    while (true)
    {
        FrameShape shape;
        {
            Handle::Use use(handle_);
            handle_.follow_replacement();
            shape = use->shape;
            if (is_frame(frame.ptr(), shape))
            {
                details.give_next_frame(use.image());
                {
                    ReleaseForCopy release(*use, 1);
                    check(publish(*use, array_data(frame.ptr())));
                }
                return handle_.published(daoShmGetCounter(use.image()));
            }
        }
        frame = convert(data, shape);
    }
}

void Segment::write_slice(nb::handle data)
{
    FrameShape slice;
    {
        Handle::Use use(handle_);
        if (use->shape.axes != 3)
            throw Failure(DAO_E_SHAPE, std::string(use.image()->name) + ": has " + std::to_string(use->shape.axes) +
                                           " axes; a rolling buffer has 3, slices first");
        slice = {2, {use->shape.size[1], use->shape.size[2]}, use->shape.type};
    }
    nb::object frame = is_frame(data.ptr(), slice) ? nb::borrow(data) : convert(data, slice);
    Handle::Use use(handle_);
    nb::gil_scoped_release release;
    check(daoShmWriteSlice(use.image(), array_data(frame.ptr()), static_cast<uint64_t>(slice.size[0] * slice.size[1])));
}

nb::object Segment::begin_write()
{
    Handle::Use use(handle_);
    handle_.follow_replacement();
    void *slot = nullptr;
    handle_.begin_loan();
    int_fast8_t status = DAO_SUCCESS;
    {
        nb::gil_scoped_release release;
        status = daoShmLoanBegin(use.image(), &slot);
    }
    if (status != DAO_SUCCESS)
        handle_.end_loan();
    check(status);
    return owned(new_view(use->shape, slot, use.owner(), true));
}

void Segment::commit_write(nb::handle frame_id, nb::handle acquisition_time)
{
    const Details details(frame_id, acquisition_time);
    Handle::Use use(handle_);
    details.give_next_frame(use.image());
    check(daoShmLoanCommit(use.image()));
    handle_.end_loan();
    handle_.published(daoShmGetCounter(use.image()));
}

void Segment::abort_write()
{
    Handle::Use use(handle_);
    handle_.end_loan();
    check(daoShmLoanAbort(use.image()));
}

void Segment::post(int semaphore)
{
    Handle::Use use(handle_);
    check(daoSemPost(use.image(), semaphore));
}

} // namespace daopython
