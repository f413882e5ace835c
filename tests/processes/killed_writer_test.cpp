// A writer killed at any step: no reader ever gets a torn frame, the next writer takes over, counts go on.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>
#include <random>

namespace
{

using namespace test;

// Publishes without end, in the way that the second argument names.
int play_endless_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const std::string how = arguments.at(1);
    const auto size = static_cast<uint32_t>(image->md->nelement);
    Frame frame(size);
    say("ready");
    for (;;)
    {
        const uint64_t number = daoShmGetCounter(image) + 1;
        fill(frame, number);
        void *slot = nullptr;
        if (how == "publish")
            require(daoShmImage2Shm(frame.data(), size, image), "publish");
        else if (how == "loan")
        {
            require(daoShmLoanBegin(image, &slot), "begin");
            std::memcpy(slot, frame.data(), size * sizeof(uint32_t));
            require(daoShmLoanCommit(image), "commit");
        }
        else
        {
            for (uint16_t packet = 0; packet < 4; ++packet)
                require(daoShmImagePart2Shm(reinterpret_cast<char *>(&frame[packet * (size / 4)]), size / 4, image,
                                            packet * (size / 4), packet, 4, number),
                        "packet");
            require(daoShmImagePart2ShmFinalize(image), "finalise");
        }
    }
    return 0;
}

const Role endless_writer("endless-writer", play_endless_writer);

#if defined(__SANITIZE_THREAD__)
constexpr uint32_t large = 40'000; // there a copy takes many times as long
#else
constexpr uint32_t large = 400'000;
#endif

struct Case
{
    const char *how;
    uint32_t size;
    uint32_t depth;
    int rounds;
};

class KilledWriter : public testing::TestWithParam<Case>
{
};

TEST_P(KilledWriter, LeavesNoTornFrameAndItsPlaceIsTaken)
{
    const Case test = GetParam();
    SegmentName name;
    Image image;
    image.create(name.text(), {test.size}, _DATATYPE_UINT32, test.depth);
    Frame frame(test.size), read(test.size);
    std::mt19937 random(20240229);
    std::uniform_int_distribution<int> delay_us(0, 4000);
    uint64_t broken = 0;
    for (int round = 0; round < test.rounds; ++round)
    {
        Child writer("endless-writer", {name.text(), test.how});
        ASSERT_EQ(writer.line(), "ready");
        const auto until = Clock::now() + std::chrono::microseconds(delay_us(random));
        do // reading goes on until the writer dies
        {
            uint64_t counter = 0;
            if (daoShmReadNewest(image, read.data(), test.size, &counter, nullptr) == DAO_SUCCESS)
            {
                ASSERT_TRUE(is_frame(read, counter)) << "torn while the writer lived";
            }
        } while (Clock::now() < until);
        writer.kill();

        broken += image.info().frame_broken;
        const uint64_t before = daoShmGetCounter(image);
        uint64_t counter = 0;
        const int_fast8_t status = daoShmReadNewest(image, read.data(), test.size, &counter, nullptr);
        if (status == DAO_SUCCESS)
        {
            EXPECT_TRUE(is_frame(read, counter));
        }
        else
        {
            EXPECT_EQ(status, DAO_NOTREADY) << daoLastErrorMessage();
            EXPECT_TRUE(test.depth == 1 || before == 0) << "the frame before is whole";
        }
        // The next writer; the lock of the dead one does not hold it up.
        int_fast8_t published = DAO_ERROR;
        void *slot = nullptr;
        const int64_t taken_ns = punctual_ns([&] { published = daoShmLoanBegin(image, &slot); });
        ASSERT_EQ(published, DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_LT(taken_ns, 2 * second_ns) << "the lock of the dead is taken at once";
        const uint64_t number = daoShmGetCounter(image) + 1;
        EXPECT_LE(before, number - 1);
        EXPECT_LE(number, before + 2);
        fill(static_cast<uint32_t *>(slot), test.size, number);
        require(daoShmLoanCommit(image), "commit");
        ASSERT_EQ(daoShmReadNewest(image, read.data(), test.size, &counter, nullptr), DAO_SUCCESS);
        EXPECT_EQ(counter, number);
        EXPECT_TRUE(is_frame(read, number));
        EXPECT_EQ(image.info().frame_broken, 0u);
        EXPECT_EQ(image.info().writing, 0u);
    }
    EXPECT_EQ(image.info().takeovers, broken);
    std::vector<uint32_t> history(static_cast<size_t>(test.size) * test.depth);
    uint64_t first = 0;
    ASSERT_EQ(daoShmReadLast(image, history.data(), test.depth, &first), DAO_SUCCESS) << daoLastErrorMessage();
    for (uint32_t index = 0; index < test.depth; ++index)
        EXPECT_TRUE(is_frame(&history[static_cast<size_t>(index) * test.size], test.size, first + index));
}

INSTANTIATE_TEST_SUITE_P(Steps, KilledWriter,
                         testing::Values(Case{"publish", 100, 1, 30}, Case{"publish", 100, 4, 30},
                                         Case{"publish", large, 1, 20}, Case{"publish", large, 3, 20},
                                         Case{"loan", large, 2, 15}, Case{"packets", 100, 2, 15},
                                         Case{"packets", large, 1, 15}),
                         [](const auto &row) {
                             return std::string(row.param.how) + std::to_string(row.param.size) + "Depth" +
                                    std::to_string(row.param.depth);
                         });

// Stops in the middle of a frame: with a loan, between packets, or holding the segment for the first time.
int play_stopped_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    uint32_t data[4] = {1, 2, 3, 4};
    void *slot = nullptr;
    if (arguments.at(1) == "loan")
    {
        require(daoShmLoanBegin(image, &slot), "begin");
        std::memset(slot, 0xff, 4);
    }
    else
        require(daoShmImagePart2Shm(reinterpret_cast<char *>(data), 2, image, 0, 0, 2, 1), "packet");
    say("stopped");
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
}

