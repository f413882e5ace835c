/// Writes a recording so that it survives the recorder: each frame with its row in the journal, and all of them on the
/// disk within a second.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "files/recording_files.hpp"

namespace daoshm
{

class RecordingWriter : public FrameWriter
{
  public:
    RecordingWriter(const std::string &path, const FileHeader &header);
    ~RecordingWriter() override;

    void append(const void *frame, const FrameRecord &record) override;
    void finish() override;
    FramesSummary summary() const override;
    std::vector<std::string> paths() const override { return files_.paths(); }

  private:
    void grow();
    void sync_now_and_then();
    void stop_syncing();
    void abandon() noexcept;

    RecordingFiles files_;
    uint64_t capacity_ = 0;
    bool is_finished_ = false;

    mutable std::mutex mutex_; ///< of what follows
    std::condition_variable changed_;
    FramesSummary written_, synced_;
    bool is_stopping_ = false;
    std::exception_ptr problem_;
    std::thread syncing_;
};

}
