/// Frames at a steady rate: sleep until shortly before each is due, then spin.
#pragma once

#include <cstdint>

namespace daoshm
{

/// Wait until `due_ns` on the monotonic clock (steady_ns()). @return false when interrupted
bool wait_until(int64_t due_ns);

}
