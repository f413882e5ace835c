#include "recording/recorder.hpp"

#include <algorithm>
#include <atomic>
#include <new>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "network/remote.hpp"
#include "platform/platform.hpp"
#include "recording/clock_watch.hpp"
#include "recording/frame_queue.hpp"
#include "segments/segment.hpp"
#include "terminal/progress.hpp"
#include "text/exit_code.hpp"
#include "text/numbers.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

/// Also where there is no memory for saying why.
void note_failure(const std::exception &error, RecordResult &result) noexcept
{
    result.end = RecordEnd::failed;
    try
    {
        result.problem = error_text(error);
    }
    catch (const std::bad_alloc &)
    {
        result.problem = "no memory"; // so short that it needs none
    }
}

/// The thread that appends the queued frames to the file and counts them.
class FileThread
{
  public:
    /// @param first_is_old the first frame may have been acquired long before it is read
    FileThread(FrameWriter &file, FrameQueue &queue, bool first_is_old)
        : file_(file), queue_(queue), first_is_old_(first_is_old), thread_([this] { run(); })
    {
    }
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
    /// After join(): its gaps, its steps, and whether it failed.
    RecordResult result;

  private:
    void run()
    {
        hasten_this_thread(); // it must keep up, or the queue gets full
        try
        {
            while (std::optional<QueuedFrame> frame = queue_.pop())
            {
                file_.append(frame->data.data(), frame->record);
                count(*frame);
                queue_.return_buffer(std::move(frame->data));
            }
        }
        catch (const std::exception &error)
        {
            note_failure(error, result);
            has_failed_ = true;
            queue_.close();
        }
    }

    void count(const QueuedFrame &frame)
    {
        const FrameRecord &record = frame.record;
        const bool is_old = frames_ == 0 && first_is_old_;
        if (const int64_t step_ns = is_old ? 0 : clock_.step_ns(record.atime_ns, frame.read_ns); step_ns != 0)
            result.steps.push_back({frames_, step_ns});
        if (record.missed > 0)
            result.gaps.push_back({frames_, record.missed});
        ++frames_;
    }

    FrameWriter &file_;
    FrameQueue &queue_;
    const bool first_is_old_;
    ClockWatch clock_;
    uint64_t frames_ = 0;
    std::atomic<bool> has_failed_{false};
    std::thread thread_;
};

/// The segment's frames in order, each whole.
class FrameSource
{
  public:
    FrameSource(Dao::Image &segment, const RecordLimits &limits)
        : segment_(segment), limits_(limits), has_earlier_(begins_earlier(segment))
    {
        how_.order = DAO_NEXT_IN_ORDER;
    }

    /// Wait for the next frame and copy it. @return DAO_SUCCESS, or why there is none
    int_fast8_t next(std::vector<std::byte> &buffer, FrameRecord &record)
    {
        const int64_t until_ns = deadline_ns();
        while (!is_interrupted())
        {
            const int64_t remaining_ns = std::max<int64_t>(0, until_ns - steady_ns());
            how_.timeout = std::chrono::nanoseconds(until_ns == no_deadline ? -1 : remaining_ns);
            const Dao::ReadResult frame = segment_.next(buffer.data(), segment_.get_element_count(), how_);
            if (frame)
            {
                if (describe(record, frame))
                    return DAO_SUCCESS;
                continue;
            }
            if (frame.status != DAO_OUTRUN)
                return frame.status;
            ++outrun_; // what the writer overwrote meanwhile counts as missed before the next frame
            if (remaining_ns == 0)
                return DAO_TIMEOUT;
        }
        return DAO_INTERRUPTED;
    }

    /// Has the time to record passed since the first frame?
    bool is_time_over() const
    {
        return limits_.duration_ns >= 0 && first_seen_ns_ != 0 && elapsed_ns() >= limits_.duration_ns;
    }
    /// Since the first frame.
    int64_t elapsed_ns() const { return steady_ns() - first_seen_ns_; }
    std::string last_problem() const { return daoshm::last_problem(segment_); }
    uint64_t restarts() const { return restarts_; }
    uint64_t outrun() const { return outrun_; }
    uint64_t missed_on_the_way() const { return missed_on_the_way_; }

  private:
    static constexpr int64_t no_deadline = INT64_MAX;

    /// On the monotonic clock: when the wait for a frame that begins now ends.
    int64_t deadline_ns() const
    {
        const int64_t now_ns = steady_ns();
        const bool is_limited = limits_.timeout_ns >= 0 && limits_.timeout_ns < no_deadline - now_ns;
        const int64_t timeout_ns = is_limited ? now_ns + limits_.timeout_ns : no_deadline;
        if (limits_.duration_ns < 0 || first_seen_ns_ == 0)
            return timeout_ns;
        return std::min(first_seen_ns_ + limits_.duration_ns, timeout_ns);
    }

    /// False when it cannot be told which frame it is; it then counts as missed before the next one. And for one from before the
    /// recording, by which those that are missing after it are known.
    bool describe(FrameRecord &record, const Dao::ReadResult &frame)
    {
        record = record_of(frame);
        const uint32_t generation = segment_.last_frame().value().generation;
        const uint64_t missed_here = record.missed;
        if (!count_at_origin(record))
            return false;
        if (std::exchange(has_earlier_, false) && frame.cnt0 == 1) // else it has been overwritten
        {
            follows_earlier_ = true;
            generation_ = generation;
            return false;
        }
        const bool is_first = first_seen_ns_ == 0;
        if (is_first)
            first_seen_ns_ = steady_ns();
        if (is_first && !follows_earlier_)
            record.missed = 0; // recording begins with it
        else if (generation != generation_)
            ++restarts_;
        generation_ = generation;
        missed_on_the_way_ += record.missed - std::min(record.missed, missed_here);
        return true;
    }

