// Between IMAGE, which callers own and which may hold anything before it is opened, and the handle behind it.
#pragma once

#include "base/error.hpp"
#include "segment/handle.hpp"

namespace dao::capi
{

constexpr int_fast8_t result(Status status) noexcept
{
    return static_cast<int_fast8_t>(status);
}

// The handle of an open image; null, with the error recorded, when the pointer is null or the image is closed.
segment::Handle *handle_of(const IMAGE *image) noexcept;

// Fills every field of `image`, which may be uninitialised, and gives it the handle.
void bind(IMAGE &image, const char *name, segment::Handle *handle) noexcept;

// The state of an image that is not open.
void unbind(IMAGE &image) noexcept;

// Brings the fields that show the reader's place up to date.
inline void show_position(IMAGE &image, const segment::Handle &handle) noexcept
{
    image.fifo_last_read = handle.position.tail_slot;
    image.fifo_last_read_cnt0 = handle.position.tail;
}

// The same, and the memory behind it is still the segment's; else `why` says what became of it.
inline segment::Handle *usable_handle_of(const IMAGE *image, Status &why) noexcept
{
    segment::Handle *handle = handle_of(image);
    why = handle == nullptr ? Status::error : handle->segment->check_memory();
    return why == Status::success ? handle : nullptr;
}

// Calls `action` with the image's handle; an error when there is none.
template <class Action> int_fast8_t with_handle(const IMAGE *image, Action &&action) noexcept
{
    Status why;
    segment::Handle *handle = usable_handle_of(image, why);
    return result(handle == nullptr ? why : action(*handle));
}

// The same for calls that read in order.
template <class Action> int_fast8_t with_reader(IMAGE *image, Action &&action) noexcept
{
    Status why;
    segment::Handle *handle = usable_handle_of(image, why);
    if (handle == nullptr)
        return result(why);
    const Status status = action(*handle);
    show_position(*image, *handle);
    return result(status);
}

}
