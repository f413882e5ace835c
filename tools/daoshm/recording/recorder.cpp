#include "recording/recorder.hpp"

#include <algorithm>
#include <atomic>
#include <thread>

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "recording/frame_queue.hpp"
#include "terminal/progress.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

/// The thread that appends the queued frames to the file and counts them.
class FileThread
{
  public:
    FileThread(FrameWriter &file, FrameQueue &queue) : file_(file), queue_(queue), thread_([this] { run(); }) {}
    ~FileThread() { join(); }
    FileThread(const FileThread &) = delete;
    FileThread &operator=(const FileThread &) = delete;

    void join()
    {
        queue_.close();
        if (thread_.joinable())
            thread_.join();
    }
    bool has_failed() const { return has_failed_; }
    /// After join().
    RecordResult result;

  private:
    void run()
    {
        try
        {
            while (std::optional<QueuedFrame> frame = queue_.pop())
            {
                file_.append(frame->data.data(), frame->record);
                count(frame->record);
                queue_.return_buffer(std::move(frame->data));
            }
        }
        catch (const std::exception &error)
        {
            result.end = RecordEnd::failed;
            result.problem = error.what();
            has_failed_ = true;
            queue_.close();
        }
    }

    void count(const FrameRecord &record)
    {
        if (result.frames == 0)
            result.first_ns = record.atime_ns;
        result.last_ns = record.atime_ns;
        if (record.missed > 0)
            result.gaps.push_back({result.frames, record.missed});
        result.missed += record.missed;
        ++result.frames;
    }

    FrameWriter &file_;
    FrameQueue &queue_;
    std::atomic<bool> has_failed_{false};
    std::thread thread_;
};

class FrameSource
{
  public:
    FrameSource(const Segment &segment, const RecordLimits &limits)
        : segment_(segment), limits_(limits), elements_(segment.geometry().element_count()),
          last_cnt0_(limits.after_cnt0)
    {
    }

    /// Read the next frame in order, waiting for it. @return DAO_SUCCESS, or why there is none
    int_fast8_t next(std::vector<std::byte> &buffer, FrameRecord &record)
    {
        while (!is_interrupted())
        {
            uint64_t missed = 0;
            const int_fast8_t status =
                daoShmReadNext(segment_.get(), buffer.data(), elements_, &record.cnt0, &record.atime_ns, &missed);
            if (status == DAO_SUCCESS || status == DAO_OVERWRITE)
            {
                describe(record, missed);
                return DAO_SUCCESS;
            }
            if (status != DAO_NOTREADY)
                return status;
            const int_fast8_t waited = wait_for_frame(segment_, last_cnt0_, wait_ns());
            if (waited != DAO_SUCCESS)
                return waited;
        }
        return DAO_INTERRUPTED;
    }

    /// Has the time to record passed since the first frame?
    bool is_time_over() const
    {
        return limits_.duration_ns >= 0 && first_seen_ns_ != 0 && steady_ns() - first_seen_ns_ >= limits_.duration_ns;
    }
    uint64_t restarts() const { return restarts_; }

  private:
    int64_t wait_ns() const
    {
        if (limits_.duration_ns < 0 || first_seen_ns_ == 0)
            return limits_.timeout_ns;
        const int64_t remaining_ns = std::max<int64_t>(0, first_seen_ns_ + limits_.duration_ns - steady_ns());
        return limits_.timeout_ns < 0 ? remaining_ns : std::min(remaining_ns, limits_.timeout_ns);
    }

    void describe(FrameRecord &record, uint64_t missed)
    {
        DAO_FRAME frame = DAO_FRAME_INIT;
        check(daoShmGetFrame(segment_.get(), &frame));
        record.cnt2 = frame.cnt2;
        const bool is_first = first_seen_ns_ == 0;
        record.missed = is_first ? 0 : missed;
        if (is_first)
            first_seen_ns_ = steady_ns();
        else if (frame.generation != generation_)
            ++restarts_;
        generation_ = frame.generation;
        last_cnt0_ = record.cnt0;
    }

    const Segment &segment_;
    const RecordLimits &limits_;
    uint64_t elements_;
    uint64_t last_cnt0_;
    uint32_t generation_ = 0;
    uint64_t restarts_ = 0;
    int64_t first_seen_ns_ = 0;
};

RecordEnd end_of(int_fast8_t status, const FrameSource &source, std::string &problem)
{
    if (status == DAO_INTERRUPTED)
        return RecordEnd::interrupted;
    if (status == DAO_TIMEOUT)
        return source.is_time_over() ? RecordEnd::complete : RecordEnd::timeout;
    problem = daoLastErrorMessage();
    return RecordEnd::failed;
}

}

uint64_t begin_after_newest(const Segment &segment)
{
    uint32_t slot = 0;
    uint64_t cnt0 = 0;
    // DAO_NOTREADY, no frame yet, is not an error here.
    if (daoShmResetTail(segment.get(), &slot, &cnt0) == DAO_ERROR)
        check(DAO_ERROR);
    return cnt0;
}

RecordResult record_frames(const Segment &segment, FrameWriter &file, const RecordLimits &limits, bool show_progress)
{
    const uint64_t frame_bytes = segment.geometry().size_bytes();
    FrameQueue queue(frame_bytes, std::max<uint64_t>(2, limits.buffer_bytes / frame_bytes));
    FrameSource source(segment, limits);
    FileThread file_thread(file, queue);
    RecordEnd end = RecordEnd::complete;
    std::string problem;
    {
        Progress progress("recording", limits.frames, show_progress);
        uint64_t count = 0;
        while ((limits.frames == 0 || count < limits.frames) && !source.is_time_over())
        {
            QueuedFrame frame{queue.borrow_buffer(), {}};
            if (frame.data.empty())
                break; // writing the file has failed
            const int_fast8_t status = source.next(frame.data, frame.record);
            if (status != DAO_SUCCESS)
            {
                end = end_of(status, source, problem);
                break;
            }
            queue.push(std::move(frame));
            ++count;
            progress.update(count, fmt::format("{} frames, {} waiting for the disk", count, queue.size()));
        }
    }
    file_thread.join();
    file.finish();
    RecordResult result = file_thread.result;
    result.restarts = source.restarts();
    if (!file_thread.has_failed())
    {
        result.end = end;
        result.problem = problem;
    }
    return result;
}

}
