// A process of DAO's beside ours, as writer and as reader, in all ways to wait, on segments that either made; and what we are
// told when it makes the segment again.
#include "dao_program.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "wait_modes.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace test;

constexpr uint32_t size = 3000; // more than a page
constexpr uint32_t frames = 30;

DaoSegment segment_of(uint32_t depth)
{
    return {{size}, _DATATYPE_UINT32, depth, 0, false};
}

void remove_semaphores(const std::string &segment)
{
    for (const char *which : which_semaphores)
        sem_unlink(semaphore_name(segment, which).c_str());
}

// Publishes a frame each time that it is told to, by the semaphore of loggers of another name.
int play_old_writer(const Arguments &arguments)
{
    DaoProgram dao(arguments.at(0));
    sem_t *go = sem_open(arguments.at(1).c_str(), O_CREAT, 0600, 0);
    say("ready");
    for (uint32_t number = 1; number <= frames && take_semaphore(go, 30 * second_ns); ++number)
        dao.publish(number);
    sem_close(go);
    say("done");
    return 0;
}

const Role old_writer("old-writer", play_old_writer);

int play_old_reader(const Arguments &arguments)
{
    DaoProgram dao(arguments.at(0));
    const bool spins = arguments.at(1) == "spin";
    say("ready");
    for (uint32_t number = 1; number <= frames; ++number)
    {
        if (!(spins ? dao.spin_until(number) : dao.wait(6)) || dao.newest_counter() != number || !dao.newest_is(number))
            return 2;
        say("got");
    }
    return 0;
}

const Role old_reader("old-reader", play_old_reader);

enum class Maker
{
    dao,
    us,          // with the switch
    us_over_dao, // made by DAO, and made again here
    dao_over_us
};
constexpr Maker all_makers[] = {Maker::dao, Maker::us, Maker::us_over_dao, Maker::dao_over_us};

class OldProcess : public testing::TestWithParam<std::tuple<Maker, uint32_t>>
{
  protected:
    OldProcess()
    {
        const auto [maker, depth] = GetParam();
        if (maker == Maker::us || maker == Maker::dao_over_us)
        {
            daoShmSetCompatibility(1);
            Image image;
            image.create(name_.text(), {size}, _DATATYPE_UINT32, depth);
            daoShmSetCompatibility(0);
        }
        if (maker != Maker::us)
        {
            make_again(name_.text(), segment_of(depth));
            DaoProgram makes_the_semaphores(name_.text());
        }
        if (maker == Maker::us_over_dao)
            image_.create(name_.text(), {size}, _DATATYPE_UINT32, depth);
        else
            image_.open(name_.text());
    }
    ~OldProcess() override
    {
        daoShmRemove(name_.c_str());
        remove_semaphores(name_.text());
        sem_unlink(go_.c_str());
    }

    SegmentName name_;
    Image image_;
    std::string go_ = "/" + name_.folder().filename().string() + "_go";
};

const char *name_of(Maker maker)
{
    constexpr const char *names[] = {"Dao", "Us", "UsOverDao", "DaoOverUs"};
    return names[static_cast<int>(maker)];
}

