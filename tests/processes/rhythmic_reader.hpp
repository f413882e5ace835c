// A reader with a rhythm learnt, in the middle of an adaptive wait: what ends it must end it long before the next frame
// is due.
#pragma once

#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <future>
#include <thread>

namespace test
{

class RhythmicReader
{
  public:
    /** How one wait ended, and when. */
    struct End
    {
        int_fast8_t status;
        Clock::time_point at;
    };

    static constexpr uint64_t frames_to_learn = 11;
    static constexpr milliseconds period{500};

    RhythmicReader()
    {
        writer_.create(name_.text(), {8}, _DATATYPE_UINT32, 2);
        reader_.open(name_.text());
        end_ = ended_.get_future();
        thread_ = std::jthread([this] { ended_.set_value(read_until_it_ends()); });
    }

    void publish(uint64_t number)
    {
        Frame frame(8);
        fill(frame, number);
        require(daoShmImage2Shm(frame.data(), 8, writer_), "publish");
    }
    bool ends_within(milliseconds limit) { return end_.wait_for(limit) == std::future_status::ready; }
    /** How long after `since` the wait for the frame after the learnt ones ended, in milliseconds; and with what. */
    std::pair<int_fast8_t, int64_t> end(Clock::time_point since)
    {
        if (!ends_within(milliseconds(5000)))
            daoShmInterrupt();
        const End end = end_.get();
        return {end.status, std::chrono::duration_cast<milliseconds>(end.at - since).count()};
    }

    const std::string &name() const { return name_.text(); }
    std::thread::native_handle_type thread() { return thread_.native_handle(); }

  private:
    End read_until_it_ends()
    {
        int_fast8_t status = DAO_SUCCESS;
        for (uint64_t seen = 0; seen <= frames_to_learn && status == DAO_SUCCESS; ++seen)
            status = daoShmWaitForFrameAdaptive(reader_, seen, 60 * second_ns);
        return {status, Clock::now()};
    }

    SegmentName name_;
    Image writer_, reader_;
    std::promise<End> ended_;
    std::future<End> end_;
    std::jthread thread_;
};

/** Publishes to all in their rhythm; returns when each waits for the frame after the last, which is far away. */
template <class... Readers>
void teach(Readers &...readers)
{
    auto next = Clock::now();
    for (uint64_t number = 1; number <= RhythmicReader::frames_to_learn; ++number)
    {
        std::this_thread::sleep_until(next += RhythmicReader::period);
        (readers.publish(number), ...);
    }
    std::this_thread::sleep_for(milliseconds(50));
}

/** Long before the next frame is due, on a machine that wakes sleepers so late. */
inline int64_t soon_ms(const Lateness &lateness)
{
    return std::chrono::duration_cast<milliseconds>(soon + lateness.allowance()).count();
}

}
