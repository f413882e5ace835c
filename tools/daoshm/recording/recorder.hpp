/// Frames from a segment into a file, in order, each once: one thread reads, another writes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "files/frame_file.hpp"
#include "segments/segment.hpp"

namespace daoshm
{

struct RecordLimits
{
    uint64_t frames = 0;      ///< 0: no limit
    int64_t duration_ns = -1; ///< from the first frame on; negative: no limit
    int64_t timeout_ns = -1;  ///< longest wait for a frame; negative: no limit
    uint64_t buffer_bytes = 256U << 20U;
};

struct Gap
{
    uint64_t frame_index; ///< in the file, of the first frame after the gap
    uint64_t missed;      ///< frames that are not in the file
};

/// Between two frames the clock of the acquisition times was set.
struct ClockStep
{
    uint64_t frame_index; ///< in the file, of the first frame after it
    int64_t step_ns;      ///< by how much the time jumped, as far as can be told
};

enum class RecordEnd
{
    complete,
    interrupted,
    timeout,
    failed ///< `problem` is the reason
};

struct RecordResult
{
    RecordEnd end = RecordEnd::complete;
    std::string problem;
    uint64_t frames = 0;
    uint64_t missed = 0;
    uint64_t missed_on_the_way = 0; ///< of them: did not come to this machine, through the network
    uint64_t outrun = 0;            ///< how often the writer overwrote each frame while it was being copied, for 0.1 s
    uint64_t buffer_full = 0;       ///< how often frames had to wait because the disk had not kept up
    uint64_t restarts = 0;          ///< how often the segment was created again meanwhile, its counter back at 0
    std::vector<Gap> gaps;
    std::vector<ClockStep> steps;
    int64_t first_ns = 0;
    int64_t last_ns = 0;
};

/// Record the frames after the one that was newest when the segment was opened, until a limit, Ctrl-C or an error, such
/// as that the segment was removed or replaced. The file is complete and valid after each of them; without a frame there
/// is none.
RecordResult record_frames(Dao::Image &segment, FrameWriter &file, const RecordLimits &limits, bool show_progress);

}
