#include "capi/image.hpp"

#include <cstdio>
#include <cstring>

namespace dao::capi
{

Handle *handle_of(const IMAGE *image) noexcept
{
    if (image == nullptr)
    {
        (void)base::fail(DAO_E_ARGUMENT, "the image is a null pointer");
        return nullptr;
    }
    if (image->used != 1 || image->md == nullptr || image->semReadPID == nullptr)
    {
        (void)base::fail(DAO_E_CLOSED, "the image is not open");
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
    segment::Segment &segment = *handle->segment;
    char kept_name[sizeof image.name]; // `name` may be the image's own
    std::snprintf(kept_name, sizeof kept_name, "%s", name);
    unbind(image);
    std::memcpy(image.name, kept_name, sizeof kept_name);
    image.used = 1;
    image.shmfd = segment.file().descriptor();
    image.memsize = segment.layout().dao_bytes();
    image.md = segment.first_metadata();
    image.array.V = segment.slot_data(0);
    image.kw = segment.keywords();
    image.semReadPID = reinterpret_cast<int32_t *>(handle);
    image.semlog = static_cast<sem_t *>(segment.program_semaphore(protocol::log_semaphore));
    bool all_open = true;
    for (uint32_t number = 0; number < handle->native_semaphores.size();
         ++number) // the segment may get more of them later
    {
        handle->native_semaphores[number] = segment.program_semaphore(number);
        all_open = all_open && (handle->native_semaphores[number] != nullptr || number >= segment.semaphore_limit());
    }
    if (all_open)
        image.semptr = reinterpret_cast<sem_t **>(handle->native_semaphores.data());
    show_position(image, *handle);
}

}
