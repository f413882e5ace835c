// Nothing remains: no descriptor, no mapping, no file, no named semaphore.
#include "dao_semaphores.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "system_posix.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace test;

size_t descriptor_count()
{
    const std::filesystem::directory_iterator entries("/dev/fd");
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

TEST(Leaks, TenThousandOpensLeaveNothing)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {10, 10}, _DATATYPE_FLOAT, 2, 2);
    const size_t descriptors = descriptor_count();
    EXPECT_EQ(mapping_count(name.text()), 1u);
    for (int round = 0; round < 10'000; ++round)
    {
        Image other;
        ASSERT_EQ(other.try_open(name.text()), DAO_SUCCESS) << daoLastErrorMessage();
    }
    EXPECT_EQ(descriptor_count(), descriptors);
    EXPECT_EQ(mapping_count(name.text()), 1u);
    EXPECT_EQ(name.file_count(), 1u);
}

TEST(Leaks, ReadersThatCloseLeaveTheirPlaces)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    uint32_t data[4] = {};
    require(daoShmImage2Shm(data, 4, image), "publish");
    for (int round = 0; round < 1000; ++round)
    {
        Image other;
        other.open(name.text());
        require(daoShmReadNewest(other, data, 4, nullptr, nullptr), "read");
    }
    uint32_t count = 99;
    require(daoShmGetReaders(image, nullptr, 0, &count), "readers");
    EXPECT_EQ(count, 0u);
}

TEST(Leaks, CreateReplaceReopenAndFailureLeaveNothing)
{
    SegmentName name, private_name;
    const size_t descriptors = descriptor_count();
    for (uint32_t round = 0; round < 500; ++round)
    {
        Image image, other, failed, own;
        image.create(name.text(), {10 + round % 2}, _DATATYPE_FLOAT, 2);
        other.create(name.text(), {20}, _DATATYPE_FLOAT);
        require(daoShmReopen(image), "re-open");
        EXPECT_EQ(failed.try_create(name.text(), {0}, _DATATYPE_FLOAT), DAO_ERROR);
        EXPECT_EQ(failed.try_open(private_name.text()), DAO_ERROR);
        own.create(private_name.text(), {20}, _DATATYPE_FLOAT, 1, 0, 0);
        if (round % 3 == 0)
        {
            EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
        }
    }
    EXPECT_EQ(descriptor_count(), descriptors);
    EXPECT_EQ(mapping_count(name.text()), 0u);
    EXPECT_LE(name.file_count(), 1u);
    EXPECT_EQ(private_name.file_count(), 0u);
    EXPECT_EQ(count_semaphores(name.text()) + count_semaphores(private_name.text()), 0);
}

}
