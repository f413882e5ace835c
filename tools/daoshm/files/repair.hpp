/// What is left of a recording whose recorder was killed, or lost its power, becomes a valid file.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace daoshm
{

struct RepairResult
{
    uint64_t frames = 0;            ///< in the file afterwards
    uint64_t lost = 0;              ///< frames that were recorded, but did not reach the disk
    std::vector<std::string> paths; ///< empty when no frame was left
};

/// Whether `path` is a recording that was not completed.
bool needs_repair(const std::string &path);

/// Called before each frame; what it throws ends the repair, which can be done again.
using RepairProgress = std::function<void(uint64_t done, uint64_t total)>;

/// Keep the frames that are what was recorded. Frames that are lost between them are counted as missing. Interrupted
/// itself, it can be called again. Throws when a recorder is at work, and, with nothing changed, when the file is another
/// one, or a frame that had reached the disk is another now, unless `cuts_changed`: then it is lost, too.
RepairResult repair_recording(const std::string &path, const RepairProgress &progress, bool cuts_changed = false);

}
