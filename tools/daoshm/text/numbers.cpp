#include "text/numbers.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "text/exit_code.hpp"
#include "text/parse.hpp"

namespace daoshm
{

std::string bytes_text(double bytes)
{
    constexpr std::array units{"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    while (bytes >= (unit == 0 ? 1023.5 : 1023.95) && unit + 1 < units.size()) // as it is rounded below
    {
        bytes /= 1024;
        ++unit;
    }
    return fmt::format("{:.{}f} {}", bytes, unit == 0 ? 0 : 1, units[unit]);
}

std::string count_text(uint64_t count, std::string_view thing)
{
    return fmt::format("{} {}{}", count, thing, count == 1 ? "" : "s");
}

std::string rate_text(double hertz)
{
    if (hertz >= 999'995)
        return fmt::format("{:.2f} MHz", hertz / 1e6);
    if (hertz >= 9'999.95)
        return fmt::format("{:.2f} kHz", hertz / 1e3);
    return fmt::format("{:.1f} Hz", hertz);
}

std::string duration_text(double duration_ns)
{
    const double size = std::abs(duration_ns);
    if (size < 999.5)
        return fmt::format("{:.0f} ns", duration_ns);
    if (size < 999.95e3)
        return fmt::format("{:.1f} µs", duration_ns / 1e3);
    if (size < 999.995e6)
        return fmt::format("{:.2f} ms", duration_ns / 1e6);
    if (size < 599.995e9)
        return fmt::format("{:.2f} s", duration_ns / 1e9);
    const auto minutes = static_cast<int64_t>(duration_ns / 60e9);
    const int64_t seconds = static_cast<int64_t>(size / 1e9) % 60;
    return std::abs(minutes) < 60 ? fmt::format("{} min {} s", minutes, seconds)
                                  : fmt::format("{} h {} min", minutes / 60, std::abs(minutes) % 60);
}

std::string age_text(int64_t age_ns)
{
    const double seconds = static_cast<double>(age_ns) / 1e9;
    if (seconds < -1)
        return fmt::format("-{}", age_text(age_ns > INT64_MIN ? -age_ns : INT64_MAX));
    if (seconds < 0.001)
        return "< 1 ms";
    if (seconds < 0.9995)
        return fmt::format("{:.0f} ms", seconds * 1e3);
    if (seconds < 59.95)
        return fmt::format("{:.1f} s", seconds);
    const auto minutes = std::max<int64_t>(1, static_cast<int64_t>(seconds / 60));
    if (minutes < 60)
        return fmt::format("{} min", minutes);
    if (minutes < 48 * 60)
        return fmt::format("{} h {} min", minutes / 60, minutes % 60);
    return fmt::format("{} d", minutes / (24 * 60));
}

std::string value_text(double value)
{
    return fmt::format("{:.5g}", value);
}

std::string fits_time_text(int64_t time_ns)
{
    using namespace std::chrono;
    // In seconds, as the beginning of the first of all days lies before what 64 bits of nanoseconds hold.
    const auto second = floor<seconds>(sys_time<nanoseconds>{nanoseconds(time_ns)});
    const auto day = floor<days>(second);
    const year_month_day date{day};
    const hh_mm_ss clock{second - day};
    const int64_t rest_ns = time_ns % 1'000'000'000;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), clock.hours().count(),
                       clock.minutes().count(), clock.seconds().count(),
                       rest_ns < 0 ? rest_ns + 1'000'000'000 : rest_ns);
}

std::string time_text(int64_t time_ns)
{
    return fits_time_text(time_ns) + "Z";
}

int64_t parse_duration(const std::string &text)
{
    const size_t unit_at = std::min(text.find_first_not_of("0123456789.eE+-"), text.size());
    const double number = parse_real(text.substr(0, unit_at)).value_or(0);
    constexpr double most_ns = 9e18; // of an int64_t
    constexpr std::array<std::pair<const char *, double>, 7> units{
        {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}, {"min", 60e9}, {"h", 3600e9}}};
    for (const auto &[unit, scale] : units)
    {
        const double duration_ns = number * scale;
        if (text.substr(unit_at) == unit && duration_ns >= 1 && duration_ns <= most_ns)
            return static_cast<int64_t>(duration_ns);
    }
    throw ToolError(
        fmt::format("'{}'; expected a positive number with a unit, such as 10s, 500ms, 2min or 1h, from 1ns to {}h",
                    text, most_ns / 3600e9),
        exit_usage);
}

int64_t parse_time_limit(const std::string &text)
{
    return text.empty() ? -1 : parse_duration(text);
}

}