INSTANTIATE_TEST_SUITE_P(Makers, OldProcess, testing::Combine(testing::ValuesIn(all_makers), testing::Values(1u, 4u)),
                         [](const auto &row) {
                             return std::string(name_of(std::get<0>(row.param))) + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

TEST_P(OldProcess, WritesAndWeGetEveryFrameInAllWaysToWait)
{
    for (const WaitMode mode : all_wait_modes)
    {
        sem_t *go = sem_open(go_.c_str(), O_CREAT, 0600, 0);
        Image reader;
        reader.open(name_.text());
        const timespec past{1, 0};
        while (daoShmWaitForSemaphoreTimeout(reader, 4, &past) == DAO_SUCCESS)
        {
        }
        const uint64_t before = daoShmGetCounter(reader);
        Child writer("old-writer", {name_.text(), go_});
        ASSERT_EQ(writer.line(), "ready");
        Frame frame(size);
        for (uint32_t number = 1; number <= frames; ++number)
        {
            sem_post(go);
            ASSERT_EQ(wait_for_frame(reader, mode, before + number - 1, 20 * second_ns, 4), DAO_SUCCESS)
                << name_of(mode) << ' ' << number << ' ' << daoLastErrorMessage();
            uint64_t counter = 0, missed = 9;
            ASSERT_EQ(daoShmReadNext(reader, frame.data(), size, &counter, nullptr, &missed), DAO_SUCCESS)
                << name_of(mode) << ' ' << number;
            ASSERT_EQ(counter, before + number);
            ASSERT_EQ(missed, 0u);
            ASSERT_TRUE(is_frame(frame, number)) << name_of(mode);
        }
        EXPECT_EQ(writer.line(), "done");
        sem_close(go);
    }
}

TEST_P(OldProcess, ReadsEveryFrameThatWeWrite)
{
    for (const char *way : {"semaphore", "spin"})
    {
        if (daoShmGetCounter(image_) != 0) // begin anew
            DaoProgram(name_.text()).make_again(segment_of(std::get<1>(GetParam())));
        Image writer;
        writer.open(name_.text());
        Child reader("old-reader", {name_.text(), way});
        ASSERT_EQ(reader.line(), "ready");
        DaoProgram semaphores(name_.text());
        Frame frame(size);
        for (uint64_t number = 1; number <= frames; ++number)
        {
            fill(frame, number);
            require(daoShmImage2Shm(frame.data(), size, writer), "publish");
            ASSERT_EQ(reader.line(), "got") << way << ' ' << number;
        }
        EXPECT_EQ(reader.wait(), 0);
    }
}

enum class Change
{
    nothing,
    deeper,
    smaller,
    larger
};

// A DAO program makes its segment again while ours has it open.
class MadeAgain : public testing::TestWithParam<std::tuple<Change, WaitMode, uint32_t, bool>>
{
  protected:
    void SetUp() override
    {
        if (std::get<3>(GetParam()))
        {
            daoShmSetCompatibility(1);
            maker_.create(name_.text(), {size}, _DATATYPE_UINT32, depth());
            daoShmSetCompatibility(0);
        }
        else
            make_again(name_.text(), segment_of(depth()));
    }
    void TearDown() override
    {
        daoShmRemove(name_.c_str());
        remove_semaphores(name_.text());
    }
    uint32_t depth() const { return std::get<2>(GetParam()); }
    DaoSegment changed() const
    {
        DaoSegment segment = segment_of(depth());
        const Change change = std::get<0>(GetParam());
        if (change == Change::deeper)
            segment.depth += 2;
        if (change == Change::smaller)
            segment.shape[0] = 7;
        if (change == Change::larger)
            segment.shape[0] *= 3;
        return segment;
    }

    SegmentName name_;
    Image maker_;
};

const char *name_of(Change change)
{
    constexpr const char *names[] = {"Same", "Deeper", "Smaller", "Larger"};
    return names[static_cast<int>(change)];
}

INSTANTIATE_TEST_SUITE_P(Changes, MadeAgain,
                         testing::Combine(testing::Values(Change::nothing, Change::deeper, Change::smaller,
                                                          Change::larger),
                                          testing::ValuesIn(all_wait_modes), testing::Values(1u, 4u), testing::Bool()),
                         [](const auto &row) {
                             return std::string(std::get<3>(row.param) ? "Ours" : "Daos") +
                                    name_of(std::get<0>(row.param)) + name_of(std::get<1>(row.param)) + "Depth" +
                                    std::to_string(std::get<2>(row.param));
                         });

TEST_P(MadeAgain, IsToldAndThenFollowed)
{
    const WaitMode mode = std::get<1>(GetParam());
    DaoProgram dao(name_.text());
    Image reader, writer;
    reader.open(name_.text());
    writer.open(name_.text());
    Frame frame(size);
    dao.publish(1);
    ASSERT_EQ(wait_for_frame(reader, mode, 0, 20 * second_ns, 4), DAO_SUCCESS);
    require(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(frame, 1));

    std::thread again([&] {
        std::this_thread::sleep_for(milliseconds(30));
        dao.make_again(changed());
    });
    EXPECT_EQ(wait_for_frame(reader, mode, 1, -1, 4), DAO_REPLACED);
    again.join();
    EXPECT_EQ(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), DAO_REPLACED);
    EXPECT_TRUE(eventually([&] { return daoShmImage2Shm(frame.data(), size, writer) == DAO_REPLACED; }));

    ASSERT_EQ(daoShmReopen(reader), DAO_SUCCESS) << daoLastErrorMessage();
    Frame next(reader->md->nelement);
    ASSERT_EQ(next.size(), changed().elements());
    for (uint32_t number = 1; number <= 5; ++number)
    {
        dao.publish(number);
        ASSERT_EQ(wait_for_frame(reader, mode, number - 1, 20 * second_ns, 4), DAO_SUCCESS) << number;
        require(daoShmReadNewest(reader, next.data(), next.size(), nullptr, nullptr), "read");
        EXPECT_TRUE(is_frame(next, number));
    }
}

}
