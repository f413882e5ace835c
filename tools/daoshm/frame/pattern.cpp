#include "frame/pattern.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <numbers>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frame/element_types.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

/// A pseudo-random number from 0 to 1, the same for the same input on every machine.
double mixed(uint64_t input)
{
    uint64_t bits = input + 0x9E3779B97F4A7C15U;
    bits = (bits ^ (bits >> 30U)) * 0xBF58476D1CE4E5B9U;
    bits = (bits ^ (bits >> 27U)) * 0x94D049BB133111EBU;
    return static_cast<double>((bits ^ (bits >> 31U)) >> 11U) * 0x1p-53;
}

template <typename T>
T from_double(double value)
{
    if constexpr (is_std_complex_v<T>)
        return T(static_cast<real_of_t<T>>(value), static_cast<real_of_t<T>>(-value));
    else if constexpr (std::is_integral_v<T>)
    {
        const double lowest = static_cast<double>(std::numeric_limits<T>::min());
        const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
        const double rounded = std::nearbyint(value);
        if (rounded <= lowest)
            return std::numeric_limits<T>::min();
        return rounded >= end ? std::numeric_limits<T>::max() : static_cast<T>(rounded);
    }
    else
        return static_cast<T>(value);
}

/// Integers wrap; real types start again at 2^24, up to which all of them are exact.
template <typename T>
T ramp(uint64_t count)
{
    if constexpr (std::is_integral_v<T>)
        return static_cast<T>(count);
    else
        return from_double<T>(static_cast<double>(count % (1U << 24U)));
}

bool parse_number(const std::string &text, std::complex<double> &value)
{
    char *end = nullptr;
    const double real = std::strtod(text.c_str(), &end);
    value = real;
    if (end == text.c_str())
        return false;
    if (*end == '\0')
        return true;
    if (std::string(end) == "j")
    {
        value = {0, real};
        return true;
    }
    const char *const rest = end;
    const double imaginary = std::strtod(rest, &end);
    value = {real, imaginary};
    return end != rest && std::string(end) == "j";
}

}

const std::vector<std::string> &Pattern::names()
{
    static const std::vector<std::string> all{"ramp", "noise", "spot", "wave"};
    return all;
}

Pattern::Pattern(const std::string &name, const Geometry &geometry, double lowest, double highest)
    : name_(name), geometry_(geometry), lowest_(lowest), highest_(highest), frame_(geometry.size_bytes())
{
    if (std::find(names().begin(), names().end(), name) == names().end())
        fill_number(name);
}

void Pattern::fill_number(const std::string &text)
{
    // Whole numbers are parsed as integers: a double cannot represent all 64-bit ones.
    const auto fill = [&](uint8_t type, const void *value) {
        const std::vector<std::byte> element = convert_elements(type, value, 1, geometry_.atype);
        for (size_t at = 0; at < frame_.size(); at += element.size())
            std::memcpy(frame_.data() + at, element.data(), element.size());
    };
    const char *const end = text.data() + text.size();
    int64_t integer = 0;
    uint64_t positive = 0;
    std::complex<double> number;
    if (const auto result = std::from_chars(text.data(), end, integer); result.ec == std::errc() && result.ptr == end)
        fill(type_code<int64_t>(), &integer);
    else if (const auto large = std::from_chars(text.data(), end, positive);
             large.ec == std::errc() && large.ptr == end)
        fill(type_code<uint64_t>(), &positive);
    else if (parse_number(text, number))
        fill(type_code<std::complex<double>>(), &number);
    else
        throw ToolError(fmt::format("pattern: '{}'; expected a number or one of {}", text, fmt::join(names(), ", ")),
                        exit_usage);
}

double Pattern::value_at(uint64_t element, uint64_t index) const
{
    const double span = highest_ - lowest_;
    if (name_ == "noise")
        return lowest_ + span * mixed(element + index * geometry_.element_count());
    const uint64_t width = geometry_.shape.back();
    const uint64_t height = geometry_.element_count() / width;
    const double x = static_cast<double>(element % width) / static_cast<double>(width) - 0.5;
    const double y = height > 1 ? static_cast<double>(element / width) / static_cast<double>(height) - 0.5 : 0;
    const double time = static_cast<double>(index) * 0.05;
    if (name_ == "wave")
        return lowest_ + span * (0.5 + 0.5 * std::sin(2 * std::numbers::pi * (3 * x + 2 * y) - time));
    const double dx = x - 0.25 * std::cos(time);
    const double dy = height > 1 ? y - 0.25 * std::sin(time) : 0;
    return lowest_ + span * std::exp(-(dx * dx + dy * dy) / (2 * 0.08 * 0.08));
}

const std::vector<std::byte> &Pattern::frame(uint64_t index)
{
    if (std::find(names().begin(), names().end(), name_) == names().end())
        return frame_;
    visit_type(geometry_.atype, [&](auto zero) {
        using T = decltype(zero);
        T *elements = reinterpret_cast<T *>(frame_.data());
        for (uint64_t i = 0; i < geometry_.element_count(); ++i)
            elements[i] = name_ == "ramp" ? ramp<T>(i + index) : from_double<T>(value_at(i, index));
    });
    return frame_;
}

}
