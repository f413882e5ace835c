// The ten numbered semaphores: posted or not, each by its number.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

namespace
{

using namespace test;

const timespec past{1, 0};

class Semaphores : public testing::TestWithParam<int>
{
  protected:
    void SetUp() override { image_.create(name_.text(), {4}, _DATATYPE_UINT32, 2, 0, GetParam()); }
    void publish() { require(daoShmImage2Shm(data_, 4, image_), "publish"); }
    int_fast8_t take(int32_t number) { return daoShmWaitForSemaphoreTimeout(image_, number, &past); }

    SegmentName name_;
    Image image_;
    uint32_t data_[4] = {};
};

TEST_P(Semaphores, EachIsPostedByAPublishAndHeldOnce)
{
    for (int32_t number = 0; number < 10; ++number)
        EXPECT_EQ(take(number), DAO_TIMEOUT);
    for (int frames = 0; frames < 3; ++frames)
        publish();
    for (int32_t number = 0; number < 10; ++number)
    {
        EXPECT_EQ(daoShmWaitForSemaphore(image_, number), DAO_SUCCESS);
        EXPECT_EQ(take(number), DAO_TIMEOUT) << "posts are not added up";
    }
}

TEST_P(Semaphores, PostIsOfOneNumber)
{
    for (int32_t posted = 0; posted < 10; ++posted)
    {
        EXPECT_EQ(daoSemPost(image_, posted), DAO_SUCCESS);
        EXPECT_EQ(daoSemPost(image_, posted), DAO_SUCCESS);
        for (int32_t number = 0; number < 10; ++number)
            EXPECT_EQ(take(number), number == posted ? DAO_SUCCESS : DAO_TIMEOUT);
    }
    EXPECT_EQ(daoShmGetCounter(image_), 0u);
}

TEST_P(Semaphores, PostAllPostsAll)
{
    EXPECT_EQ(daoSemPostAll(image_), DAO_SUCCESS);
    EXPECT_EQ(daoSemLogPost(image_), DAO_SUCCESS);
    for (int32_t number = 0; number < 10; ++number)
    {
        EXPECT_EQ(take(number), DAO_SUCCESS);
        EXPECT_EQ(take(number), DAO_TIMEOUT);
    }
}

TEST_P(Semaphores, FewerMayBeAskedFor)
{
    ASSERT_EQ(daoShmImageCreateSem(image_, 3), DAO_SUCCESS);
    for (uint32_t slot = 0; slot < image_.info().depth; ++slot)
        EXPECT_EQ(image_->md[slot].sem, 3) << "slot " << slot;
    publish();
    EXPECT_EQ(take(2), DAO_SUCCESS);
    EXPECT_EQ(take(3), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE);
    EXPECT_NE(std::string(daoLastErrorMessage()).find("0 to 2"), std::string::npos) << daoLastErrorMessage();
    EXPECT_EQ(daoSemPost(image_, 3), DAO_ERROR);
    EXPECT_EQ(daoSemPostAll(image_), DAO_SUCCESS);
    ASSERT_EQ(daoImageCreateSem(image_, 10), DAO_SUCCESS);
    publish();
    EXPECT_EQ(take(9), DAO_SUCCESS);
}

// With the segment's own semaphores, and with DAO's.
TEST(ReusedSegments, HaveNoPostsOfFramesThatAreGone)
{
    for (const int compatibility : {0, 1})
    {
        SegmentName name;
        Image first, again;
        daoShmSetCompatibility(compatibility);
        first.create(name.text(), {4}, _DATATYPE_UINT32);
        uint32_t frame[4] = {};
        require(daoShmImage2Shm(frame, 4, first), "publish");
        again.create(name.text(), {4}, _DATATYPE_UINT32);
        daoShmSetCompatibility(0);
        ASSERT_EQ(again.info().segment_id, first.info().segment_id);
        for (int32_t number = 0; number < 10; ++number)
            EXPECT_EQ(daoShmWaitForSemaphoreTimeout(first, number, &past), DAO_TIMEOUT) << number;
        require(daoShmImage2Shm(frame, 4, again), "publish");
        for (int32_t number = 0; number < 10; ++number)
            EXPECT_EQ(daoShmWaitForSemaphoreTimeout(first, number, &past), DAO_SUCCESS) << number;
    }
}

// Another shape takes the name, and DAO's semaphores are of the name.
TEST(ReplacedSegments, HaveNoPostsOfFramesThatAreGone)
{
    SegmentName name;
    Image first, again;
    daoShmSetCompatibility(1);
    first.create(name.text(), {4}, _DATATYPE_UINT32);
    uint32_t frame[5] = {};
    require(daoShmImage2Shm(frame, 4, first), "publish");
    again.create(name.text(), {5}, _DATATYPE_UINT32);
    daoShmSetCompatibility(0);
    for (int32_t number = 0; number < 10; ++number)
        EXPECT_EQ(daoShmWaitForSemaphoreTimeout(again, number, &past), DAO_TIMEOUT) << number;
    require(daoShmImage2Shm(frame, 5, again), "publish");
    for (int32_t number = 0; number < 10; ++number)
        EXPECT_EQ(daoShmWaitForSemaphoreTimeout(again, number, &past), DAO_SUCCESS) << number;
    require(daoShmRemove(name.c_str()), "remove");
}

// A program that opened the segment while it had fewer.
TEST(NamedSemaphores, OfLaterNumbersArePostedByWhoWasThereBefore)
{
    SegmentName name;
    Image maker, writer, reader;
    daoShmSetCompatibility(1);
    maker.create(name.text(), {4}, _DATATYPE_UINT32);
    daoShmSetCompatibility(0);
    require(daoShmImageCreateSem(maker, 3), "fewer semaphores");
    writer.open(name.text());
    uint32_t frame[4] = {};
    require(daoShmImage2Shm(frame, 4, writer), "publish");
    require(daoShmImageCreateSem(maker, 10), "more semaphores");
    reader.open(name.text());
    std::this_thread::sleep_for(milliseconds(150)); // a writer looks for them ten times a second
    require(daoShmImage2Shm(frame, 4, writer), "publish");
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(reader, 7, &past), DAO_SUCCESS);
    require(daoShmRemove(name.c_str()), "remove");
}

