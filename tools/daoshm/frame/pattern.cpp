#include "frame/pattern.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <numbers>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frame/element_types.hpp"
#include "text/exit_code.hpp"
#include "text/parse.hpp"

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

/// "1.5", "2j", "1.5+2j", "1e-3-2e5j"
std::optional<std::complex<double>> parse_complex(const std::string &text)
{
    if (const std::optional<double> real = parse_real(text))
        return *real;
    if (!text.ends_with('j'))
        return std::nullopt;
    const std::string number = text.substr(0, text.size() - 1);
    if (const std::optional<double> imaginary = parse_real(number))
        return std::complex<double>(0, *imaginary);
    for (size_t sign = number.find_first_of("+-", 1); sign < number.size(); sign = number.find_first_of("+-", sign + 1))
    {
        const std::optional<double> real = parse_real(number.substr(0, sign));
        const std::optional<double> imaginary = parse_real(number.substr(sign));
        if (real && imaginary)
            return std::complex<double>(*real, *imaginary);
    }
    return std::nullopt;
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
    else if (name != "ramp")
        for (const double limit : {lowest, highest})
            if (!in_range(geometry.atype, limit))
                throw ToolError(fmt::format("--low, --high: {}; expected values that {} can hold", limit,
                                            daoTypeName(geometry.atype)),
                                exit_usage);
}

void Pattern::fill_number(const std::string &text)
{
    // Whole numbers are parsed as integers: a double cannot represent all 64-bit ones.
    std::vector<std::byte> element;
    const auto require = [&](bool is_held) {
        if (!is_held)
            throw ToolError(
                fmt::format("value: {}; expected one that {} can hold", text, daoTypeName(geometry_.atype)));
    };
    const auto convert = [&](const auto &value) {
        constexpr uint8_t type = type_code<std::decay_t<decltype(value)>>();
        require(holds_exactly(type, &value, geometry_.atype));
        element = convert_elements(type, &value, 1, geometry_.atype);
    };
    if (const std::optional<int64_t> integer = parse_signed(text))
        convert(*integer);
    else if (const std::optional<uint64_t> large = parse_unsigned(text))
        convert(*large);
    else if (const std::optional<std::complex<double>> number = parse_complex(text))
    {
        convert(*number);
        require(!is_integer_text(text) ||
                is_exact_integer(text, as_doubles(geometry_.atype, element.data(), 1, Part::real).front()));
    }
    else
        throw ToolError(fmt::format("pattern: '{}'; expected a number or one of {}", text, fmt::join(names(), ", ")),
                        exit_usage);
    for (size_t at = 0; at < frame_.size(); at += element.size())
        std::memcpy(frame_.data() + at, element.data(), element.size());
}

double Pattern::value_at(uint64_t element, uint64_t index) const
{
    if (name_ == "noise")
        return std::lerp(lowest_, highest_, mixed(element + index * geometry_.element_count()));
    const uint64_t width = geometry_.shape.back();
    const uint64_t height = geometry_.element_count() / width, row = element / width;
    const double x = static_cast<double>(element % width) / static_cast<double>(width) - 0.5;
    const double y = height > 1 ? static_cast<double>(row) / static_cast<double>(height) - 0.5 : 0;
    const double time = static_cast<double>(index) * 0.05;
    if (name_ == "wave")
        return std::lerp(lowest_, highest_, 0.5 + 0.5 * std::sin(2 * std::numbers::pi * (3 * x + 2 * y) - time));
    const double dx = x - 0.25 * std::cos(time);
    const double dy = height > 1 ? y - 0.25 * std::sin(time) : 0;
    return std::lerp(lowest_, highest_, std::exp(-(dx * dx + dy * dy) / (2 * 0.08 * 0.08)));
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
