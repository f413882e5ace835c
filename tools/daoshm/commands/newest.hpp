/// What a line of watch ends with: the newest frame, the state, and the readers that missed frames.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frame/statistics.hpp"
#include "segments/status.hpp"

namespace daoshm
{

struct Newest
{
    Moments moments; ///< of the newest frame
    SegmentStatus status;
    std::vector<DAO_READER> readers;
};

/// By the file's name, so that the state is that of what has the name now.
Newest newest(const std::string &path);
/// Of a copy of a segment on another machine, which has no file.
Newest newest(Dao::Image segment);

/// Which readers missed frames since the line before.
class MissedFrames
{
  public:
    /// The readers of a process.
    struct Reader
    {
        uint32_t pid;
        std::string name;
        uint64_t missed; ///< since the line before
        uint64_t behind;
    };

    std::vector<Reader> since_before(const Newest &now);

  private:
    std::optional<std::map<uint32_t, uint64_t>> before_; ///< by process
};

}