const Role stopped_writer("stopped-writer", play_stopped_writer);

TEST(StoppedWriter, IsReportedAndReplacedOnceDead)
{
    for (const char *how : {"loan", "packets"})
        for (const uint32_t depth : {1u, 3u})
        {
            SCOPED_TRACE(std::string(how) + ", depth " + std::to_string(depth));
            SegmentName name;
            Image image;
            image.create(name.text(), {100}, _DATATYPE_UINT32, depth);
            Frame frame(100), read(100);
            fill(frame, 1);
            require(daoShmImage2Shm(frame.data(), 100, image), "publish");
            Child writer("stopped-writer", {name.text(), how});
            ASSERT_EQ(writer.line(), "stopped");
            DAO_SEGMENT_INFO info = image.info();
            EXPECT_EQ(info.writing, 1u);
            EXPECT_EQ(info.writer_pid, writer.pid());
            EXPECT_EQ(info.writer_alive, 1u);
            EXPECT_EQ(info.frame_broken, 0u);
            writer.kill();
            info = image.info();
            EXPECT_EQ(info.writing, 1u);
            EXPECT_EQ(info.writer_alive, 0u);
            EXPECT_EQ(info.frame_broken, 1u);
            const int_fast8_t status = daoShmReadNewest(image, read.data(), 100, nullptr, nullptr);
            EXPECT_EQ(status, depth == 1 ? DAO_NOTREADY : DAO_SUCCESS);
            fill(frame, 2);
            ASSERT_EQ(daoShmImage2Shm(frame.data(), 100, image), DAO_SUCCESS) << daoLastErrorMessage();
            info = image.info();
            EXPECT_EQ(info.frame_broken, 0u);
            EXPECT_EQ(info.takeovers, 1u);
            EXPECT_EQ(info.writer_pid, process_id());
            EXPECT_EQ(daoShmGetCounter(image), 2u);
            require(daoShmReadNewest(image, read.data(), 100, nullptr, nullptr), "read");
            EXPECT_TRUE(is_frame(read, 2));
        }
}

TEST(StoppedWriter, ThatLivesKeepsOthersOutAndTheyAreToldWhoItIs)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {100}, _DATATYPE_UINT32);
    Child writer("stopped-writer", {name.text(), "loan"});
    ASSERT_EQ(writer.line(), "stopped");
    Frame frame(100);
    int_fast8_t status = DAO_SUCCESS;
    const Lateness lateness;
    const int64_t taken_ns = elapsed_ns([&] { status = daoShmImage2Shm(frame.data(), 100, image); });
    EXPECT_EQ(status, DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    EXPECT_NE(std::string(daoLastErrorMessage()).find(std::to_string(writer.pid())), std::string::npos)
        << daoLastErrorMessage();
    EXPECT_GT(taken_ns, 4 * second_ns);
    EXPECT_LT(taken_ns - lateness.allowance_ns(), 8 * second_ns);
    EXPECT_EQ(daoShmGetCounter(image), 0u);
}

// Creates over and over, the same geometry and others.
int play_endless_creator(const Arguments &arguments)
{
    say("ready");
    for (uint32_t round = 0;; ++round)
    {
        Image image;
        image.create(arguments.at(0), {5000 + round / 3 % 2}, _DATATYPE_UINT32, 4, 3);
        Frame frame(5000);
        fill(frame, 1);
        require(daoShmImage2Shm(frame.data(), 5000, image), "publish");
    }
    return 0;
}

const Role endless_creator("endless-creator", play_endless_creator);

TEST(KilledCreator, LeavesASegmentThatTheNextOneTakes)
{
    SegmentName name;
    std::mt19937 random(7);
    std::uniform_int_distribution<int> delay_us(0, 3000);
    for (int round = 0; round < (is_sanitized ? 10 : 40); ++round)
    {
        Child creator("endless-creator", {name.text()});
        ASSERT_EQ(creator.line(), "ready");
        std::this_thread::sleep_for(std::chrono::microseconds(delay_us(random)));
        creator.kill();
        Image found;
        if (found.try_open(name.text()) != DAO_SUCCESS)
        {
            EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND) << "never a damaged segment: " << daoLastErrorMessage();
        }
        Image image;
        ASSERT_EQ(image.try_create(name.text(), {5000}, _DATATYPE_UINT32, 4, 3), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(daoShmGetCounter(image), 0u);
        Frame frame(5000), read(5000);
        fill(frame, 1);
        require(daoShmImage2Shm(frame.data(), 5000, image), "publish");
        require(daoShmReadNewest(image, read.data(), 5000, nullptr, nullptr), "read");
        EXPECT_TRUE(is_frame(read, 1));
        require(daoShmSetKeywordLong(image, "K", 1, nullptr), "keyword");
    }
}

}
