#include "capi/image.hpp"

#include <cstdio>
#include <cstring>

namespace dao::capi
{

namespace
{

// Accessed atomically: a call that follows to another segment changes it while other threads check whether the image is open.
base::Word<IMAGE_METADATA *> shown_metadata(const IMAGE &image) noexcept
{
    return base::Word<IMAGE_METADATA *>(const_cast<IMAGE_METADATA **>(&image.md));
}

}

Handle *handle_of(const IMAGE *image) noexcept
{
    if (image == nullptr)
    {
        (void)base::fail_null("IMAGE", "image");
        return nullptr;
    }
    if (image->used != 1 || shown_metadata(*image).load_relaxed() == nullptr || image->semReadPID == nullptr)
    {
        (void)base::fail(DAO_E_CLOSED,
                         "IMAGE: it is not open; expected one that was created or opened, and not closed");
        return nullptr;
    }
    return reinterpret_cast<Handle *>(image->semReadPID);
}

void unbind(IMAGE &image) noexcept
{
    std::memset(static_cast<void *>(&image), 0, sizeof image);
    image.shmfd = -1;
}

void bind(IMAGE &image, const char *name, Handle *handle) noexcept
{
    char name_copy[sizeof image.name]; // `name` may be the image's own
    std::snprintf(name_copy, sizeof name_copy, "%s", name);
    unbind(image);
    std::memcpy(image.name, name_copy, sizeof name_copy);
    image.used = 1;
    image.semReadPID = reinterpret_cast<int32_t *>(handle);
    show_segment(image, *handle);
}

void show_segment(IMAGE &image, Handle &handle) noexcept
{
    segment::Segment &segment = *handle.segment;
    image.shmfd = segment.file().descriptor();
    image.memsize = segment.layout().dao_bytes();
    shown_metadata(image).store_relaxed(segment.first_metadata());
    image.array.V = segment.slot_data(0);
    image.kw = segment.keywords();
    image.semlog = static_cast<sem_t *>(segment.program_semaphore(protocol::log_semaphore));
    bool all_open = true;
    for (uint32_t number = 0; number < handle.native_semaphores.size(); ++number) // also those it may get later
    {
        handle.native_semaphores[number] = segment.program_semaphore(number);
        all_open = all_open && (handle.native_semaphores[number] != nullptr || number >= segment.semaphore_limit());
    }
    image.semptr = all_open ? reinterpret_cast<sem_t **>(handle.native_semaphores.data()) : nullptr;
    show_position(image, handle);
}

}
