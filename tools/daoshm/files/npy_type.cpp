#include "files/npy_type.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/ranges.h>

#include "frame/element_types.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

struct Alias
{
    std::string_view text;
    uint8_t atype;
};

/// What NumPy takes besides its own names (float32) and kind and size (f4): its letters and the names of C.
const std::array aliases{Alias{"b", type_code<signed char>()},
                         Alias{"byte", type_code<signed char>()},
                         Alias{"B", type_code<unsigned char>()},
                         Alias{"ubyte", type_code<unsigned char>()},
                         Alias{"h", type_code<int16_t>()},
                         Alias{"short", type_code<int16_t>()},
                         Alias{"H", type_code<uint16_t>()},
                         Alias{"ushort", type_code<uint16_t>()},
                         Alias{"i", type_code<int32_t>()},
                         Alias{"intc", type_code<int32_t>()},
                         Alias{"I", type_code<uint32_t>()},
                         Alias{"uintc", type_code<uint32_t>()},
                         Alias{"l", type_code<int64_t>()},
                         Alias{"q", type_code<int64_t>()},
                         Alias{"p", type_code<int64_t>()},
                         Alias{"n", type_code<int64_t>()},
                         Alias{"int", type_code<int64_t>()},
                         Alias{"long", type_code<int64_t>()},
                         Alias{"longlong", type_code<int64_t>()},
                         Alias{"intp", type_code<int64_t>()},
                         Alias{"L", type_code<uint64_t>()},
                         Alias{"Q", type_code<uint64_t>()},
                         Alias{"P", type_code<uint64_t>()},
                         Alias{"N", type_code<uint64_t>()},
                         Alias{"uint", type_code<uint64_t>()},
                         Alias{"ulong", type_code<uint64_t>()},
                         Alias{"ulonglong", type_code<uint64_t>()},
                         Alias{"uintp", type_code<uint64_t>()},
                         Alias{"f", type_code<float>()},
                         Alias{"single", type_code<float>()},
                         Alias{"d", type_code<double>()},
                         Alias{"double", type_code<double>()},
                         Alias{"float", type_code<double>()},
                         Alias{"F", type_code<std::complex<float>>()},
                         Alias{"csingle", type_code<std::complex<float>>()},
                         Alias{"D", type_code<std::complex<double>>()},
                         Alias{"cdouble", type_code<std::complex<double>>()},
                         Alias{"complex", type_code<std::complex<double>>()}};

struct Foreign
{
    std::string_view start;
    const char *what;
};

/// Types that segments do not have, for the message.
constexpr std::array foreign{Foreign{"b1", "bool"},          Foreign{"?", "bool"},
                             Foreign{"bool", "bool"},        Foreign{"f2", "half precision"},
                             Foreign{"e", "half precision"}, Foreign{"f16", "long double"},
                             Foreign{"f12", "long double"},  Foreign{"g", "long double"},
                             Foreign{"c32", "long double"},  Foreign{"c24", "long double"},
                             Foreign{"G", "long double"},    Foreign{"O", "Python objects, pickled"},
                             Foreign{"S", "bytes"},          Foreign{"a", "bytes"},
                             Foreign{"U", "text"},           Foreign{"V", "raw data or a structure"},
                             Foreign{"M", "dates"},          Foreign{"m", "spans of time"}};

/// "f4": the kind and the bytes.
std::string kind_and_size(uint8_t atype)
{
    const char kind = visit_type(atype, [](auto zero) {
        using T = decltype(zero);
        if (is_std_complex_v<T>)
            return 'c';
        if (std::is_floating_point_v<T>)
            return 'f';
        constexpr bool is_signed = std::is_signed_v<T>;
        return is_signed ? 'i' : 'u';
    });
    return fmt::format("{}{}", kind, daoTypeSize(atype));
}

/// 0 when there is none.
uint8_t type_named(std::string_view text)
{
    for (const std::string &name : type_names())
        if (const uint8_t atype = type_from_name(name); text == name || text == kind_and_size(atype))
            return atype;
    const auto *alias = std::find_if(aliases.begin(), aliases.end(), [&](const Alias &a) { return a.text == text; });
    return alias != aliases.end() ? alias->atype : uint8_t{0};
}

ToolError refusal(const std::string &path, const std::string &found)
{
    return ToolError(fmt::format("{}: elements: {}; expected {}", path, found, fmt::join(type_names(), ", ")));
}

}

std::string npy_type_text(uint8_t atype)
{
    return (daoTypeSize(atype) == 1 ? '|' : '<') + kind_and_size(atype);
}

NpyType npy_type(const PythonLiteral &description, const std::string &path)
{
    if (description.kind == PythonLiteral::Kind::list || description.kind == PythonLiteral::Kind::tuple)
        throw refusal(path, "a structure with fields");
    if (description.kind != PythonLiteral::Kind::text)
        throw refusal(path, "no name of a type");
    const std::string &text = description.text;
    const bool has_order = !text.empty() && std::string_view("<>=|!").find(text[0]) != std::string_view::npos;
    const std::string_view name = std::string_view(text).substr(has_order ? 1 : 0);
    if (const uint8_t atype = type_named(name); atype != 0)
        return {atype, has_order && (text[0] == '>' || text[0] == '!')};
    for (const Foreign &type : foreign)
        if (name.starts_with(type.start))
            throw refusal(path, fmt::format("'{}', {}", text.substr(0, 40), type.what));
    throw refusal(path, fmt::format("'{}'", text.substr(0, 40)));
}

}
