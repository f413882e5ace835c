/// Ctrl-C and its equivalents: a flag that every loop of the tool checks, and waits that end at once.
#pragma once

#include <cstdint>

namespace daoshm
{

/// From now on an interrupt sets the flag and ends the library's waits, and the process goes on.
void catch_interrupts();
bool is_interrupted();
/// Sleep, but return within 20 ms when interrupted.
void sleep_unless_interrupted(int64_t duration_ns);

}
