/// Element types at run time: a visit over the list in dao.h, and what follows from the C++ type.
#pragma once

#include <dao.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "text/exit_code.hpp"

namespace daoshm
{

template <typename T>
inline constexpr bool is_complex_v = std::is_same_v<T, complex_float> || std::is_same_v<T, complex_double>;

/// The type that computing with T is done in: std::complex for the complex ones.
template <typename T>
struct Arithmetic
{
    using type = T;
};
template <>
struct Arithmetic<complex_float>
{
    using type = std::complex<float>;
};
template <>
struct Arithmetic<complex_double>
{
    using type = std::complex<double>;
};
template <typename T>
using arithmetic_t = typename Arithmetic<T>::type;

/// Call `visitor(T{})` with T the C++ type (std::complex for the complex ones) of element type `atype`.
template <typename Visitor>
decltype(auto) visit_type(uint8_t atype, Visitor &&visitor)
{
    switch (atype)
    {
#define DAOSHM_VISIT(NAME, code, type, member, name) \
    case code:                                       \
        return visitor(arithmetic_t<type>{});
        DAO_ELEMENT_TYPES(DAOSHM_VISIT)
#undef DAOSHM_VISIT
    default:
        throw ToolError("element type: code " + std::to_string(atype) + "; expected one of those in dao.h");
    }
}

/// The code of T, a type that visit_type() passes to its visitor.
template <typename T>
constexpr uint8_t type_code()
{
#define DAOSHM_CODE(NAME, code, type, member, name)      \
    if constexpr (std::is_same_v<T, arithmetic_t<type>>) \
        return code;
    DAO_ELEMENT_TYPES(DAOSHM_CODE)
#undef DAOSHM_CODE
    return 0;
}

template <typename T>
struct IsStdComplex : std::false_type
{
};
template <typename T>
struct IsStdComplex<std::complex<T>> : std::true_type
{
};
template <typename T>
inline constexpr bool is_std_complex_v = IsStdComplex<T>::value;

/// T, or the real type of a complex T.
template <typename T>
struct RealOf
{
    using type = T;
};
template <typename T>
struct RealOf<std::complex<T>>
{
    using type = T;
};
template <typename T>
using real_of_t = typename RealOf<T>::type;

/// The code of the type that NumPy calls `name`; throws a usage error that lists the names.
uint8_t type_from_name(const std::string &name);
/// All type names, for help and completion.
std::vector<std::string> type_names();

/// Which number is shown of a complex element. Real elements have only one.
enum class Part
{
    modulus,
    phase,
    real,
    imaginary
};

/// The elements as doubles, `part` of complex ones.
std::vector<double> as_doubles(uint8_t atype, const void *data, size_t count, Part part = Part::modulus);

/// Can every value of type `from` be held by type `to` unchanged?
bool is_safe_cast(uint8_t from, uint8_t to);

/// Convert elements to another type; integers round to nearest. Throws, naming the value, when one does not fit.
std::vector<std::byte> convert_elements(uint8_t from, const void *data, size_t count, uint8_t to);

/// Does type `to` hold that element of type `from`: no fraction is dropped, no integer rounded, nothing becomes infinite
/// or 0? Reals are rounded to the type's precision.
bool holds_exactly(uint8_t from, const void *element, uint8_t to);

/// Is it between the lowest and the highest value of the type?
bool in_range(uint8_t atype, double value);

}
