#include "files/recording_writer.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "files/checksum.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

RecordingWriter::RecordingWriter(const std::string &path, const FileHeader &header) : files_(path, header)
{
    try
    {
        syncing_ = std::thread([this] { sync_now_and_then(); });
    }
    catch (...)
    {
        abandon();
        throw;
    }
}

RecordingWriter::~RecordingWriter()
{
    stop_syncing();
    if (!is_finished_ && written_.frames == 0)
        abandon();
}

/// Without a frame nothing is left.
void RecordingWriter::abandon() noexcept
try
{
    files_.complete({}, {});
}
catch (const std::exception &)
{
    return; // it is said already why
}

void RecordingWriter::append(const void *frame, const FrameRecord &record)
{
    uint64_t place = 0;
    {
        const std::lock_guard lock(mutex_);
        if (problem_)
            std::rethrow_exception(problem_);
        place = written_.frames;
    }
    const auto *bytes = static_cast<const std::byte *>(frame);
    if (place == 0)
        files_.begin();
    if (place == capacity_)
        grow();
    FrameRecord checked = record;
    checked.checksum = crc32(bytes, files_.frame_bytes());
    files_.write_frame(place, bytes, {place, checked});
    const std::lock_guard lock(mutex_);
    written_.add(checked);
}

FramesSummary RecordingWriter::summary() const
{
    const std::lock_guard lock(mutex_);
    return written_;
}

/// Room for more frames, in steps that get smaller as the disk gets full.
void RecordingWriter::grow()
{
    constexpr uint64_t step_bytes = 8U << 20U;
    for (uint64_t more = std::clamp<uint64_t>(step_bytes / files_.frame_bytes(), 1, 4096);; more /= 2)
        try
        {
            files_.reserve(capacity_ + more);
            capacity_ += more;
            return;
        }
        catch (const FileError &)
        {
            if (more == 1)
                throw;
        }
}

void RecordingWriter::sync_now_and_then()
{
    constexpr std::chrono::milliseconds interval{400};
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, interval, [this] { return is_stopping_; }))
    {
        const FramesSummary written = written_;
        if (written.frames == synced_.frames)
            continue;
        lock.unlock();
        std::exception_ptr problem;
        try
        {
            files_.sync();
            files_.write_header(written); // tells of no frame that is not on the disk
        }
        catch (...)
        {
            problem = std::current_exception();
        }
        lock.lock();
        problem_ = problem;
        if (problem)
            return;
        synced_ = written;
    }
}

void RecordingWriter::stop_syncing()
{
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    changed_.notify_all();
    if (syncing_.joinable())
        syncing_.join();
}

void RecordingWriter::finish()
{
    stop_syncing();
    is_finished_ = true;
    if (problem_) // nobody knows what the disk has of the frames after that
        written_ = synced_;
    const NameState name = files_.name_state();
    if (name == NameState::removed)
        written_ = {};
    try
    {
        files_.complete(written_, [this](const auto &take) { files_.journal().for_each(written_.frames, take); });
    }
    catch (const std::exception &error)
    {
        if (name == NameState::moved) // with its folder
            throw ToolError(
                fmt::format("{}: not completed: it was moved while it was recorded; expected it to stay; `daoshm "
                            "repair` completes it where it is now, if its journal is there, too",
                            files_.path()));
        throw ToolError(fmt::format("{}; once that is mended, `daoshm repair {}` completes the recording",
                                    error_text(error), shell_quoted(files_.path())));
    }
    if (problem_)
        std::rethrow_exception(problem_);
    if (name != NameState::kept)
        throw ToolError(
            fmt::format("{}: it was {} while it was recorded; expected it to stay", files_.path(),
                        name == NameState::removed ? "removed" : "moved, and is complete where it is now,"));
}

}
