// `semptr` as programs use it: the C library's own calls on the semaphores of a segment made with the defaults.
#include "role.hpp"
#include "system_semaphores_posix.hpp"
#include "wait_modes.hpp"

#include <set>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

using namespace test;

TEST_F(SystemSemaphores, AreThereByDefaultAndLeaveNoFile)
{
    ASSERT_NE(image_->semptr, nullptr);
    ASSERT_NE(image_->semlog, nullptr);
    std::set<sem_t *> all{image_->semlog};
    for (int number = 0; number < semaphores; ++number)
        all.insert(image_->semptr[number]);
    EXPECT_EQ(all.size(), 11u);
    EXPECT_EQ(all.count(nullptr), 0u);
    EXPECT_EQ(count_semaphores(name_.text()), 0);
    EXPECT_EQ(name_.file_count(), 1u);
    EXPECT_EQ(image_.info().compatible, 0u);
}

TEST_F(SystemSemaphores, ArePostedByEachPublishAndNotAddedUp)
{
    expect_values(0);
    publish(1);
    expect_values(1);
    publish(2);
    publish(3);
    expect_values(1);
    EXPECT_EQ(sem_trywait(image_->semptr[7]), 0);
    EXPECT_EQ(sem_trywait(image_->semptr[7]), -1);
    EXPECT_EQ(take(image_, 7), DAO_TIMEOUT) << "the program took it";
    EXPECT_EQ(take(image_, 6), DAO_SUCCESS);
    EXPECT_EQ(semaphore_value(image_->semptr[6]), 0);
    publish(4);
    expect_values(1);
}

TEST_F(SystemSemaphores, ArePostedByAllWaysToPublish)
{
    const auto expect_posts = [&](const char *way) {
        for (int number = 0; number < semaphores; ++number)
            EXPECT_EQ(sem_trywait(image_->semptr[number]), 0) << way << ' ' << number;
        EXPECT_EQ(sem_trywait(image_->semlog), 0) << way;
    };
    require(daoShmImagePart2Shm(reinterpret_cast<char *>(frame_.data()), 4, image_, 0, 0, 1, 1), "packet");
    EXPECT_EQ(semaphore_value(image_->semptr[0]), 0);
    require(daoShmImagePart2ShmFinalize(image_), "finalise");
    expect_posts("finalise");
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    require(daoShmLoanCommit(image_), "commit");
    expect_posts("loan");
    IMAGE *inputs[1] = {image_};
    require(daoShmCombineShm2Shm(inputs, image_, 1, size), "sum");
    expect_posts("sum");
    require(daoSemPostAll(image_), "post all");
    require(daoSemLogPost(image_), "post the loggers'");
    expect_posts("by hand");
    require(daoSemPost(image_, 4), "post");
    EXPECT_EQ(semaphore_value(image_->semptr[4]), 1);
    EXPECT_EQ(semaphore_value(image_->semptr[5]), 0);
    require(daoShmImage2ShmQuiet(frame_.data(), size, image_), "quiet");
    EXPECT_EQ(semaphore_value(image_->semptr[5]), 0);
}

// Waits by itself on a semaphore, number 10 is the loggers', and reads `array`.
int play_self_waiter(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const int number = std::stoi(arguments.at(1));
    sem_t *semaphore = number == semaphores ? image->semlog : image->semptr[number];
    say("ready");
    for (uint32_t frame = 1; frame <= 20; ++frame)
    {
        if (sem_wait(semaphore) != 0 || !is_frame(image->array.UI32, size, frame))
            return 2;
        say("got");
    }
    return 0;
}

const Role self_waiter("self-waiter", play_self_waiter);

TEST_F(SystemSemaphores, ElevenProcessesThatWaitThemselvesAreEachWokenByEveryFrame)
{
    std::vector<Child> readers;
    for (int number = 0; number <= semaphores; ++number)
        readers.emplace_back("self-waiter", Arguments{name_.text(), std::to_string(number)});
    for (Child &reader : readers)
        ASSERT_EQ(reader.line(), "ready");
    for (uint64_t number = 1; number <= 20; ++number)
    {
        publish(number);
        for (Child &reader : readers)
            ASSERT_EQ(reader.line(), "got") << number;
    }
    for (Child &reader : readers)
        EXPECT_EQ(reader.wait(), 0);
}

