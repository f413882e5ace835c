// Copies out of a slot itself: parts of the newest frame, and slots by number.
#include <cstring>

#include "copying.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

constexpr auto retry_for = std::chrono::milliseconds(100);
constexpr int fewest_tries = 100; // a thread that was kept from a processor for that long has tried but once

/// The slot where that frame was read.
nb::object lend_slot_of(Handle::Use &use, const DAO_FRAME &frame)
{
    void *slot = nullptr;
    const int_fast8_t status = daoShmGetArbitrarySegment(use.image(), &slot, frame.slot);
    if (status != DAO_REPLACED)
        require(status);
    use->saw(frame.cnt0);
    return owned(use->array_over(slot, frame, false));
}

/// Wait for a frame that is whole, or only look at the newest one. False when the time limit passed.
bool find_whole(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, bool waits, DAO_FRAME &frame)
{
    char nothing = 0;
    const Destination nowhere{&nothing, 0};
    uint64_t ignored = 0;
    int_fast8_t status = DAO_REPLACED;
    while (waits && (status == DAO_REPLACED || (status == DAO_SUCCESS && frame.cnt0 == 0)))
        status = next(use, request, deadline, nowhere, frame, ignored);
    if (status == DAO_TIMEOUT)
        return false;
    if (!waits)
    {
        require(use.following([&] { return copy_newest(*use, nowhere, ignored); }));
        status = daoShmGetFrame(use.image(), &frame);
    }
    require(status);
    return true;
}

/// Null when the time limit passed.
nb::object copied_part(Handle &handle, const WaitRequest &request, bool waits, const Region &region)
{
    Handle::Use use(handle);
    const Deadline deadline(request.timeout_ns);
    DAO_FRAME frame = DAO_FRAME_INIT;
    auto give_up = std::chrono::steady_clock::time_point::max();
    for (int tries = 1;; ++tries)
    {
        const bool was_altered = tries > 1 && daoShmGetCounter(use.image()) == frame.cnt0; // without being published
        if (!find_whole(use, request, deadline, waits && !was_altered, frame))
            return {};
        if (tries == 1)
            give_up = std::chrono::steady_clock::now() + retry_for;
        nb::object part = region.copy_of(lend_slot_of(use, frame), use->shape.axes);
        if (daoShmCheckFrame(use.image(), &frame) == DAO_SUCCESS)
            return part;
        if (tries >= fewest_tries && std::chrono::steady_clock::now() > give_up)
            throw Failure(DAO_E_OUTRUN, std::string(use.image()->name) +
                                            ": the newest frame was overwritten during every try to copy it for 100 "
                                            "ms; expected a slower writer, "
                                            "or a greater depth");
    }
}

nb::object copied_slot(Handle::Use &use, int64_t given)
{
    use.look_for_replacement();
    nb::object array = owned(new_array(use->shape, false));
    const uint_fast32_t slot = slot_of(given, use->depth);
    const std::string name = std::string(use.image()->name) + ": slot " + std::to_string(slot);
    DAO_FRAME frame = DAO_FRAME_INIT;
    bool is_written = false; // by somebody, while it was looked at
    const auto copy = [&] {
        void *source = nullptr;
        const int_fast8_t status = daoShmGetArbitrarySegment(use.image(), &source, slot);
        if (status != DAO_SUCCESS && status != DAO_REPLACED) // replaced just now: the memory stays
            return status;
        const uint64_t before = frame.cnt0;
        daoShmGetFrame(use.image(), &frame);
        is_written |= frame.stable != 0 || (before != 0 && frame.cnt0 != before);
        std::memcpy(array_data(array.ptr()), source, use->frame_bytes);
        return daoShmCheckSegmentOverwrite(use.image());
    };
    int_fast8_t status = DAO_SUCCESS;
    {
        Released released;
        const auto give_up = std::chrono::steady_clock::now() + retry_for;
        int tries = 0;
        do
            status = copy();
        while (status == DAO_OVERWRITE && (++tries < fewest_tries || std::chrono::steady_clock::now() < give_up));
    }
    if (status == DAO_OVERWRITE && !is_written)
        throw Failure(DAO_E_NOT_READY, name + " is being written, or what was written was given up; expected a frame");
    if (status == DAO_OVERWRITE)
        throw Failure(DAO_E_OUTRUN, name + " was overwritten during every try to copy it for 100 ms; expected a slower "
                                           "writer, or a greater depth");
    require(status);
    return array;
}

} // namespace

// Copies no more than was asked for, from the slot itself.
nb::object Segment::get_part(nb::handle check_first, nb::handle reform, const HistoricWait &wait, const Region &region)
{
    const bool is_flat = !truth(reform, "reform");
    const bool waits = truth(check_first, "check");
    WaitRequest request = historic_request(wait);
    if (waits && !wait_for_segment(handle_, request))
        return nb::none();
    const nb::object part = copied_part(handle_, request, waits, region);
    return part ? formed(part, is_flat) : nb::none();
}

nb::object Segment::get_data_arbitrary(nb::handle index, const Region &region)
{
    const int64_t given = signed_integer(index, "index");
    nb::object array;
    int axes = 0;
    {
        Handle::Use use(handle_);
        array = copied_slot(use, given);
        axes = use->shape.axes;
    }
    return part_of(array, axes, region);
}

} // namespace daopython
