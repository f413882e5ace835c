/// Ctrl-C and its kin (SIGTERM; the end of a Windows console): a flag that every loop of the tool looks at, and waits
/// that end at once.
#pragma once

#include <cstdint>

namespace daoshm
{

/// From now on an interrupt sets the flag and ends the library's waits, and the process goes on.
void catch_signals();
/// What the system's handler does; may be called in a signal handler and in any thread.
void note_interrupt();
bool is_interrupted();
/// Sleep, but return at once (within 20 ms) when interrupted.
void sleep_unless_interrupted(int64_t duration_ns);

}
