#include "platform/platform.hpp"

#include "platform/posix/lost_memory.hpp"
#include "platform/posix/system_error.hpp"

#include <cerrno>
#include <sys/mman.h>

namespace dao::platform
{
namespace
{

#ifdef MAP_POPULATE
constexpr int populate = MAP_POPULATE;
#else
constexpr int populate = 0;
#endif

// Page tables are filled at once, so that no first frame pays for them. Not those of small segments, which the kernel
// maps whole on their first fault anyway, nor those of very large ones, which would make opening slow.
constexpr uint64_t populate_from_bytes = 64u << 10;
constexpr uint64_t populate_up_to_bytes = 64u << 20;

}

void unmap_memory(MappedMemory memory) noexcept
{
    if (memory.mark != &never_lost)
        unwatch(*static_cast<WatchedMemory *>(memory.mark));
    munmap(memory.data, memory.bytes);
}

Status Mapping::map(const char *name, const File &file, uint64_t bytes, Access access) noexcept
{
    unmap();
    const int protection = access == Access::read ? PROT_READ : PROT_READ | PROT_WRITE;
    const bool fill = access == Access::read_write && bytes > populate_from_bytes && bytes <= populate_up_to_bytes;
    const int flags = MAP_SHARED | (fill ? populate : 0);
    void *place = mmap(nullptr, bytes, protection, flags, file.descriptor(), 0);
    if (place == MAP_FAILED)
        return fail_system(name, "map", errno);
    install_guard();
    MappedMemory memory{static_cast<unsigned char *>(place), bytes, false};
    memory.mark = watch(memory, file.descriptor(), protection);
    if (memory.mark == nullptr)
    {
        munmap(place, bytes);
        return fail_system(name, "map", ENOMEM);
    }
    memory_.reset(memory);
    return Status::success;
}

Status Mapping::allocate(const char *name, uint64_t bytes) noexcept
{
    unmap();
    void *place = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        return fail_system(name, "allocate", errno);
    memory_.reset({static_cast<unsigned char *>(place), bytes, true});
    return Status::success;
}

}
