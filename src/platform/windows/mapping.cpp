#include "platform/platform.hpp"

#include "platform/windows/handle.hpp"
#include "platform/windows/text.hpp"

namespace dao::platform
{

Mapping::~Mapping()
{
    unmap();
}

Mapping::Mapping(Mapping &&other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)),
      is_private_(std::exchange(other.is_private_, false))
{
}

Mapping &Mapping::operator=(Mapping &&other) noexcept
{
    unmap();
    data_ = std::exchange(other.data_, nullptr);
    bytes_ = std::exchange(other.bytes_, 0);
    is_private_ = std::exchange(other.is_private_, false);
    return *this;
}

Status Mapping::map(const char *name, const File &file, uint64_t bytes, Access access) noexcept
{
    unmap();
    const bool writes = access == Access::read_write;
    // The view keeps the section; its handle is not needed any longer.
    const KernelHandle section(CreateFileMappingW(reinterpret_cast<HANDLE>(file.handle_), nullptr,
                                                  writes ? PAGE_READWRITE : PAGE_READONLY,
                                                  static_cast<DWORD>(bytes >> 32), static_cast<DWORD>(bytes), nullptr));
    if (!section.is_valid())
        return fail_system(name, "map", GetLastError());
    void *place = MapViewOfFile(section.get(), writes ? FILE_MAP_READ | FILE_MAP_WRITE : FILE_MAP_READ, 0, 0,
                                static_cast<SIZE_T>(bytes));
    if (place == nullptr)
        return fail_system(name, "map", GetLastError());
    data_ = static_cast<unsigned char *>(place);
    bytes_ = bytes;
    return Status::success;
}

Status Mapping::allocate(const char *name, uint64_t bytes) noexcept
{
    unmap();
    void *place = VirtualAlloc(nullptr, static_cast<SIZE_T>(bytes), MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    if (place == nullptr) // whatever the reason: a size beyond all memory is an "invalid parameter"
        return fail_system(name, "allocate", ERROR_NOT_ENOUGH_MEMORY);
    data_ = static_cast<unsigned char *>(place);
    bytes_ = bytes;
    is_private_ = true;
    return Status::success;
}

void Mapping::unmap() noexcept
{
    if (data_ != nullptr && is_private_)
        VirtualFree(data_, 0, MEM_RELEASE);
    else if (data_ != nullptr)
        UnmapViewOfFile(data_);
    data_ = nullptr;
    bytes_ = 0;
    is_private_ = false;
}

}
