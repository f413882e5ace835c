/// Frames at a steady rate: sleep until shortly before each is due, then spin.
#pragma once

#include <cstdint>

namespace daoshm
{

/// Wait until `due_ns` on the monotonic clock (steady_ns()). @return false when interrupted
bool wait_until(int64_t due_ns);

/// By how much later all further frames are due, after one that was due at `due_ns`: 0, or, more than a second late, as
/// late as it is. A process that was stopped, or slept with its machine, makes up for none of the frames of that time.
int64_t pause_ns(int64_t due_ns);

}
