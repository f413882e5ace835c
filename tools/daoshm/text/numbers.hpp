/// Numbers as people read them, with units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace daoshm
{

std::string bytes_text(double bytes);                           ///< "4.0 MiB"
std::string count_text(uint64_t count, std::string_view thing); ///< "1 frame", "2 frames"
std::string rate_text(double hertz);                            ///< "998.7 Hz"
std::string duration_text(double duration_ns);                  ///< "12.3 µs", "12 min 5 s"
std::string age_text(int64_t age_ns);        ///< "3.2 s", "2 h 5 min"; "-1 h 0 min": an hour in the future
std::string value_text(double value);        ///< four to six significant digits
std::string time_text(int64_t time_ns);      ///< "2026-01-31T12:00:00.123456789Z"
std::string fits_time_text(int64_t time_ns); ///< the same without the Z, as FITS requires

/// Nanoseconds from "10", "10s", "500ms", "2min", "1h" (a bare number is in seconds); throws a usage error.
int64_t parse_duration(const std::string &text);
/// The same; -1, no limit, for empty text.
int64_t parse_time_limit(const std::string &text);

}
