// Together with DAO programs: its named semaphores, its raw reads and writes, each way, on its segments and, with the
// compatibility switch, on ours.
#include "dao_bytes.hpp"
#include "dao_program.hpp"
#include "dao_semaphores.hpp"
#include "frames.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "system_posix.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <gtest/gtest.h>
#include <semaphore.h>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uint32_t size = 30;
constexpr uint32_t depth = 3;
const DaoSegment layout{{5, 6}, _DATATYPE_UINT32, depth, 1, false};

// A DAO process that reads so many frames with its semaphore 2.
int play_dao_reader(const Arguments &arguments)
{
    DaoProgram dao(arguments.at(0));
    say("ready");
    for (uint32_t number = 1; number <= 20; ++number)
    {
        if (!dao.wait(2) || dao.newest_counter() != number || !dao.newest_is(number))
            return 2;
        say("got");
    }
    return 0;
}

const Role dao_reader("dao-reader", play_dao_reader);

// A DAO process that writes so many frames, each when semaphore 9 is posted.
int play_dao_writer(const Arguments &arguments)
{
    DaoProgram dao(arguments.at(0));
    say("ready");
    for (uint32_t number = 1; number <= 20; ++number)
    {
        std::this_thread::sleep_for(milliseconds(5));
        dao.publish(number);
    }
    std::this_thread::sleep_for(milliseconds(2000));
    return 0;
}

const Role dao_writer("dao-writer", play_dao_writer);

// A segment that both sides use: made by DAO, or by us with the switch on.
class Together : public testing::TestWithParam<bool>
{
  protected:
    void SetUp() override
    {
        if (GetParam())
        {
            daoShmSetCompatibility(1);
            image_.create(name_.text(), layout.shape, layout.atype, depth, 1);
            daoShmSetCompatibility(0);
        }
        else
        {
            write_file(name_.text(), make_bytes(layout, name_.text()));
            DaoProgram maker(name_.text()); // makes the semaphores
            image_.open(name_.text());
        }
    }
    void TearDown() override
    {
        daoShmRemove(name_.c_str());
        for (const char *which : which_semaphores)
        {
            EXPECT_FALSE(semaphore_exists(name_.text(), which)) << which;
            sem_unlink(semaphore_name(name_.text(), which).c_str());
        }
    }

    SegmentName name_;
    Image image_;
};

TEST_P(Together, TheImageShowsTheSemaphores)
{
    EXPECT_EQ(count_semaphores(name_.text()), 11);
    EXPECT_EQ(image_.info().compatible, 1u);
    ASSERT_NE(image_->semptr, nullptr);
    ASSERT_NE(image_->semlog, nullptr);
    DaoProgram dao(name_.text());
    for (int number = 0; number < 10; ++number)
    {
        EXPECT_EQ(sem_post(image_->semptr[number]), 0);
        EXPECT_EQ(dao.value(static_cast<size_t>(number)), 1);
    }
}

TEST_P(Together, DaoProcessIsWokenAndReadsWhatWePublish)
{
    Child reader("dao-reader", {name_.text()});
    ASSERT_EQ(reader.line(), "ready");
    Frame frame(size);
    for (uint64_t number = 1; number <= 20; ++number)
    {
        fill(frame, number);
        require(daoShmImage2Shm(frame.data(), size, image_), "publish");
        ASSERT_EQ(reader.line(), "got");
    }
    EXPECT_EQ(reader.wait(), 0);
}

TEST_P(Together, WeAreWokenAndReadWhatADaoProcessPublishes)
{
    for (const WaitMode mode : all_wait_modes)
    {
        const timespec past{1, 0};
        while (daoShmWaitForSemaphoreTimeout(image_, 4, &past) == DAO_SUCCESS)
        {
        }
        Image reader;
        reader.open(name_.text());
        const uint64_t before = daoShmGetCounter(reader);
        Child writer("dao-writer", {name_.text()});
        ASSERT_EQ(writer.line(), "ready");
        Frame frame(size);
        uint64_t last = before;
        while (last < before + 20)
        {
            ASSERT_EQ(wait_for_frame(reader, mode, last, 60 * second_ns, 4), DAO_SUCCESS)
                << name_of(mode) << " after " << last - before;
            uint64_t counter = 0;
            int_fast8_t status = daoShmReadNext(reader, frame.data(), size, &counter, nullptr, nullptr);
            for (; status == DAO_SUCCESS || status == DAO_OVERWRITE;
                 status = daoShmReadNext(reader, frame.data(), size, &counter, nullptr, nullptr))
            {
                ASSERT_GT(counter, last);
                ASSERT_TRUE(is_frame(frame, counter - before)) << name_of(mode);
                last = counter;
            }
        }
        writer.kill();
    }
}

