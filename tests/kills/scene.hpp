// A small segment in a folder of its own, whose frames are full of one number, and a reader that notices what must not be.
#pragma once

#include "../faults/scene.hpp"
#include "../processes/timing.hpp"

#include <array>
#include <chrono>
#include <gtest/gtest.h>

namespace kills
{

using faults::Folder;
using test::Image;
using test::punctual_ns;
using test::require;

constexpr uint32_t elements = 24;
using Frame = std::array<uint32_t, elements>;

inline Frame frame_of(uint32_t tag)
{
    Frame frame;
    frame.fill(tag);
    return frame;
}

inline size_t number_from(const char *variable, size_t usual)
{
    const char *text = std::getenv(variable);
    return text != nullptr ? std::strtoull(text, nullptr, 10) : usual;
}

// In nanoseconds since then.
inline int64_t now_ns()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

struct Place
{
    Folder folder;
    std::string name = folder.path() / "kill.im.shm";
    ~Place() { daoShmRemove(name.c_str()); }

    void create(Image &image, uint32_t depth) const { image.create(name, {4, 6}, _DATATYPE_UINT32, depth, 3); }
    size_t file_count() const
    {
        const std::filesystem::directory_iterator files(folder.path());
        return static_cast<size_t>(std::distance(begin(files), end(files)));
    }
};

inline void publish(IMAGE *image, uint32_t tag)
{
    Frame frame = frame_of(tag);
    require(daoShmImage2Shm(frame.data(), elements, image), "publish");
}

// A reader in order that has seen everything that there was; what it gets must be whole, and in order.
class Witness
{
  public:
    explicit Witness(const std::string &name)
    {
        image_.open(name);
        last_ = daoShmGetCounter(image_);
    }

    // Reads what there is now.
    void read_on()
    {
        for (;;)
        {
            Frame frame = frame_of(0);
            uint64_t counter = 0;
            uint64_t missed = 0;
            const int_fast8_t status = daoShmReadNext(image_, frame.data(), elements, &counter, nullptr, &missed);
            if (status != DAO_SUCCESS && status != DAO_OVERWRITE)
                return;
            EXPECT_EQ(frame, frame_of(frame[0])) << "torn";
            EXPECT_EQ(counter, last_ + missed + 1) << "repeated, out of order or silently lost";
            last_ = counter;
            tag_ = frame[0];
            missed_ += missed;
        }
    }
    // Counters begin anew.
    void forget() { last_ = 0; }
    uint64_t last() const { return last_; }
    uint32_t tag() const { return tag_; }
    uint64_t missed() const { return missed_; }
    IMAGE *image() { return image_; }

  private:
    Image image_;
    uint64_t last_ = 0;
    uint32_t tag_ = 0;
    uint64_t missed_ = 0;
};

}
