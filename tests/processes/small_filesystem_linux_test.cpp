// A file system that fills up: an error at create, no file remains, and never a SIGBUS later.
#include "dao_bytes.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "small_filesystem_linux.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace test;

int play_crowded_creator(const Arguments &arguments)
{
    const std::string folder = arguments.at(0);
    if (!has_small_filesystem(folder))
        return 0;
    const std::string name = folder + "/large.im.shm";
    const auto file_count = [&] {
        const std::filesystem::directory_iterator files(folder);
        return std::distance(begin(files), end(files));
    };
    for (const uint32_t elements : {1u << 20, 300'000u, 1u << 28})
    {
        Image image;
        EXPECT_EQ(image.try_create(name, {elements}, _DATATYPE_UINT32), DAO_ERROR) << elements;
        EXPECT_EQ(daoLastErrorCode(), DAO_E_NO_SPACE) << daoLastErrorMessage();
        EXPECT_NE(std::string(daoLastErrorMessage()).find(name), std::string::npos) << daoLastErrorMessage();
        EXPECT_EQ(file_count(), 0);
    }
    // What fits is there to the last byte, whatever comes later.
    Image small;
    small.create(name, {100'000}, _DATATYPE_UINT32);
    Image other;
    EXPECT_EQ(other.try_create(folder + "/other.im.shm", {200'000}, _DATATYPE_UINT32), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NO_SPACE) << daoLastErrorMessage();
    EXPECT_EQ(file_count(), 1);
    // A replacement that does not fit leaves the segment as it was.
    EXPECT_EQ(other.try_create(name, {200'000}, _DATATYPE_UINT32), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NO_SPACE) << daoLastErrorMessage();
    EXPECT_EQ(daoShmCheckReplaced(small), DAO_SUCCESS);
    Frame frame(100'000), read(100'000);
    fill(frame, 1);
    require(daoShmImage2Shm(frame.data(), 100'000, small), "publish");
    require(daoShmReadNewest(small, read.data(), 100'000, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 1));
    // DAO's files have no room reserved: who makes such a segment again here has it then, or is told.
    const std::string daos = folder + "/daos.im.shm";
    const DaoSegment layout{{200'000}, _DATATYPE_UINT32, 1, 0, false};
    const Bytes bytes = make_bytes(layout, daos);
    write_file(daos, Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(layout.data_offset())));
    std::filesystem::resize_file(daos, bytes.size());
    EXPECT_EQ(other.try_create(daos, {200'000}, _DATATYPE_UINT32), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NO_SPACE) << daoLastErrorMessage();
    say(testing::Test::HasFailure() ? "failed" : "passed");
    return 0;
}

const Role crowded_creator("crowded-creator", play_crowded_creator);

TEST(SmallFileSystem, IsAnErrorAtCreateAndLeavesNoFile)
{
    SegmentName name;
    expect_passes_on_small_filesystem("crowded-creator", name);
    EXPECT_EQ(name.file_count(), 0u);
}

}