TEST_P(Together, PostsOfOursAreDaosAndAreNotAddedUp)
{
    DaoProgram dao(name_.text());
    Frame frame(size);
    for (int frames = 0; frames < 3; ++frames)
        require(daoShmImage2Shm(frame.data(), size, image_), "publish");
    for (size_t number = 0; number < which_semaphores.size(); ++number)
        EXPECT_EQ(dao.value(number), 1) << which_semaphores[number];
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 5), DAO_SUCCESS);
    EXPECT_EQ(dao.value(5), 0);
    EXPECT_EQ(dao.value(6), 1);
    EXPECT_EQ(daoSemPost(image_, 5), DAO_SUCCESS);
    EXPECT_EQ(dao.value(5), 1);
    EXPECT_EQ(daoSemPostAll(image_), DAO_SUCCESS);
    EXPECT_EQ(dao.value(6), 1);
    EXPECT_TRUE(dao.wait(10));
    EXPECT_EQ(daoSemLogPost(image_), DAO_SUCCESS);
    EXPECT_EQ(dao.value(10), 1);
}

TEST_P(Together, WaitOnItsSemaphoreEndsOnTimeAndOnRemoval)
{
    const Lateness lateness;
    const int64_t taken_ns = elapsed_ns([&] {
        const timespec deadline = realtime_after(100 * millisecond_ns);
        EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image_, 1, &deadline), DAO_TIMEOUT);
    });
    EXPECT_GE(taken_ns, 90 * millisecond_ns);
    EXPECT_LT(taken_ns - lateness.allowance_ns(), second_ns);
    std::thread remover([&] {
        std::this_thread::sleep_for(milliseconds(50));
        EXPECT_EQ(daoShmRemove(name_.c_str()), DAO_SUCCESS);
    });
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 1), DAO_REMOVED);
    remover.join();
}

INSTANTIATE_TEST_SUITE_P(Makers, Together, testing::Values(true, false),
                         [](const auto &row) { return row.param ? "OurSegment" : "DaoSegment"; });

TEST(Compatibility, IsOffByDefaultAndThenThereAreNoSemaphoresOfDaos)
{
    ASSERT_EQ(getenv("DAO_COMPATIBILITY"), nullptr);
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    uint32_t data[4] = {};
    require(daoShmImage2Shm(data, 4, image), "publish");
    EXPECT_EQ(daoShmGetCompatibility(), 0);
    EXPECT_EQ(image.info().compatible, 0u);
    EXPECT_EQ(count_semaphores(name.text()), 0);
}

int play_environment_creator(const Arguments &arguments)
{
    Image image;
    image.create(arguments.at(0), {4}, _DATATYPE_UINT32);
    return daoShmGetCompatibility() == 1 && image.info().compatible == 1 && image->semptr != nullptr ? 0 : 2;
}

const Role environment_creator("environment-creator", play_environment_creator);

TEST(Compatibility, OnlyOneInTheEnvironmentSwitchesItOn)
{
    for (const char *value : {"", "0", "off", "no", "false", "2", "11", " 1"})
    {
        setenv("DAO_COMPATIBILITY", value, 1);
        EXPECT_EQ(daoShmGetCompatibility(), 0) << value;
    }
    setenv("DAO_COMPATIBILITY", "1", 1);
    EXPECT_EQ(daoShmGetCompatibility(), 1);
    unsetenv("DAO_COMPATIBILITY");
}

TEST(Compatibility, IsSwitchedByTheEnvironmentTheFunctionAndTheOption)
{
    SegmentName by_environment, by_option, against;
    setenv("DAO_COMPATIBILITY", "1", 1);
    Child child("environment-creator", {by_environment.text()});
    EXPECT_EQ(child.wait(), 0);
    unsetenv("DAO_COMPATIBILITY");
    EXPECT_EQ(count_semaphores(by_environment.text()), 11);
    EXPECT_EQ(daoShmRemove(by_environment.c_str()), DAO_SUCCESS);
    EXPECT_EQ(count_semaphores(by_environment.text()), 0);

    const uint32_t shape[1] = {4};
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.compatibility = 1;
    Image with, without;
    EXPECT_EQ(daoShmImageCreateWith(with.taken(), by_option.c_str(), 1, shape, _DATATYPE_FLOAT, &options), DAO_SUCCESS);
    EXPECT_EQ(count_semaphores(by_option.text()), 11);
    daoShmSetCompatibility(1);
    EXPECT_EQ(daoShmGetCompatibility(), 1);
    options.compatibility = -1;
    EXPECT_EQ(daoShmImageCreateWith(without.taken(), against.c_str(), 1, shape, _DATATYPE_FLOAT, &options),
              DAO_SUCCESS);
    daoShmSetCompatibility(0);
    EXPECT_EQ(count_semaphores(against.text()), 0);
}

