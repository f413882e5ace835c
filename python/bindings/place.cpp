#include "place.hpp"

#include <algorithm>

#include "interpreter.hpp"

namespace daopython
{

namespace
{

constexpr const char *capsule_name = "daoShm.view";

std::atomic<int> open_loans{0};

void destroy_viewed(PyObject *capsule)
{
    delete static_cast<ViewedSlot *>(PyCapsule_GetPointer(capsule, capsule_name));
}

} // namespace

Geometry geometry_of(const Dao::Image &image)
{
    const DAO_SEGMENT_INFO info = image.info();
    const IMAGE_METADATA &metadata = *image.image()->md;
    Geometry geometry;
    geometry.shape.axes = std::min<int>(metadata.naxis, 3);
    geometry.element_count = 1;
    for (int axis = 0; axis < geometry.shape.axes; ++axis)
    {
        geometry.shape.size[axis] = static_cast<Py_intptr_t>(metadata.size[axis]);
        geometry.element_count *= static_cast<uint64_t>(geometry.shape.size[axis]);
    }
    geometry.shape.type = metadata.atype;
    geometry.frame_bytes = image.get_frame_bytes();
    // The metadata lie in memory that any process may change: arrays are made of them only as long as they say what the
    // library found when it opened the segment.
    if (geometry.element_count * daoTypeSize(geometry.shape.type) != geometry.frame_bytes)
    {
        require(daoShmCheckReplaced(image.image()));
        throw Failure(DAO_E_FORMAT, image.name() + ": its shape and type, by its metadata, do not fit frames of " +
                                        std::to_string(geometry.frame_bytes) +
                                        " bytes; expected metadata that nobody changes while it is open");
    }
    geometry.depth = info.depth;
    geometry.read_only = info.read_only != 0;
    return geometry;
}

void Place::hold()
{
    memory_ = opened_.hold_memory();
    segment_ = image()->md;
}

void Place::learn_geometry()
{
    static_cast<Geometry &>(*this) = geometry_of(opened_);
    hold();
    seen_cnt0_ = 0;
    waited_cnt0_ = 0;
    has_published_ = false;
    history_cnt0 = 0;
    history.reset();
}

void Place::reopen()
{
    if (daoShmReopen(image()) != DAO_SUCCESS)
        throw daoLastErrorCode() == DAO_E_NOT_FOUND
            ? Failure(DAO_E_REMOVED, opened_.name() + ": replaced, and then removed; expected a segment")
            : last_failure();
    learn_geometry();
}

void Place::change_to(Dao::Image opened)
{
    {
        const std::lock_guard<std::mutex> guard(exchange_mutex_);
        std::swap(opened_, opened);
    }
    opened_.rewind();
    learn_geometry();
}

std::shared_ptr<Place> Place::make_another() const
{
    auto another = std::make_shared<Place>(opened_.duplicate(), *this);
    another->forks = fork_count();
    another->reopened = reopened;
    return another;
}

// NOLINTNEXTLINE(bugprone-exception-escape)
void Place::close() noexcept
{
    end_loan();
    history.reset();
    {
        const std::lock_guard<std::mutex> guard(exchange_mutex_);
        // cppcheck-suppress throwInNoexceptFunction; only a struct that is no image does
        opened_.close();
    }
    segment_ = nullptr;
    memory_.reset();
    viewed.memory.reset();
    viewed.segment = nullptr;
}

void Place::interrupt() noexcept
{
    const std::lock_guard<std::mutex> guard(exchange_mutex_);
    if (!is_closed())
        daoShmInterruptImage(image());
}

PyObject *Place::array_over(void *slot, const DAO_FRAME &frame, bool writable) const
{
    auto *viewed_slot = new ViewedSlot{memory_, segment_, frame};
    PyObject *capsule = PyCapsule_New(viewed_slot, capsule_name, destroy_viewed);
    if (capsule == nullptr)
    {
        delete viewed_slot;
        return nullptr;
    }
    return new_view(shape, slot, capsule, writable);
}

bool Place::is_whole(const ViewedSlot &viewed_slot)
{
    if (viewed_slot.segment == nullptr || viewed_slot.segment != segment_)
        return false;
    const int_fast8_t status = daoShmCheckFrame(image(), &viewed_slot.frame);
    if (status != DAO_OVERWRITE)
        require(status);
    return status == DAO_SUCCESS;
}

void Place::published() noexcept
{
    const uint64_t cnt0 = daoShmGetCounter(image());
    if (cnt0 == seen_cnt0_ + 1)
        seen_cnt0_ = cnt0;
    if (cnt0 == waited_cnt0_ + 1)
        waited_cnt0_ = cnt0;
    has_published_ = true;
}

bool Place::takes_for_news() noexcept
{
    const uint64_t published = daoShmGetCounter(image());
    DAO_FRAME newest = DAO_FRAME_INIT;
    // Where the only slot is being written, nothing tells the generation, and nothing can be read either.
    const bool is_described = daoShmGetNewestFrame(image(), &newest) == DAO_SUCCESS;
    const uint64_t cnt0 = is_described ? newest.cnt0 : published;
    const bool is_of_another = is_described && newest.generation != waited_generation_;
    if (!is_of_another && cnt0 <= waited_cnt0_)
        return false;
    waited_cnt0_ = cnt0;
    if (is_described)
        waited_generation_ = newest.generation;
    return true;
}

void Place::pass_own_frames() noexcept
{
    char nothing = 0;
    if (has_published_ && daoShmGetCounter(image()) == seen_cnt0_)
        daoShmReadNewest(image(), &nothing, 0, nullptr, nullptr);
    has_published_ = false;
}

void Place::begin_loan() noexcept
{
    if (!has_loan_.exchange(true))
        ++open_loans;
}

void Place::end_loan() noexcept
{
    if (has_loan_.exchange(false))
        --open_loans;
}

void Place::forget_loan() noexcept
{
    if (!has_loan() || forks != fork_count()) // closed meanwhile, or the parent's
        return;
    is_loan_forgotten_.store(true);
    if (!mutex.try_lock())
        return; // the call that has it locked looks for this mark when it has unlocked it
    if (is_loan_forgotten_.exchange(false) && has_loan())
    {
        daoShmLoanAbort(image());
        end_loan();
    }
    mutex.unlock();
}

int Place::loans_open() noexcept
{
    return open_loans.load();
}

const ViewedSlot *viewed_by(PyObject *array)
{
    for (PyObject *at = array; at != nullptr; at = base_of(at))
        if (PyCapsule_IsValid(at, capsule_name) != 0)
            return static_cast<const ViewedSlot *>(PyCapsule_GetPointer(at, capsule_name));
    return nullptr;
}

} // namespace daopython
