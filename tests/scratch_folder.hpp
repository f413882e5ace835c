// A folder of a test's own, in memory where there is such a place. It goes with its maker, or, where that was killed, when the next
// one is made: a lock on the folder tells whether its maker lives. python/tests/helpers/scratch.py does the same.
#pragma once

#include "temporary_folder.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/file.h>
#include <unistd.h>

namespace test
{

class ScratchFolder
{
  public:
    static constexpr const char *prefix = "dao_test_";

    ScratchFolder()
    {
        static const bool is_swept = (sweep(), true);
        (void)is_swept;
        while (!make()) // others may have swept it before it was locked
            ;
    }
    ~ScratchFolder()
    {
        remove(path_);
        ::close(descriptor_);
    }
    ScratchFolder(const ScratchFolder &) = delete;
    ScratchFolder &operator=(const ScratchFolder &) = delete;
    const std::filesystem::path &path() const { return path_; }

    /** Removes what killed processes left. */
    static void sweep()
    {
        std::error_code ignored;
        for (const auto &entry : std::filesystem::directory_iterator(place(), ignored))
            if (entry.path().filename().string().starts_with(prefix) && entry.is_directory(ignored))
                remove_abandoned(entry.path());
    }

  private:
    static std::filesystem::path place() { return access("/dev/shm", W_OK) == 0 ? "/dev/shm" : temporary_folder(); }
    static int lock(const std::filesystem::path &folder)
    {
        const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (descriptor < 0 || flock(descriptor, LOCK_EX | LOCK_NB) == 0)
            return descriptor;
        ::close(descriptor);
        return -1;
    }
    static void remove(const std::filesystem::path &folder)
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder, ignored);
    }
    static void remove_abandoned(const std::filesystem::path &folder)
    {
        const int descriptor = lock(folder);
        if (descriptor < 0)
            return;
        remove(folder);
        ::close(descriptor);
    }
    bool make()
    {
        std::string pattern = (place() / prefix).string() + "XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("cannot make a folder for the test");
        path_ = pattern;
        descriptor_ = lock(path_);
        if (descriptor_ >= 0 && std::filesystem::exists(path_))
            return true;
        if (descriptor_ >= 0)
            ::close(descriptor_);
        return false;
    }

    std::filesystem::path path_;
    int descriptor_ = -1;
};

}