// Frames come without a pause: a take of an old post must not hide the last frame.
int play_greedy_waiter(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const uint64_t last = std::stoull(arguments.at(1));
    say("ready");
    while (std::atomic_ref<uint64_t>(image->md->cnt0).load(std::memory_order_relaxed) < last)
        if (sem_wait(image->semptr[1]) != 0)
            return 2;
    return 0;
}

const Role greedy_waiter("greedy-waiter", play_greedy_waiter);

TEST_F(SystemSemaphores, TheLastFrameOfManyIsNeverMissed)
{
    uint64_t number = 0;
    for (int round = 0; round < 5; ++round)
    {
        const uint64_t last = number + 20'000;
        Child reader("greedy-waiter", {name_.text(), std::to_string(last)});
        ASSERT_EQ(reader.line(), "ready");
        while (number < last)
            publish(++number);
        ASSERT_EQ(reader.wait(), 0) << "round " << round;
    }
}

// Counts and posts in the manner of programs that use no library for it.
int play_direct_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const uint32_t depth = image->md->fifo_size;
    for (uint32_t number = 1; number <= 10; ++number)
    {
        std::this_thread::sleep_for(milliseconds(20));
        const uint32_t last = image->md->fifo_last_written;
        const uint32_t slot = (last + 1) % depth;
        IMAGE_METADATA &next = image->md[slot];
        std::atomic_ref<uint8_t>(next.write).exchange(1);
        fill(image->array.UI32 + slot * size, size, number);
        std::atomic_ref<uint64_t>(next.cnt0).store(image->md[last].cnt0 + 1);
        std::atomic_ref<uint8_t>(next.write).store(0);
        std::atomic_ref<uint32_t>(image->md->fifo_last_written).store(slot);
        for (int semaphore = 0; semaphore < semaphores; ++semaphore)
            if (semaphore_value(image->semptr[semaphore]) < SEMAPHORE_MAXVAL)
                sem_post(image->semptr[semaphore]);
    }
    std::this_thread::sleep_for(std::chrono::seconds(30));
    return 0;
}

const Role direct_writer("direct-writer", play_direct_writer);

class DirectWriter : public testing::TestWithParam<std::tuple<WaitMode, uint32_t>>
{
};

TEST_P(DirectWriter, WakesOurWaiters)
{
    const auto [mode, depth] = GetParam();
    SegmentName name;
    Image reader;
    reader.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    Child writer("direct-writer", {name.text()});
    uint64_t last = 0;
    Frame frame(size);
    while (last < 10)
    {
        ASSERT_EQ(wait_for_frame(reader, mode, last, 20 * second_ns, 3), DAO_SUCCESS) << "after " << last;
        uint64_t counter = 0;
        require(daoShmReadNewest(reader, frame.data(), size, &counter, nullptr), "read");
        ASSERT_TRUE(is_frame(frame, counter));
        last = std::max(last, counter);
    }
    writer.kill();
}

INSTANTIATE_TEST_SUITE_P(Waits, DirectWriter,
                         testing::Combine(testing::ValuesIn(all_wait_modes), testing::Values(1u, 4u)),
                         [](const auto &row) {
                             return std::string(name_of(std::get<0>(row.param))) + "Depth" +
                                    std::to_string(std::get<1>(row.param));
                         });

TEST_F(SystemSemaphores, APostByHandEndsOurWaitOnIt)
{
    std::thread poster([&] {
        std::this_thread::sleep_for(milliseconds(50));
        sem_post(image_->semptr[2]);
    });
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 2), DAO_SUCCESS);
    poster.join();
    EXPECT_EQ(take(image_, 2), DAO_TIMEOUT);
}

TEST_F(SystemSemaphores, OfAPrivateImageWorkBetweenThreads)
{
    Image own;
    own.create(name_.text(), {size}, _DATATYPE_UINT32, 1, 0, 0);
    ASSERT_NE(own->semptr, nullptr);
    std::thread reader([&] { EXPECT_TRUE(take_semaphore(own->semptr[9], 60 * second_ns)); });
    require(daoShmImage2Shm(frame_.data(), size, own), "publish");
    reader.join();
}

