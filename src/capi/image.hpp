// Between IMAGE, which callers own and which may hold anything before it is opened, and the handle behind it.
#pragma once

#include "base/error.hpp"
#include "frames/handle.hpp"

#include <array>
#include <cstddef>

namespace dao::capi
{

// What one open IMAGE has behind it.
struct Handle : frames::Handle
{
    std::array<void *, segment::Segment::semaphore_count> native_semaphores{}; // for IMAGE.semptr
};

constexpr int_fast8_t result(Status status) noexcept
{
    return static_cast<int_fast8_t>(status);
}

// The handle of an open image; null, with the error recorded, when the pointer is null or the image is closed.
Handle *handle_of(const IMAGE *image) noexcept;

// Fills every field of `image`, which may be uninitialised, and gives it the handle.
void bind(IMAGE &image, const char *name, Handle *handle) noexcept;

// The image stays open, and shows the segment that its handle has by now. Another thread may interrupt it meanwhile.
void show_segment(IMAGE &image, Handle &handle) noexcept;

// The state of an image that is not open.
void unbind(IMAGE &image) noexcept;

// Brings the fields that show the reader's place up to date.
inline void show_position(IMAGE &image, const Handle &handle) noexcept
{
    image.fifo_last_read = handle.reader.position.tail_slot;
    image.fifo_last_read_cnt0 = handle.reader.position.tail;
}

// The same, and the memory behind it is still the segment's; else `why` says what became of it.
inline Handle *usable_handle_of(const IMAGE *image, Status &why) noexcept
{
    Handle *handle = handle_of(image);
    why = handle == nullptr ? Status::error : handle->segment->check_memory();
    return why == Status::success ? handle : nullptr;
}

// Calls `action` with the image's handle; an error when there is none.
template <class Action>
int_fast8_t with_handle(const IMAGE *image, Action &&action)
{
    Status why;
    Handle *handle = usable_handle_of(image, why);
    return result(handle == nullptr ? why : action(*handle));
}

// The same for calls that read in order.
template <class Action>
int_fast8_t with_reader(IMAGE *image, Action &&action)
{
    Status why;
    Handle *handle = usable_handle_of(image, why);
    if (handle == nullptr)
        return result(why);
    const Status status = action(*handle);
    show_position(*image, *handle);
    return result(status);
}

// Whether the caller gave a place for what the call gives; `what`: as in "count".
template <class T>
Status check_place(const Handle &handle, const T *place, const char *what) noexcept
{
    return place != nullptr ? Status::success : base::fail_null(handle.segment->name(), what);
}

// Whether a struct of the caller's, which begins with its size, is one that this version knows.
template <class Struct>
Status check_size(const Struct *given, const char *what) noexcept
{
    if (given == nullptr)
        return base::fail_null(what, "struct");
    if (given->size != sizeof(Struct))
        return base::fail(DAO_E_ARGUMENT, "%s: the struct says that it has %u bytes; expected %zu: begin with %s_INIT",
                          what, given->size, sizeof(Struct), what);
    return Status::success;
}

}
