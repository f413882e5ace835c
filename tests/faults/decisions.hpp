// Whether a call of the system fails this time, as a test has asked for in seam.hpp.
#pragma once

#include "seam.hpp"

namespace faults
{

// The error that this call shall fail with, 0 for none; does_part where it shall do a part. Counts the call.
int error_for(Call call);
// For calls that return -1 and set errno.
bool fails(Call call);
// Whether the path is one that the system lacks: NoProc.
bool lacks(const char *path);
// Whether a signal interrupts an fallocate: QuickTimer.
bool is_interrupted();

}
