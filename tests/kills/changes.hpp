// Whether any byte of a segment has changed since it was last asked: the marked steps of a call are those after which one has.
#pragma once

#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace kills
{

class Changes
{
  public:
    // A mapping of its own: of the segment's file as it is now under that name.
    explicit Changes(const std::string &name)
    {
        const int file = open(name.c_str(), O_RDONLY | O_CLOEXEC);
        struct stat found = {};
        if (file < 0 || fstat(file, &found) != 0)
            throw std::runtime_error("cannot look at the segment");
        before_.resize(static_cast<size_t>(found.st_size));
        now_ = mmap(nullptr, before_.size(), PROT_READ, MAP_SHARED, file, 0);
        close(file);
        if (now_ == MAP_FAILED)
            throw std::runtime_error("cannot map the segment");
        (void)are_new();
    }
    ~Changes() { munmap(now_, before_.size()); }
    Changes(const Changes &) = delete;
    Changes &operator=(const Changes &) = delete;

    bool are_new()
    {
        if (std::memcmp(before_.data(), now_, before_.size()) == 0)
            return false;
        std::memcpy(before_.data(), now_, before_.size());
        return true;
    }

  private:
    std::vector<char> before_;
    void *now_;
};

}
