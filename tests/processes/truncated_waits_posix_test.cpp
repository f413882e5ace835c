// Who waits for a frame of a segment whose file another program truncates or makes again in place: notices within 0.2 s in
// every wait mode, and follows.
#include "child.hpp"
#include "harm_posix.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace
{

using namespace test;

constexpr uint32_t size = 50'000;
const DaoSegment layout{{size}, _DATATYPE_UINT32, 2, 3, false};

// Waits without a limit; prints the result. Then follows, until there is a segment, and prints whether its frame is whole.
int play_bereft_waiter(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const WaitMode mode = wait_mode_of(arguments.at(1));
    if (mode == WaitMode::semaphore)
        (void)wait_for_frame(image, mode, 0, 0); // posted by the frames from before
    say("waiting");
    // Who spins loses its processor where one that sleeps is woken in time.
    const int64_t kept_before_ns = kept_waiting_ns();
    say(std::to_string(wait_for_frame(image, mode, 3, -1)));
    say(std::to_string(kept_waiting_ns() - kept_before_ns));
    if (!eventually([&] { return daoShmReopen(image) == DAO_SUCCESS; }))
        return 2;
    if (wait_for_frame(image, WaitMode::sleeping, 0, 60 * second_ns) != DAO_SUCCESS)
        return 3;
    Frame frame(image->md->nelement);
    require(daoShmReadNewest(image, frame.data(), frame.size(), nullptr, nullptr), "read");
    return is_frame(frame, 1) ? 0 : 4;
}

const Role bereft_waiter("bereft-waiter", play_bereft_waiter);

class BereftWait : public testing::TestWithParam<std::tuple<Harm, WaitMode, bool>>
{
  protected:
    // A segment of this library's, or one of DAO's.
    void make(Image &writer, bool is_daos)
    {
        if (is_daos)
            make_again(name_.text(), layout);
        else
        {
            writer.create(name_.text(), {size}, _DATATYPE_UINT32, 2, 3);
            Frame frame(size);
            for (uint64_t number = 1; number <= 3; ++number)
                require(daoShmImage2Shm(frame.data(), size, writer), "publish");
        }
    }

    SegmentName name_;
};

TEST_P(BereftWait, EndsAndFollows)
{
    const auto [harm, mode, is_daos] = GetParam();
    if (is_daos && (mode == WaitMode::semaphore || harm == Harm::grown_from_half))
        GTEST_SKIP() << "no named semaphores there; or nothing in the file that shows it";
    Image writer;
    make(writer, is_daos);
    Child waiter("bereft-waiter", {name_.text(), name_of(mode)});
    ASSERT_EQ(waiter.line(), "waiting");
    std::this_thread::sleep_for(milliseconds(150));
    const Lateness lateness;
    const auto begin = Clock::now();
    do_harm(name_.text(), layout, harm);
    EXPECT_EQ(waiter.line(), std::to_string(DAO_REPLACED));
    const auto taken = Clock::now() - begin;
    const std::chrono::nanoseconds kept(std::stoll(waiter.line()));
    EXPECT_LT(taken - kept, soon + lateness.allowance());
    const DaoSegment next = remade(layout, harm);
    if (!is_made_again(harm))
        make_again(name_.text(), next);
    publish_as_dao(name_.text(), next, 1);
    EXPECT_EQ(waiter.wait(), 0);
}

INSTANTIATE_TEST_SUITE_P(Files, BereftWait,
                         testing::Combine(testing::ValuesIn(all_harms), testing::ValuesIn(all_wait_modes),
                                          testing::Bool()),
                         [](const auto &row) {
                             return std::string(std::get<2>(row.param) ? "Daos" : "Ours") +
                                    name_of(std::get<0>(row.param)) + name_of(std::get<1>(row.param));
                         });
// The file goes at any moment, also between a look at the semaphore and the sleep on it.
TEST(TruncatedWhileManyWait, EndsNoProcess)
{
    for (int round = 0; round < 25; ++round)
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {size}, _DATATYPE_UINT32);
        const pid_t child = fork();
        if (child == 0)
        {
            std::vector<std::thread> threads;
            for (int number = 0; number < 24; ++number)
                threads.emplace_back([&, number] {
                    Image reader;
                    if (reader.try_open(name.text()) != DAO_SUCCESS)
                        return;
                    for (int_fast8_t status = DAO_TIMEOUT; status == DAO_TIMEOUT || status == DAO_SUCCESS;)
                    {
                        const timespec soon_over = realtime_after(3'000);
                        status = daoShmWaitForSemaphoreTimeout(reader, number % 10, &soon_over);
                    }
                });
            for (std::thread &thread : threads)
                thread.join();
            _exit(0);
        }
        std::this_thread::sleep_for(milliseconds(10 + round));
        ASSERT_EQ(truncate(name.c_str(), 0), 0);
        int ended = -1;
        ASSERT_EQ(waitpid(child, &ended, 0), child);
        EXPECT_EQ(ended, 0);
    }
}

