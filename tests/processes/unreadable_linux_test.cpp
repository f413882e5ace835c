// A page of a segment's file that is there, yet cannot be read: as on a failing disk. Here it is a hole in a file on a
// full file system, which has no page left to put there.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "small_filesystem_linux.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uint32_t size = 50'000;

// Makes a hole in the data from its second page on, and leaves the file system no room to fill it.
void make_unreadable(const std::string &name, const std::string &filler)
{
    const int file = open(name.c_str(), O_RDWR);
    const int rest = open(filler.c_str(), O_RDWR | O_CREAT, 0600);
    require(fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * 4096, 20 * 4096) == 0 ? 0 : 1, "hole");
    const std::string page(4096, 'x');
    while (write(rest, page.data(), page.size()) > 0)
    {
    }
    close(rest);
    close(file);
}

int play_reader_of_a_bad_disk(const Arguments &arguments)
{
    const std::string folder = arguments.at(0);
    if (!has_small_filesystem(folder))
        return 0;
    const std::string name = folder + "/bad.im.shm";
    Image image, pointed, waiting;
    image.create(name, {size}, _DATATYPE_UINT32);
    Frame frame(size);
    fill(frame, 1);
    require(daoShmImage2Shm(frame.data(), size, image), "publish");
    pointed.open(name);
    waiting.open(name);
    make_unreadable(name, folder + "/filler");

    EXPECT_EQ(daoShmReadNewest(image, frame.data(), size, nullptr, nullptr), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SYSTEM) << daoLastErrorMessage();
    EXPECT_NE(std::string(daoLastErrorMessage()).find("input/output error"), std::string::npos);
    EXPECT_EQ(daoShmWaitForFrame(image, 1, -1), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SYSTEM) << daoLastErrorMessage();
    // Through a pointer: zeros where it cannot be read, and only there.
    fill(frame, 1);
    EXPECT_EQ(pointed->array.UI32[0], frame[0]);
    EXPECT_EQ(pointed->array.UI32[size - 1], frame[size - 1]);
    EXPECT_EQ(daoShmCheckReplaced(pointed), DAO_SUCCESS);
    EXPECT_EQ(pointed->array.UI32[8 * 1024], 0u);
    EXPECT_EQ(daoShmCheckReplaced(pointed), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SYSTEM) << daoLastErrorMessage();
    EXPECT_EQ(pointed->array.UI32[size - 1], frame[size - 1]);
    // Who does not touch it waits on.
    EXPECT_EQ(daoShmWaitForFrame(waiting, 1, 300 * millisecond_ns), DAO_TIMEOUT);
    say(testing::Test::HasFailure() ? "failed" : "passed");
    return 0;
}

const Role reader_of_a_bad_disk("reader-of-a-bad-disk", play_reader_of_a_bad_disk);

TEST(UnreadablePage, IsAnErrorOfTheSystemsNotAReplacement)
{
    SegmentName name;
    expect_passes_on_small_filesystem("reader-of-a-bad-disk", name);
}

}