TEST(Compatibility, SegmentOfDaoWithoutSemaphoresSaysSo)
{
    SegmentName name;
    write_file(name.text(), make_bytes(layout, name.text()));
    Image image;
    image.open(name.text());
    EXPECT_EQ(image->semptr, nullptr);
    EXPECT_EQ(daoShmWaitForSemaphore(image, 1), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE);
    EXPECT_EQ(count_semaphores(name.text()), 0);
    DaoProgram dao(name.text()); // makes them now
    dao.publish(1);
    EXPECT_EQ(daoShmWaitForSemaphore(image, 1), DAO_SUCCESS) << daoLastErrorMessage();
}

TEST(Compatibility, SemaphoresAreMadeOnDemandForASegmentOfDao)
{
    SegmentName name;
    write_file(name.text(), make_bytes(layout, name.text()));
    Image image;
    image.open(name.text());
    EXPECT_EQ(daoShmImageCreateSem(image, 10), DAO_SUCCESS);
    EXPECT_NE(image->semptr, nullptr);
    EXPECT_EQ(count_semaphores(name.text()), 11);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    EXPECT_EQ(count_semaphores(name.text()), 0);
}

TEST(Compatibility, TheSemaphoresAreThereBeforeTheSegmentIs)
{
    for (int round = 0; round < 50; ++round)
    {
        SegmentName name;
        std::thread finder([&name] {
            while (access(name.c_str(), F_OK) != 0)
                std::this_thread::yield();
            EXPECT_EQ(count_semaphores(name.text()), 11);
        });
        daoShmSetCompatibility(1);
        Image image;
        image.create(name.text(), {4}, _DATATYPE_UINT32);
        daoShmSetCompatibility(0);
        finder.join();
        EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
        EXPECT_EQ(count_semaphores(name.text()), 0);
    }
}

TEST(Compatibility, AWriterThatHadTheSegmentBeforeTheSwitchWakesDaosReadersToo)
{
    SegmentName name;
    Image writer, again;
    writer.create(name.text(), layout.shape, layout.atype, depth, 1);
    Frame frame(size);
    require(daoShmImage2Shm(frame.data(), size, writer), "publish");
    daoShmSetCompatibility(1);
    again.create(name.text(), layout.shape, layout.atype, depth, 1);
    daoShmSetCompatibility(0);
    EXPECT_EQ(daoShmCheckReplaced(writer), DAO_SUCCESS) << "the same segment";
    DaoProgram dao(name.text());
    require(daoShmImage2Shm(frame.data(), size, writer), "publish");
    for (size_t number = 0; number < which_semaphores.size(); ++number)
        EXPECT_EQ(dao.value(number), 1) << which_semaphores[number];
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
}

TEST(Compatibility, AWriterFindsSemaphoresThatDaoMakesLater)
{
    SegmentName name;
    write_file(name.text(), make_bytes(layout, name.text()));
    Image writer;
    writer.open(name.text());
    Frame frame(size);
    require(daoShmImage2Shm(frame.data(), size, writer), "publish");
    DaoProgram dao(name.text()); // makes them now
    const bool is_woken = eventually([&] {
        require(daoShmImage2Shm(frame.data(), size, writer), "publish");
        return dao.value(3) == 1 && dao.value(10) == 1;
    });
    EXPECT_TRUE(is_woken);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
}

// Programs keep the addresses, and other threads sleep there.
TEST(Compatibility, SemaphoresStayWhereTheyAre)
{
    SegmentName name;
    daoShmSetCompatibility(1);
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    daoShmSetCompatibility(0);
    std::array<sem_t *, 10> before{};
    std::copy_n(image->semptr, 10, before.begin());
    EXPECT_EQ(daoShmImageCreateSem(image, 3), DAO_SUCCESS);
    EXPECT_EQ(daoShmImageCreateSem(image, 10), DAO_SUCCESS);
    EXPECT_TRUE(std::equal(before.begin(), before.end(), image->semptr));
    EXPECT_EQ(sem_post(before[0]), 0);
    EXPECT_EQ(daoShmWaitForSemaphore(image, 0), DAO_SUCCESS);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
}

}
