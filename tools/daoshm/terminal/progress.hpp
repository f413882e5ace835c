/// A progress bar on standard error, only where that is a terminal.
#pragma once

#include <cstdint>
#include <string>

namespace daoshm
{

class Progress
{
  public:
    /// @param total the count (of whatever `update` is told) when complete; 0 when it is not known
    Progress(std::string label, uint64_t total, bool wanted = true);
    ~Progress();
    Progress(const Progress &) = delete;
    Progress &operator=(const Progress &) = delete;

    /// Draw it, at most ten times a second.
    void update(uint64_t done, const std::string &note = "");

  private:
    std::string text_of(double fraction, int64_t elapsed_ns, const std::string &note) const;

    std::string label_;
    uint64_t total_;
    bool is_shown_;
    bool is_drawn_ = false;
    int64_t started_ns_;
    int64_t drawn_ns_ = 0;
};

}