TEST_P(Semaphores, PostBeforeTheFirstFrameIsNoFrame)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.wait = DAO_WAIT_SEMAPHORE;
    how.semaphore = 4;
    how.timeout_ns = 20'000'000;
    uint32_t frame[4] = {};
    require(daoSemPost(image_, 4), "post");
    EXPECT_EQ(daoShmNext(image_, &how, frame, 4, nullptr, nullptr), DAO_TIMEOUT);
    publish();
    EXPECT_EQ(daoShmNext(image_, &how, frame, 4, nullptr, nullptr), DAO_SUCCESS);
}

TEST(EndedSegments, AreNotPosted)
{
    for (const int end : {DAO_REMOVED, DAO_REPLACED})
    {
        SegmentName name;
        Image image, another;
        image.create(name.text(), {4}, _DATATYPE_UINT32);
        if (end == DAO_REMOVED)
            require(daoShmRemove(name.c_str()), "remove");
        else
            another.create(name.text(), {5}, _DATATYPE_UINT32);
        EXPECT_EQ(daoSemPost(image, 2), end);
        EXPECT_EQ(daoSemPostAll(image), end);
        EXPECT_EQ(daoSemLogPost(image), end);
        EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image, 2, &past), end);
    }
}

// By a program that knows nothing of segments.
TEST(EndedSegments, AreNotPostedOnceItIsNoticedThatTheirFileWent)
{
    using Post = int_fast8_t (*)(IMAGE *);
    for (const Post post :
         {Post([](IMAGE *image) { return daoSemPost(image, 2); }), Post(daoSemPostAll), Post(daoSemLogPost)})
        for (const int end : {DAO_REMOVED, DAO_REPLACED})
        {
            SegmentName name;
            Image image;
            image.create(name.text(), {4}, _DATATYPE_UINT32);
            require(post(image), "post");
            if (!name.delete_file())
                GTEST_SKIP() << "this system keeps a file that is in use";
            if (end == DAO_REPLACED)
                std::ofstream(name.text()) << "another file";
            const int64_t taken_ns = punctual_ns(
                [&] { EXPECT_TRUE(eventually([&] { return post(image) != DAO_SUCCESS; })) << "posts to nobody"; });
            EXPECT_LE(taken_ns, std::chrono::nanoseconds(soon).count());
            EXPECT_EQ(post(image), end);
        }
}

INSTANTIATE_TEST_SUITE_P(Kinds, Semaphores, testing::Values(1, 0),
                         [](const auto &row) { return row.param ? "Shared" : "Private"; });

int play_semaphore_reader(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const int32_t number = std::stoi(arguments.at(1));
    say("ready");
    for (int frames = 0; frames < 20; ++frames)
    {
        const timespec deadline = realtime_after(30 * second_ns);
        if (daoShmWaitForSemaphoreTimeout(image, number, &deadline) != DAO_SUCCESS)
            return 2;
        say("taken");
    }
    return daoShmWaitForSemaphoreTimeout(image, number, &past) == DAO_TIMEOUT ? 0 : 3;
}

const Role semaphore_reader("semaphore-reader", play_semaphore_reader);

TEST(SemaphoreReaders, TenProcessesAreEachWokenByEveryFrame)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    std::vector<Child> readers;
    for (int number = 0; number < 10; ++number)
        readers.emplace_back("semaphore-reader", Arguments{name.text(), std::to_string(number)});
    for (Child &reader : readers)
        ASSERT_EQ(reader.line(), "ready");
    uint32_t data[4] = {};
    for (int frames = 0; frames < 20; ++frames)
    {
        require(daoShmImage2Shm(data, 4, writer), "publish");
        for (Child &reader : readers)
            ASSERT_EQ(reader.line(), "taken");
    }
    for (Child &reader : readers)
        EXPECT_EQ(reader.wait(), 0);
}

}
