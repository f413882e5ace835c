// Nothing remains: no descriptor, no mapping, no file, no named semaphore.
#include "dao_bytes.hpp"
#include "dao_semaphores.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "system_posix.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

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

// What was in memory before is nobody's to read.
TEST(Leaks, MemoryOfTheProcessIsNotInTheFile)
{
    for (size_t bytes = 512; bytes <= 65536; bytes += 256)
        std::free(std::memset(std::malloc(bytes), 'S', bytes)); // in whatever block a segment is made next
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_FLOAT, 3, 2);
    require(daoShmSetKeywordString(image, "A", "b", "c"), "keyword");
    const Bytes file = read_file(name.text());
    const Bytes secret(8, 'S');
    EXPECT_EQ(std::search(file.begin(), file.end(), secret.begin(), secret.end()), file.end());
}

// A program that closes all descriptors (closefrom) has others under their numbers afterwards.
TEST(Leaks, DescriptorThatIsAnothersByNowIsNotClosed)
{
    SegmentName name;
    const pid_t child = fork();
    if (child == 0)
    {
        Image image, other;
        image.create(name.text(), {4}, _DATATYPE_FLOAT, 3, 2);
        other.open(name.text());
        const int numbers[] = {image->shmfd, other->shmfd};
        for (const int number : numbers)
        {
            close(number);
            if (dup2(STDERR_FILENO, number) != number)
                _exit(1);
        }
        float frame[4] = {};
        const bool works = daoShmImage2Shm(frame, 4, image) == DAO_SUCCESS && daoShmReopen(other) == DAO_SUCCESS;
        daoShmCloseShm(image);
        daoShmCloseShm(other);
        const bool are_open = fcntl(numbers[0], F_GETFD) >= 0 && fcntl(numbers[1], F_GETFD) >= 0;
        _exit(works && are_open ? 0 : 2);
    }
    int ended = -1;
    waitpid(child, &ended, 0);
    EXPECT_EQ(ended, 0);
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
