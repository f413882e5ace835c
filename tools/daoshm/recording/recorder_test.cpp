#include "recording/recorder.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <numeric>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

/// Takes its time for the first frame, and loses all but `kept` of them when it is finished.
class LossyFile : public FrameWriter
{
  public:
    LossyFile(uint64_t kept, const std::atomic<bool> &may_go_on) : kept_(kept), may_go_on_(may_go_on) {}

    void append(const void *, const FrameRecord &record) override
    {
        while (!may_go_on_)
            sleep_ns(1'000'000);
        records_.push_back(record);
    }
    void finish() override
    {
        records_.resize(std::min<size_t>(kept_, records_.size()));
        throw FileError("lossy.fits: its data did not reach the disk: Input/output error");
    }
    FramesSummary summary() const override { return summary_of(records_); }
    std::vector<std::string> paths() const override { return {}; }

  private:
    uint64_t kept_;
    const std::atomic<bool> &may_go_on_;
    std::vector<FrameRecord> records_;
};

class Recorder : public testing::Test
{
  protected:
    ~Recorder() override { daoShmRemove(path_.c_str()); }

    /// Four frames, of which the last come after a gap: the buffer is full while the file takes its time.
    RecordResult recorded(uint64_t kept)
    {
        Dao::CreateOptions options;
        options.depth = 2;
        Dao::Image writer(path_, {4}, _DATATYPE_FLOAT, options);
        Dao::Image reader(path_);
        std::atomic<bool> may_go_on{false};
        std::atomic<bool> is_over{false};
        std::thread publisher([&] {
            const std::vector<float> frame(4);
            for (int i = 0; !is_over; ++i)
            {
                publish(writer, frame.data());
                sleep_ns(2'000'000);
                may_go_on = may_go_on || i > 50;
            }
        });
        LossyFile file(kept, may_go_on);
        RecordLimits limits;
        limits.frames = 4;
        limits.buffer_bytes = 1;
        const RecordResult result = record_frames(reader, file, limits, false);
        is_over = true;
        publisher.join();
        return result;
    }

    const std::string path_ =
        (std::filesystem::temp_directory_path() / fmt::format("dao_recorder_{}.im.shm", steady_ns())).string();
};

}

TEST_F(Recorder, TellsOfTheFramesThatTheFileHas)
{
    const RecordResult result = recorded(4);
    EXPECT_EQ(result.frames, 4U);
    EXPECT_FALSE(result.gaps.empty());
    EXPECT_EQ(result.missed, std::accumulate(result.gaps.begin(), result.gaps.end(), uint64_t{0},
                                             [](uint64_t sum, const Gap &gap) { return sum + gap.missed; }));
    EXPECT_GT(result.last_ns, result.first_ns);
}

TEST_F(Recorder, TellsOfNoneThatDidNotReachTheDisk)
{
    const RecordResult result = recorded(1);
    EXPECT_EQ(result.end, RecordEnd::failed);
    EXPECT_EQ(result.frames, 1U);
    EXPECT_EQ(result.missed, 0U);
    EXPECT_TRUE(result.gaps.empty());
    EXPECT_EQ(result.last_ns, result.first_ns);
}

}