TEST_F(SystemSemaphores, LoseThePostsOfFramesThatAReuseClears)
{
    publish(1);
    Image again;
    again.create(name_.text(), {size}, _DATATYPE_UINT32);
    expect_values(0);
    publish(1);
    expect_values(1);
}

TEST_F(SystemSemaphores, WhoWaitsWhenTheSegmentIsReusedIsWokenByItsFrames)
{
    Child reader("self-waiter", {name_.text(), "3"});
    ASSERT_EQ(reader.line(), "ready");
    for (uint64_t number = 1; number <= 20; ++number)
    {
        if (number == 10)
        {
            Image again;
            again.create(name_.text(), {size}, _DATATYPE_UINT32);
        }
        publish(number);
        ASSERT_EQ(reader.line(), "got") << number;
    }
    EXPECT_EQ(reader.wait(), 0);
}

// What a program's own wait ends with when the segment ends, as it has no other way to notice.
class EndOfSegment : public SystemSemaphores, public testing::WithParamInterface<bool>
{
  protected:
    void end_segment()
    {
        if (GetParam())
            require(daoShmRemove(name_.c_str()), "remove");
        else
            replacement_.create(name_.text(), {size + 1}, _DATATYPE_UINT32);
    }
    int_fast8_t expected() const { return GetParam() ? DAO_REMOVED : DAO_REPLACED; }

    Image replacement_;
};

TEST_P(EndOfSegment, EndsTheWaitOfAProgramOnEachSemaphore)
{
    std::atomic<int> ended{0};
    std::vector<std::thread> waiters;
    for (int number = 0; number < semaphores; ++number)
        waiters.emplace_back(
            [this, number, &ended] { ended += take_semaphore(image_->semptr[number], 30 * second_ns); });
    std::this_thread::sleep_for(milliseconds(50));
    end_segment();
    for (std::thread &waiter : waiters)
        waiter.join();
    EXPECT_EQ(ended, semaphores);
}

TEST_P(EndOfSegment, IsWhatOurWaitsOnASemaphoreEndWith)
{
    std::thread ender([&] {
        std::this_thread::sleep_for(milliseconds(50));
        end_segment();
    });
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 2), expected());
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 2), expected());
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 5), expected());
    ender.join();
}

TEST_P(EndOfSegment, ComesAfterTheFrameThatWasPublishedBefore)
{
    publish(1);
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 2), DAO_SUCCESS);
    publish(2);
    end_segment();
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 2), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 2), expected());
}

INSTANTIATE_TEST_SUITE_P(Ends, EndOfSegment, testing::Values(true, false),
                         [](const auto &row) { return row.param ? "Removed" : "Replaced"; });

TEST_F(SystemSemaphores, AKilledWaiterHindersNobody)
{
    for (int round = 0; round < 3; ++round)
    {
        Child reader("self-waiter", {name_.text(), "0"});
        ASSERT_EQ(reader.line(), "ready");
        std::this_thread::sleep_for(milliseconds(50));
        reader.kill();
    }
    publish(1);
    EXPECT_EQ(take(image_, 0), DAO_SUCCESS);
    EXPECT_EQ(take(image_, 0), DAO_TIMEOUT);
}

TEST_F(SystemSemaphores, WorkInAForkedChild)
{
    const pid_t child = fork();
    if (child == 0)
        _exit(take_semaphore(image_->semptr[8], 60 * second_ns) && image_->md->cnt0 == 1 ? 0 : 1);
    publish(1);
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
}

TEST_F(SystemSemaphores, AreNotShownToWhoMayOnlyRead)
{
    Image reader;
    reader.open_read_only(name_.text());
    EXPECT_EQ(reader->semptr, nullptr);
    EXPECT_EQ(reader->semlog, nullptr);
    publish(1);
    EXPECT_EQ(daoShmWaitForFrame(reader, 0, 60 * second_ns), DAO_SUCCESS);
}

TEST_F(SystemSemaphores, AreAllShownWhateverTheirNumberIsNow)
{
    require(daoShmImageCreateSem(image_, 2), "fewer semaphores");
    Image reader;
    reader.open(name_.text());
    require(daoShmImageCreateSem(image_, 10), "more semaphores");
    for (int number = 0; number < semaphores; ++number)
        EXPECT_NE(reader->semptr[number], nullptr) << number;
}

}
