/// The clocks, and sleeping by them. Each system has its own way to do both precisely.
#pragma once

#include <cstdint>

namespace daoshm
{

int64_t now_ns();    ///< nanoseconds since the epoch, the clock of acquisition times
int64_t steady_ns(); ///< nanoseconds on the monotonic clock
void sleep_ns(int64_t duration_ns);

}
