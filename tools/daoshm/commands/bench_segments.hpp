/// The segments of bench, and those that one left which was killed.
#pragma once

#include <string>

#include "segments/status.hpp"

namespace daoshm
{

inline constexpr const char *bench_prefix = "daoshm-bench-";

/// Was it made by a bench that has died, and is it used by nobody?
bool is_left_by_bench(const SegmentStatus &status);
/// Remove those in the folder. Those of others, which may not be removed, stay.
void remove_left_by_bench(const std::string &folder);

}
