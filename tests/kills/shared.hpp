// A value in memory that a stepped process shares with this one.
#pragma once

#include <stdexcept>
#include <sys/mman.h>

namespace kills
{

template <class T>
class Shared
{
  public:
    Shared() : memory_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
    {
        if (memory_ == MAP_FAILED)
            throw std::runtime_error("no memory to share");
    }
    ~Shared() { munmap(memory_, sizeof(T)); }
    Shared(const Shared &) = delete;
    Shared &operator=(const Shared &) = delete;

    T *operator->() const { return static_cast<T *>(memory_); }
    T &operator*() const { return *static_cast<T *>(memory_); }

  private:
    void *memory_;
};

}
