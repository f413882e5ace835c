/// Options whose value is a number: only what the user typed, in a range that the option names.
#pragma once

#include <CLI/CLI.hpp>

#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include <fmt/format.h>

#include "text/exit_code.hpp"
#include "text/numbers.hpp"
#include "text/parse.hpp"

namespace daoshm
{

template <typename Number>
struct Bounds
{
    Number lowest = std::numeric_limits<Number>::lowest();
    Number highest = std::numeric_limits<Number>::max();
};

/// "from 0.05 to 3600", "above 0"
template <typename Number>
std::string range_text(const Bounds<Number> &bounds)
{
    using Limits = std::numeric_limits<Number>;
    const bool is_positive = std::is_floating_point_v<Number> && bounds.lowest == Limits::min();
    if (is_positive && bounds.highest == Limits::max())
        return "above 0";
    if (std::is_floating_point_v<Number> && bounds.lowest == Limits::lowest() && bounds.highest == Limits::max())
        return "that is finite";
    return fmt::format("from {} to {}", is_positive ? Number{0} : bounds.lowest, bounds.highest);
}

/// Not CLI::Range: its comparisons accept nan, and CLI11 reads 010 as 8.
template <typename Number>
CLI::Validator number_in(const Bounds<Number> &bounds)
{
    const auto check = [bounds](std::string &text) {
        if constexpr (std::is_floating_point_v<Number>)
        {
            const std::optional<double> value = parse_real(text);
            if (value && *value >= bounds.lowest && *value <= bounds.highest) // false for nan
                return std::string();
        }
        else if (const std::optional<uint64_t> value = parse_unsigned(text);
                 value && std::cmp_greater_equal(*value, bounds.lowest) && std::cmp_less_equal(*value, bounds.highest))
        {
            text = std::to_string(*value);
            return std::string();
        }
        return fmt::format("'{}'; expected {} {}", text, std::is_integral_v<Number> ? "an integer" : "a number",
                           range_text(bounds));
    };
    return CLI::Validator(check, "");
}

/// Add the option. Integers are not negative. @param bounds  of reals: `above_zero`, or the lowest and the highest
template <typename Number>
CLI::Option *add_number(CLI::App *command, const std::string &names, Number &value, const std::string &description,
                        const Bounds<Number> &bounds)
{
    return command->add_option(names, value, description)->transform(number_in(bounds));
}
template <typename Number>
CLI::Option *add_number(CLI::App *command, const std::string &names, std::optional<Number> &value,
                        const std::string &description, const Bounds<Number> &bounds)
{
    return command->add_option(names, value, description)->transform(number_in(bounds));
}

/// Add an option whose value is a time span: text that parse_duration() reads.
inline CLI::Option *add_span(CLI::App *command, const std::string &names, std::string &value,
                             const std::string &description)
{
    const auto problem = [](std::string &text) {
        try
        {
            parse_duration(text);
            return std::string();
        }
        catch (const ToolError &error)
        {
            return std::string(error.what());
        }
    };
    return command->add_option(names, value, description)->check(CLI::Validator(problem, ""))->type_name("SPAN");
}

inline constexpr Bounds<double> above_zero{std::numeric_limits<double>::min(), std::numeric_limits<double>::max()};
/// Frames per second: below this, the next frame is never due.
inline constexpr Bounds<double> rate_bounds{1e-6, 1e9};
inline constexpr Bounds<double> any_finite{};
inline constexpr Bounds<uint64_t> any_count{};
inline constexpr Bounds<uint64_t> count_from_one{1, std::numeric_limits<uint64_t>::max()};
inline constexpr Bounds<uint32_t> depth_bounds{1, std::numeric_limits<uint32_t>::max()};

}
