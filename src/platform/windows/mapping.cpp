#include "platform/platform.hpp"

#include "platform/windows/handle.hpp"
#include "platform/windows/text.hpp"

namespace dao::platform
{

// Nobody can shorten a file that is mapped.
bool guards_truncation() noexcept
{
    return false;
}

void guard_truncation(bool) noexcept {}

void unmap_memory(MappedMemory memory) noexcept
{
    if (memory.is_private)
        VirtualFree(memory.data, 0, MEM_RELEASE);
    else
        UnmapViewOfFile(memory.data);
}

Status Mapping::map(const char *name, const File &file, uint64_t bytes, Access access) noexcept
{
    unmap();
    const bool writes = access == Access::read_write;
    // The view keeps the section; its handle is not needed any longer.
    const KernelHandle section(CreateFileMappingW(reinterpret_cast<HANDLE>(file.native()), nullptr,
                                                  writes ? PAGE_READWRITE : PAGE_READONLY,
                                                  static_cast<DWORD>(bytes >> 32), static_cast<DWORD>(bytes), nullptr));
    if (!section.is_valid())
        return fail_system(name, "map", GetLastError());
    void *place = MapViewOfFile(section.get(), writes ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ, 0, 0,
                                static_cast<SIZE_T>(bytes));
    if (place == nullptr)
        return fail_system(name, "map", GetLastError());
    memory_.reset({static_cast<unsigned char *>(place), bytes, false});
    return Status::success;
}

Status Mapping::allocate(const char *name, uint64_t bytes) noexcept
{
    unmap();
    void *place = VirtualAlloc(nullptr, static_cast<SIZE_T>(bytes), MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (place == nullptr) // whatever the reason: a size beyond all memory is an "invalid parameter"
        return fail_system(name, "allocate", ERROR_NOT_ENOUGH_MEMORY);
    memory_.reset({static_cast<unsigned char *>(place), bytes, true});
    return Status::success;
}

}
