// A frame of 2^32 elements: a count of 32 bits would be 0.
#include "segment_name.hpp"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <memory>

namespace
{
constexpr uint64_t elements = uint64_t{1} << 32;
constexpr double needed_gib = 6;

/** Memory that may be used, in GiB: what is available, and what a control group leaves; 0 where it cannot be told. */
double available_gib()
{
    constexpr double gib = 1 << 30;
    double available = 0;
    std::ifstream memory("/proc/meminfo");
    for (std::string name, unit; memory >> name;)
    {
        double value = 0;
        memory >> value;
        std::getline(memory, unit);
        if (name == "MemAvailable:")
        {
            available = value * 1024 / gib;
        }
    }
    double most = 0, used = 0;
    if (std::ifstream("/sys/fs/cgroup/memory.max") >> most && std::ifstream("/sys/fs/cgroup/memory.current") >> used)
    {
        available = (std::min)(available, (most - used) / gib);
    }
    return available;
}

TEST(ShmLarge, FrameOfTwoToThe32Elements)
{
    if (available_gib() < needed_gib)
    {
        GTEST_SKIP() << "needs " << needed_gib << " GiB of memory; available are " << available_gib();
    }
    // Pages that were never written to cost no memory, so the source is cheap.
    const std::unique_ptr<uint8_t, decltype(&std::free)> source(static_cast<uint8_t *>(std::calloc(elements, 1)),
                                                                &std::free);
    ASSERT_NE(source, nullptr);
    const SegmentName name;
    auto shm = Dao::Shm<uint8_t>::make_private(name, {65536, 65536});
    ASSERT_EQ(shm.get_element_count(), elements);
    ASSERT_EQ(shm.get_frame_bytes(), elements);
    source.get()[0] = 1;
    source.get()[elements / 2] = 2;
    source.get()[elements - 1] = 3;
    shm.set_frame(source.get());
    EXPECT_EQ(shm.get_counter(), 1u);
    const uint8_t *frame = shm.get_frame();
    EXPECT_EQ(frame[0], 1);
    EXPECT_EQ(frame[elements / 2], 2);
    EXPECT_EQ(frame[elements - 1], 3);
    Dao::Image &image = shm;
    EXPECT_EQ(error_of([&] { image.set_frame(source.get(), elements + 1); }), DAO_E_RANGE);
    EXPECT_EQ(error_of([&] { image.set_frame_quiet(source.get(), elements + 1); }), DAO_E_RANGE);
    EXPECT_EQ(error_of([&] { image.read(source.get(), elements + 1); }), DAO_E_RANGE);
    EXPECT_EQ(shm.get_counter(), 1u);
    EXPECT_EQ(shm.begin_write().size(), elements);
}
} // namespace
