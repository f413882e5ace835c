// A writer whose lock was taken by hand: it is told, and what it had begun is in nobody's way.
#include "holders_linux.hpp"

namespace
{

using namespace test;

TEST(Liveness, WriterThatLostItsLockGivesItsFrameUpAndLeavesTheOthersAlone)
{
    Shared segment;
    void *slot = nullptr;
    require(daoShmLoanBegin(segment.image(), &slot), "begin");
    Placed other(here, [&](const auto &say) {
        Image image;
        image.open(segment.name());
        const int_fast8_t refused = daoShmUnlock(image, 0);
        say(std::to_string(refused) + " " + std::to_string(daoLastErrorCode()));
        say(std::to_string(daoShmUnlock(image, 1)));
        require(daoShmLoanBegin(image, &slot), "begin");
        say("holds");
        sleep_on();
    });
    ASSERT_EQ(other.line(), "1 " + std::to_string(DAO_E_BUSY)) << "the holder lives";
    ASSERT_EQ(other.line(), "0") << "by force";
    ASSERT_EQ(other.line(), "holds");
    EXPECT_EQ(daoShmLoanCommit(segment.image()), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    EXPECT_NE(std::string(daoLastErrorMessage()).find(std::to_string(other.pid())), std::string::npos)
        << daoLastErrorMessage();
    const DAO_SEGMENT_INFO info = segment.image().info();
    EXPECT_EQ(info.writing, 1u) << "the other's lock";
    EXPECT_EQ(info.writer_pid, static_cast<uint32_t>(other.pid()));
    EXPECT_EQ(daoShmGetCounter(segment.image()), 0u);
    EXPECT_EQ(daoShmUnlock(segment.image(), 0), DAO_ERROR);
    EXPECT_EQ(segment.image().info().writing, 1u);
    other.kill();
    EXPECT_EQ(daoShmUnlock(segment.image(), 0), DAO_SUCCESS);
    EXPECT_EQ(daoShmUnlock(segment.image(), 0), DAO_SUCCESS) << "nothing is locked";
    EXPECT_EQ(segment.image().info().writing, 0u);
}

// The lock says nothing of it once it is another's, or free again.
TEST(Liveness, ProcessThatLostTheLockOfItsPacketsIsTold)
{
    Frame half(size / 2, 5);
    for (const uint32_t depth : {1u, 3u})
        for (const bool is_kept : {false, true})
            for (const bool finalises : {false, true})
            {
                SegmentName name;
                Image image;
                image.create(name.text(), {size}, _DATATYPE_UINT32, depth);
                const auto packet = [&](uint16_t number) {
                    return daoShmImagePart2Shm(reinterpret_cast<char *>(half.data()), size / 2, image,
                                               number * size / 2, number, 2, 1);
                };
                require(packet(0), "packet");
                Placed other(here, [&](const auto &say) {
                    Image own;
                    own.open(name.text());
                    require(daoShmUnlock(own, 1), "unlock");
                    Frame frame(size);
                    fill(frame, 9);
                    require(daoShmImage2Shm(frame.data(), size, own), "publish");
                    void *slot = nullptr;
                    if (is_kept)
                        require(daoShmLoanBegin(own, &slot), "begin");
                    say("done");
                    sleep_on();
                });
                ASSERT_EQ(other.line(), "done");
                if (is_kept)
                    other.kill();
                EXPECT_EQ(finalises ? daoShmImagePart2ShmFinalize(image) : packet(1), DAO_ERROR);
                EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE) << daoLastErrorMessage();
                Frame read(size);
                const bool is_broken = depth == 1 && is_kept; // by the other's loan
                EXPECT_EQ(daoShmReadNewest(image, read.data(), size, nullptr, nullptr),
                          is_broken ? DAO_NOTREADY : DAO_SUCCESS);
                EXPECT_TRUE(is_broken || is_frame(read, 9));
                EXPECT_EQ(daoShmGetCounter(image), 1u);
                for (const uint16_t number : {uint16_t{0}, uint16_t{1}})
                    EXPECT_EQ(packet(number), DAO_SUCCESS) << "the next frame: " << daoLastErrorMessage();
                EXPECT_EQ(daoShmImagePart2ShmFinalize(image), DAO_SUCCESS);
                EXPECT_EQ(daoShmGetCounter(image), 2u);
            }
}

TEST(Liveness, PacketsThatWereLostKeepNobodyFromMakingTheSegmentAgain)
{
    SegmentName name;
    Image image, again;
    Frame half(size / 2, 5);
    image.create(name.text(), {size}, _DATATYPE_UINT32);
    require(daoShmImagePart2Shm(reinterpret_cast<char *>(half.data()), size / 2, image, 0, 0, 2, 1), "packet");
    require(daoShmUnlock(image, 1), "unlock");
    again.create(name.text(), {size}, _DATATYPE_UINT32);
    Frame frame(size);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, image), DAO_SUCCESS) << daoLastErrorMessage();
}

}
