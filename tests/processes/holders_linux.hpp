// Processes that hold the writer lock of a segment.
#pragma once

#include "frames.hpp"
#include "places_linux.hpp"

#include <cctype>
#include <cstdio>
#include <cstring>
#include <gtest/gtest.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace test
{

inline constexpr uint32_t size = 100;

// No further descriptor can be opened.
inline void exhaust_descriptors()
{
    const int first_free = dup(STDERR_FILENO);
    close(first_free);
    const rlimit limit{static_cast<rlim_t>(first_free), static_cast<rlim_t>(first_free)};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || dup(STDERR_FILENO) >= 0)
        throw std::runtime_error("cannot exhaust the descriptors");
}

inline bool is_descriptor_of(int descriptor, const std::string &file)
{
    char path[64], target[4096] = "";
    std::snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    return readlink(path, target, sizeof target - 1) > 0 && target == file;
}

// All of this process's.
inline std::vector<int> descriptors_of(const std::string &file)
{
    std::vector<int> found;
    for (int descriptor = 3; descriptor < 1000; ++descriptor)
        if (is_descriptor_of(descriptor, file))
            found.push_back(descriptor);
    return found;
}

// A segment that everybody may write.
class Shared
{
  public:
    explicit Shared(uint32_t mode = 0666)
    {
        DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
        options.file_mode = mode;
        options.depth = 2;
        const uint32_t axes[] = {size};
        require(daoShmImageCreateWith(image_.taken(), name_.c_str(), 1, axes, _DATATYPE_UINT32, &options), "create");
        chmod(name_.folder().c_str(), 0755);
    }

    const std::string &name() const { return name_.text(); }
    Image &image() { return image_; }

  private:
    SegmentName name_;
    Image image_;
};

[[noreturn]] inline void sleep_on()
{
    for (;;)
        pause();
}

// Holds the writer lock, half a frame written, until it is killed.
inline Action hold(const std::string &name, const Place &place)
{
    return [&name, &place](const auto &say) {
        Image image;
        image.open(name);
        if (&place == &without_descriptors)
            exhaust_descriptors();
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        std::memset(slot, 0xff, 4);
        say("holds");
        sleep_on();
    };
}

inline std::string name_of_place(const testing::TestParamInfo<const Place *> &info)
{
    std::string name;
    for (const char *at = info.param->name; *at != 0; ++at)
        if (std::isalnum(static_cast<unsigned char>(*at)))
            name += *at;
    return name;
}

}
