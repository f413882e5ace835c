/// Notices when the clock that acquisition times are taken from is set.
#pragma once

#include <cstdint>
#include <optional>

namespace daoshm
{

class ClockWatch
{
  public:
    /// The next frame: its acquisition time, and when it was read, on the monotonic clock.
    /// @return by how much the clock was set before it; 0 when it was not
    int64_t step_ns(int64_t atime_ns, int64_t read_ns);

  private:
    struct Last
    {
        int64_t atime_ns;
        int64_t read_ns;
        double least_delay_ns; ///< from acquisition to reading, since the last step
    };
    std::optional<Last> last_;
};

}
