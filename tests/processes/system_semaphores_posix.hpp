// A segment made with the defaults, and the values of its semaphores.
#pragma once

#include "dao_semaphores.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "system_posix.hpp"
#include "timing.hpp"

#include <atomic>
#include <gtest/gtest.h>

namespace test
{

constexpr uint32_t size = 12;
constexpr int semaphores = 10;
inline const timespec past{1, 0};

/** Words of the extension, by docs/format.md. */
inline std::atomic_ref<uint32_t> extension_word(IMAGE *image, size_t offset)
{
    auto *end = reinterpret_cast<unsigned char *>(image->md) + (image->memsize + 63) / 64 * 64;
    return std::atomic_ref<uint32_t>(*reinterpret_cast<uint32_t *>(end + offset));
}
constexpr size_t semaphore_layout = 56, posted_bits = 516, mixed_libraries = 520;

class SystemSemaphores : public testing::Test
{
  protected:
    void SetUp() override { image_.create(name_.text(), {size}, _DATATYPE_UINT32); }
    void publish(uint64_t number)
    {
        fill(frame_, number);
        require(daoShmImage2Shm(frame_.data(), size, image_), "publish");
    }
    int_fast8_t take(IMAGE *image, int32_t number) { return daoShmWaitForSemaphoreTimeout(image, number, &past); }
    void expect_values(int expected)
    {
        for (int number = 0; number < semaphores; ++number)
            EXPECT_EQ(semaphore_value(image_->semptr[number]), expected) << number;
        EXPECT_EQ(semaphore_value(image_->semlog), expected);
    }

    SegmentName name_;
    Image image_;
    Frame frame_ = Frame(size);
};

}
