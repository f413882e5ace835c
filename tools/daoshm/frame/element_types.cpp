#include "frame/element_types.hpp"

#include <bit>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace daoshm
{

namespace
{

template <typename From, typename To>
constexpr bool is_safe()
{
    using RealFrom = real_of_t<From>;
    using RealTo = real_of_t<To>;
    if (is_std_complex_v<From> && !is_std_complex_v<To>)
        return false;
    if (std::is_floating_point_v<RealFrom> && !std::is_floating_point_v<RealTo>)
        return false;
    if (std::is_signed_v<RealFrom> && !std::is_signed_v<RealTo>)
        return false;
    return std::numeric_limits<RealFrom>::digits <= std::numeric_limits<RealTo>::digits;
}

/// The limits are powers of two, so the comparison is exact also where the type's maximum is not a double.
template <typename To>
bool in_integer_range(double value)
{
    return value >= static_cast<double>(std::numeric_limits<To>::min()) &&
           value < std::ldexp(1.0, std::numeric_limits<To>::digits);
}

template <typename To, typename From>
To to_integer(From value)
{
    bool fits = false;
    if constexpr (std::is_floating_point_v<From>)
    {
        const double rounded = std::nearbyint(static_cast<double>(value));
        fits = in_integer_range<To>(rounded);
        if (fits)
            return static_cast<To>(rounded);
    }
    else
    {
        fits = std::in_range<To>(value);
    }
    if (!fits)
        throw ToolError(fmt::format("value: {}; expected one that {} can hold", value, daoTypeName(type_code<To>())));
    return static_cast<To>(value);
}

template <typename To, typename From>
To convert_element(From value)
{
    if constexpr (is_std_complex_v<From> && is_std_complex_v<To>)
        return To(static_cast<real_of_t<To>>(value.real()), static_cast<real_of_t<To>>(value.imag()));
    else if constexpr (is_std_complex_v<From>)
    {
        if (value.imag() != 0)
            throw ToolError(fmt::format("value: {}{:+}j; expected one that {} can hold", value.real(), value.imag(),
                                        daoTypeName(type_code<To>())));
        return convert_element<To>(value.real());
    }
    else if constexpr (is_std_complex_v<To>)
        return To(static_cast<real_of_t<To>>(value));
    else if constexpr (std::is_integral_v<To>)
        return to_integer<To>(value);
    else
        return static_cast<To>(value);
}

/// Does a real type hold the value: an integer exactly, a real rounded to its precision but neither as 0 nor infinite?
template <typename To, typename From>
bool holds_real(From value)
{
    constexpr int digits = std::numeric_limits<To>::digits;
    if constexpr (std::is_integral_v<From> && std::is_integral_v<To>)
        return std::in_range<To>(value);
    else if constexpr (std::is_integral_v<From>)
    {
        const uint64_t size = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
        return size == 0 || static_cast<int>(std::bit_width(size >> std::countr_zero(size))) <= digits;
    }
    else if constexpr (std::is_integral_v<To>) // from 2^53 on, a double is also what other integers become
        return value == std::trunc(value) && std::abs(value) < 0x1p53 && in_integer_range<To>(value);
    else
    {
        const auto held = static_cast<To>(value);
        return (std::isfinite(held) || !std::isfinite(value)) && (held != 0 || value == 0);
    }
}

template <typename To, typename From>
bool holds(From value)
{
    using Real = real_of_t<To>;
    if constexpr (!is_std_complex_v<From>)
        return holds_real<Real>(value);
    else
        return holds_real<Real>(value.real()) &&
               (is_std_complex_v<To> ? holds_real<Real>(value.imag()) : value.imag() == 0);
}

template <typename T>
double part_of(T value, Part part)
{
    if constexpr (is_std_complex_v<T>)
    {
        switch (part)
        {
        case Part::real:
            return static_cast<double>(value.real());
        case Part::imaginary:
            return static_cast<double>(value.imag());
        case Part::phase:
            return static_cast<double>(std::arg(value));
        case Part::modulus:
            break;
        }
        return static_cast<double>(std::abs(value));
    }
    else
    {
        return static_cast<double>(value);
    }
}

}

std::vector<std::string> type_names()
{
    std::vector<std::string> names;
    for (unsigned code = 0; code < 256; ++code)
        if (const char *name = daoTypeName(static_cast<uint8_t>(code)))
            names.emplace_back(name);
    return names;
}

uint8_t type_from_name(const std::string &name)
{
    for (unsigned code = 0; code < 256; ++code)
    {
        const char *known = daoTypeName(static_cast<uint8_t>(code));
        if (known != nullptr && name == known)
            return static_cast<uint8_t>(code);
    }
    throw ToolError(fmt::format("element type: '{}'; expected one of {}", name, fmt::join(type_names(), ", ")),
                    exit_usage);
}

std::vector<double> as_doubles(uint8_t atype, const void *data, size_t count, Part part)
{
    std::vector<double> result(count);
    visit_type(atype, [&](auto zero) {
        using T = decltype(zero);
        const T *elements = static_cast<const T *>(data);
        for (size_t i = 0; i < count; ++i)
            result[i] = part_of(elements[i], part);
    });
    return result;
}

bool is_safe_cast(uint8_t from, uint8_t to)
{
    return visit_type(from, [&](auto from_zero) {
        return visit_type(to, [&](auto to_zero) { return is_safe<decltype(from_zero), decltype(to_zero)>(); });
    });
}

std::vector<std::byte> convert_elements(uint8_t from, const void *data, size_t count, uint8_t to)
{
    std::vector<std::byte> result(count * daoTypeSize(to));
    visit_type(from, [&](auto from_zero) {
        using From = decltype(from_zero);
        const From *source = static_cast<const From *>(data);
        visit_type(to, [&](auto to_zero) {
            using To = decltype(to_zero);
            for (size_t i = 0; i < count; ++i)
            {
                const To value = convert_element<To>(source[i]);
                std::memcpy(result.data() + i * sizeof(To), &value, sizeof(To));
            }
        });
    });
    return result;
}

bool in_range(uint8_t atype, double value)
{
    return visit_type(atype, [&](auto zero) {
        using Real = real_of_t<decltype(zero)>;
        if constexpr (std::is_integral_v<Real>)
            return in_integer_range<Real>(value);
        else
            return std::abs(value) <= static_cast<double>(std::numeric_limits<Real>::max());
    });
}

bool holds_exactly(uint8_t from, const void *value, uint8_t to)
{
    return visit_type(from, [&](auto from_zero) {
        decltype(from_zero) number;
        std::memcpy(&number, value, sizeof number);
        return visit_type(to, [&](auto to_zero) { return holds<decltype(to_zero)>(number); });
    });
}

}
