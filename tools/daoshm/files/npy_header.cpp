#include "files/npy_header.hpp"

#include <array>
#include <regex>

#include <dao.h>
#include <fmt/ranges.h>

#include "frame/element_types.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

constexpr char magic[] = "\x93NUMPY";
constexpr size_t magic_bytes = 6;
constexpr size_t most_header_bytes = 1'000'000;

/// The descr of a type, such as "<f4".
std::string type_text(uint8_t atype)
{
    const char kind = visit_type(atype, [](auto zero) {
        using T = decltype(zero);
        if (is_std_complex_v<T>)
            return 'c';
        if (std::is_floating_point_v<T>)
            return 'f';
        return std::is_signed_v<T> ? 'i' : 'u';
    });
    const size_t size = daoTypeSize(atype);
    return fmt::format("{}{}{}", size == 1 ? '|' : '<', kind, size);
}

uint8_t type_from_text(const std::string &text, const std::string &path)
{
    for (const std::string &name : type_names())
    {
        const uint8_t atype = type_from_name(name);
        const std::string known = type_text(atype);
        if (text == known ||
            (text.size() == 3 && text.substr(1) == known.substr(1) && (text[0] == '=' || text[0] == '|')))
            return atype;
    }
    throw ToolError(fmt::format("{}: elements of type '{}'; expected a little-endian type among {}", path, text,
                                fmt::join(type_names(), ", ")));
}

std::vector<uint64_t> shape_from_text(const std::string &text)
{
    std::vector<uint64_t> shape;
    const std::regex number("[0-9]+");
    for (auto match = std::sregex_iterator(text.begin(), text.end(), number); match != std::sregex_iterator(); ++match)
        shape.push_back(std::stoull(match->str()));
    return shape;
}

std::string find_entry(const std::string &header, const char *pattern, const std::string &path)
{
    std::smatch match;
    if (!std::regex_search(header, match, std::regex(pattern)))
        throw ToolError(fmt::format("{}: .npy header: '{}'; expected a dictionary with descr, fortran_order and shape",
                                    path, header.substr(0, 100)));
    return match[1].str();
}

}

std::string npy_header(const Geometry &geometry)
{
    std::string text =
        fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type_text(geometry.atype),
                    fmt::join(geometry.shape, ", "), geometry.shape.size() == 1 ? "," : "");
    constexpr size_t prefix_bytes = magic_bytes + 4;
    constexpr size_t text_bytes = npy_header_bytes - prefix_bytes;
    text.append(text_bytes - 1 - text.size(), ' ');
    text += '\n';
    std::string header(magic, magic_bytes);
    header += {'\x01', '\x00', static_cast<char>(text_bytes & 0xFFU), static_cast<char>(text_bytes >> 8U)};
    return header + text;
}

Geometry read_npy_header(std::istream &stream, const std::string &path)
{
    std::array<char, 8> start{};
    stream.read(start.data(), start.size());
    if (!stream || std::string(start.data(), magic_bytes) != std::string(magic, magic_bytes))
        throw ToolError(fmt::format("{}: not a .npy file; expected it to begin with \\x93NUMPY", path));
    const int version = start[6];
    if (version < 1 || version > 3)
        throw ToolError(fmt::format("{}: .npy version {}; expected 1 to 3", path, version));
    std::array<unsigned char, 4> length{};
    stream.read(reinterpret_cast<char *>(length.data()), version == 1 ? 2 : 4);
    const size_t size = length[0] + 256U * length[1] + 65536U * length[2] + 16777216U * length[3];
    if (!stream || size > most_header_bytes)
        throw ToolError(fmt::format("{}: .npy header of {} bytes; expected at most {}", path, size, most_header_bytes));
    std::string header(size, ' ');
    stream.read(header.data(), static_cast<std::streamsize>(size));
    if (!stream)
        throw ToolError(fmt::format("{}: the file ends within its .npy header; expected {} bytes of it", path, size));
    if (find_entry(header, "'fortran_order': *(True|False)", path) == "True")
        throw ToolError(fmt::format("{}: Fortran order; expected C order (numpy.ascontiguousarray)", path));
    Geometry geometry;
    geometry.atype = type_from_text(find_entry(header, "'descr': *'([^']*)'", path), path);
    geometry.shape = shape_from_text(find_entry(header, "'shape': *\\(([0-9, ]*)\\)", path));
    return geometry;
}

}