    /// Of a frame that came through a network: its number where it was published, and what is missing since the last one,
    /// wherever it was lost. False when its slot has been overwritten since, with the number in it.
    bool count_at_origin(FrameRecord &record)
    {
        const std::optional<Origin> origin = origin_of_last_frame(segment_);
        if (!origin)
            return origin_.cnt0 == 0 && segment_.image()->shmfd >= 0; // private ones are copies
        const bool goes_on = origin_.segment_id == origin->segment_id && origin->cnt0 > origin_.cnt0;
        if (goes_on)
            record.missed = std::max(origin->cnt0 - origin_.cnt0 - 1, origin->missed); // of a new life, it may be more
        else if (origin_.cnt0 != 0)
        {
            ++restarts_;
            record.missed += origin->missed;
        }
        record.cnt0 = origin->cnt0;
        origin_ = *origin;
        return true;
    }

    Dao::Image &segment_;
    const RecordLimits &limits_;
    Dao::NextOptions how_;
    Origin origin_{};
    bool has_earlier_; ///< the first frame is one from before the recording
    bool follows_earlier_ = false;
    uint32_t generation_ = 0;
    uint64_t restarts_ = 0;
    uint64_t outrun_ = 0;
    uint64_t missed_on_the_way_ = 0;
    int64_t first_seen_ns_ = 0;
};

/// Say in `result` why there is no further frame.
void note_end(int_fast8_t status, const FrameSource &source, RecordResult &result)
{
    if (status == DAO_INTERRUPTED)
        result.end = RecordEnd::interrupted;
    else if (status == DAO_TIMEOUT)
        result.end = source.is_time_over() ? RecordEnd::complete : RecordEnd::timeout;
    else
    {
        result.end = RecordEnd::failed;
        result.problem = source.last_problem();
    }
}

/// Read into the queue until a limit, or until there are no more frames.
void read_frames(FrameSource &source, FrameQueue &queue, const RecordLimits &limits, bool show_progress,
                 RecordResult &result)
{
    const bool is_by_time = limits.frames == 0 && limits.duration_ns >= 0;
    Progress progress("recording", is_by_time ? static_cast<uint64_t>(limits.duration_ns) : limits.frames,
                      show_progress);
    uint64_t count = 0;
    while ((limits.frames == 0 || count < limits.frames) && !source.is_time_over())
    {
        QueuedFrame frame{queue.borrow_buffer(), {}, 0};
        if (frame.data.empty())
            return; // writing the file has failed
        const int_fast8_t status = source.next(frame.data, frame.record);
        if (status != DAO_SUCCESS)
            return note_end(status, source, result);
        frame.read_ns = steady_ns();
        queue.push(std::move(frame));
        ++count;
        progress.update(is_by_time ? static_cast<uint64_t>(source.elapsed_ns()) : count,
                        fmt::format("{}, {} waiting for the disk", count_text(count, "frame"), queue.size()));
    }
}

void complete(FrameWriter &file, RecordResult &result)
{
    try
    {
        file.finish();
    }
    catch (const std::exception &error)
    {
        const std::string problem = error_text(error);
        const bool says_more = result.end == RecordEnd::failed && !problem.starts_with(result.problem);
        result.problem = says_more ? result.problem + "; " + problem : problem;
        result.end = RecordEnd::failed;
    }
    // Frames that were appended and did not reach the disk are not in it, nor is what was noticed between them.
    const FramesSummary found = file.summary();
    result.frames = found.frames;
    result.missed = found.missed;
    result.missed_on_the_way = std::min(result.missed_on_the_way, found.missed);
    result.first_ns = found.first_ns;
    result.last_ns = found.last_ns;
    std::erase_if(result.gaps, [&](const Gap &gap) { return gap.frame_index >= found.frames; });
    std::erase_if(result.steps, [&](const ClockStep &step) { return step.frame_index >= found.frames; });
}

}

RecordResult record_frames(Dao::Image &segment, FrameWriter &file, const RecordLimits &limits, bool show_progress)
{
    const uint64_t frame_bytes = segment.get_frame_bytes();
    FrameQueue queue(frame_bytes, std::max<uint64_t>(2, limits.buffer_bytes / frame_bytes));
    FrameSource source(segment, limits);
    const bool is_remote = segment.image()->shmfd < 0; // begins with what is the newest there
    FileThread file_thread(file, queue, is_remote);
    // With a depth of 1 a reader may have to wait, awake, for a writer that it has just preempted in the middle of a frame.
    segment.info().depth > 1 ? put_this_thread_first() : hasten_this_thread();
    RecordResult reading;
    try
    {
        read_frames(source, queue, limits, show_progress, reading);
    }
    catch (const std::exception &error)
    {
        note_failure(error, reading);
    }
    file_thread.join();
    RecordResult result = file_thread.result;
    result.restarts = source.restarts();
    result.outrun = source.outrun();
    result.missed_on_the_way = source.missed_on_the_way();
    result.buffer_full = queue.times_full();
    if (!file_thread.has_failed())
    {
        result.end = reading.end;
        result.problem = reading.problem;
    }
    complete(file, result);
    return result;
}

}