// As `cp` and DAO's create do: there is an empty file first, then one that is too short, then one without a header.
TEST(MadeAgainSlowly, IsFollowedOnceItIsMade)
{
    for (const uint32_t wait : {DAO_WAIT_SLEEP, DAO_WAIT_SPIN, DAO_WAIT_ADAPTIVE})
    {
        SegmentName name;
        make_again(name.text(), layout);
        publish_as_dao(name.text(), layout, 1);
        const Bytes made = read_file(name.text());
        Image image;
        image.open(name.text());
        Frame frame(size);
        DAO_NEXT_OPTIONS options = DAO_NEXT_OPTIONS_INIT;
        options.wait = wait;
        options.follow = 1;
        options.timeout_ns = 30 * second_ns;
        std::thread maker([&] {
            const int file = open(name.c_str(), O_RDWR | O_TRUNC);
            for (const size_t bytes : {size_t{0}, size_t{100}, made.size() / 2})
            {
                if (ftruncate(file, static_cast<off_t>(bytes)) != 0)
                    abort();
                std::this_thread::sleep_for(milliseconds(60));
            }
            if (ftruncate(file, static_cast<off_t>(made.size())) != 0)
                abort();
            std::this_thread::sleep_for(milliseconds(60));
            close(file);
            make_again(name.text(), layout);
            publish_as_dao(name.text(), layout, 1);
        });
        EXPECT_EQ(daoShmNext(image, &options, frame.data(), size, nullptr, nullptr), DAO_SUCCESS)
            << daoLastErrorMessage();
        EXPECT_TRUE(is_frame(frame, 1));
        maker.join();
        if (ftruncate(image->shmfd, 0) != 0)
            abort();
        options.timeout_ns = 200 * millisecond_ns;
        EXPECT_EQ(daoShmNext(image, &options, frame.data(), size, nullptr, nullptr), DAO_TIMEOUT)
            << daoLastErrorMessage();
    }
}

namespace
{

// A reader that follows, of a segment whose file is cut to what is none.
class CutSegment
{
  public:
    CutSegment()
    {
        make();
        image_.open(name_.text());
        EXPECT_EQ(ftruncate(image_->shmfd, 100), 0);
    }
    void make()
    {
        make_again(name_.text(), layout);
        publish_as_dao(name_.text(), layout, 1);
    }
    int_fast8_t next(int64_t timeout_ns)
    {
        DAO_NEXT_OPTIONS options = DAO_NEXT_OPTIONS_INIT;
        options.follow = 1;
        options.timeout_ns = timeout_ns;
        return daoShmNext(image_, &options, frame_.data(), size, nullptr, nullptr);
    }

  private:
    SegmentName name_;
    Image image_;
    Frame frame_ = Frame(size);
};

}

TEST(MadeAgainSlowly, IsGivenUpAfterAsLongAsALock)
{
    CutSegment segment;
    EXPECT_EQ(segment.next(60 * second_ns), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_FORMAT) << daoLastErrorMessage();
}

// As the waits of other languages do, which look for signals in between.
TEST(MadeAgainSlowly, IsGivenUpInSlicesOfTimeToo)
{
    CutSegment segment;
    int_fast8_t status = DAO_TIMEOUT;
    for (const auto end = Clock::now() + milliseconds(40'000); status == DAO_TIMEOUT && Clock::now() < end;)
        status = segment.next(50 * millisecond_ns);
    EXPECT_EQ(status, DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_FORMAT) << daoLastErrorMessage();
    segment.make();
    EXPECT_EQ(segment.next(50 * millisecond_ns), DAO_SUCCESS) << daoLastErrorMessage();
}

}
