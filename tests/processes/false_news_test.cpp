// A word that another program altered says that there is a frame, and there is none: next() looks again and again, but with
// pauses, and ends as any wait does.
#include "extension.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

namespace
{

using namespace test;

class FalseNews : public testing::Test
{
  protected:
    void SetUp() override
    {
        maker_.create(name_.text(), {4}, _DATATYPE_UINT32, 2, 2);
        reader_.open(name_.text());
        require(daoShmImage2Shm(frame_, 4, maker_), "publish");
        require(next(0), "the first frame");
        extension_of(maker_).published = 2; // the counter that comes next
    }
    int_fast8_t next(int64_t timeout_ns)
    {
        DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
        how.wait = DAO_WAIT_SPIN;
        how.timeout_ns = timeout_ns;
        return daoShmNext(reader_, &how, frame_, 4, nullptr, nullptr);
    }

    SegmentName name_;
    Image maker_, reader_;
    uint32_t frame_[4] = {};
};

TEST_F(FalseNews, EndsAtTheTimeLimit)
{
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(next(50'000'000), DAO_TIMEOUT);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(50));
}

TEST_F(FalseNews, EndsByAnInterrupt)
{
    std::atomic<bool> is_over{false};
    std::thread interrupter([&] {
        while (!is_over)
        {
            daoShmInterrupt();
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
    });
    EXPECT_EQ(next(60'000'000'000), DAO_INTERRUPTED);
    is_over = true;
    interrupter.join();
}

TEST_F(FalseNews, EndsWhenTheSegmentIsRemoved)
{
    require(daoShmRemove(name_.c_str()), "remove");
    EXPECT_EQ(next(60'000'000'000), DAO_REMOVED);
}

TEST_F(FalseNews, TheNextFrameComesAllTheSame)
{
    std::thread writer([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        uint32_t data[4] = {5, 6, 7, 8};
        require(daoShmImage2Shm(data, 4, maker_), "publish");
    });
    EXPECT_EQ(next(60'000'000'000), DAO_SUCCESS);
    EXPECT_EQ(frame_[3], 8u);
    writer.join();
}

}
