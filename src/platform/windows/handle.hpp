// Kernel objects: handles with an owner, and who may open the named ones.
#pragma once

#include <utility>
#include <windows.h>

namespace dao::platform
{

class KernelHandle
{
  public:
    explicit KernelHandle(HANDLE handle = nullptr) noexcept : handle_(handle) {}
    ~KernelHandle()
    {
        if (is_valid())
            CloseHandle(handle_);
    }
    KernelHandle(KernelHandle &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    KernelHandle &operator=(KernelHandle &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }

    bool is_valid() const noexcept { return handle_ != nullptr && handle_ != INVALID_HANDLE_VALUE; }
    HANDLE get() const noexcept { return handle_; }

  private:
    HANDLE handle_;
};

// Lets processes of other users, and with fewer rights, open a named object: they may share a segment.
SECURITY_ATTRIBUTES *open_to_all() noexcept;

}
