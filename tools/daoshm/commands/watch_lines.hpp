/// The lines of watch: what each says of a segment, in columns that fit the terminal.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/frame_watch.hpp"
#include "commands/newest.hpp"

namespace daoshm
{

struct WatchLine
{
    Tally tally;
    Newest newest;
    std::vector<MissedFrames::Reader> missed;
};

double rate_of(const Tally &tally);

/// Prints them, and now and then above them the titles of the columns that there is room for.
class WatchTable
{
  public:
    explicit WatchTable(bool with_latency);
    void add(const WatchLine &line);

  private:
    bool with_latency_;
    std::string titles_;
    uint64_t count_ = 0;
};

}
