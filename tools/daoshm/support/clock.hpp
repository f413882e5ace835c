/// The clocks, and sleeping. Each system has its own way to tell the time of day and to sleep precisely.
#pragma once

#include <cstdint>

namespace daoshm
{

int64_t now_ns();    ///< nanoseconds since the epoch, the clock of acquisition times
int64_t steady_ns(); ///< nanoseconds on the monotonic clock
void sleep_ns(int64_t duration_ns);

}
