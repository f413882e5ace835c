/// Ctrl-C and its equivalents: a flag that every loop of the tool checks, and waits that end at once. Ctrl-Z, where the
/// screen has to be put in order before.
#pragma once

#include <cstdint>

namespace daoshm
{

/// From now on an interrupt sets the flag and ends the library's waits, and the process goes on.
void catch_interrupts();
bool is_interrupted();
/// Sleep; an interrupt, or Ctrl-Z when that is held, ends it at once. For the main thread.
void sleep_unless_interrupted(int64_t duration_ns);

/// While it lives, Ctrl-Z ends waits and sleeping, and stops the process only in obey(): when its screen is in order.
class HeldSuspension
{
  public:
    HeldSuspension();
    ~HeldSuspension();
    HeldSuspension(const HeldSuspension &) = delete;
    HeldSuspension &operator=(const HeldSuspension &) = delete;

    static bool is_wanted();
    /// Returns when the process is continued.
    static void obey();
};

}
