#include "files/npy_header.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <dao.h>
#include <fmt/ranges.h>

#include "files/npy_type.hpp"
#include "files/python_literal.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::array<std::string_view, 3> keys{"descr", "fortran_order", "shape"};
constexpr size_t own_header_bytes = 192;
constexpr size_t most_header_bytes = 1'000'000;

using Kind = PythonLiteral::Kind;

/// The text of the header: a dictionary.
std::string header_text(std::istream &stream, const std::string &path)
{
    std::array<char, 8> start{};
    stream.read(start.data(), start.size());
    if (!stream || std::string_view(start.data(), magic.size()) != magic)
        throw ToolError(fmt::format("{}: not a .npy file; expected it to begin with \\x93NUMPY", path));
    const int version = static_cast<unsigned char>(start[6]);
    if (version < 1 || version > 3)
        throw ToolError(fmt::format("{}: .npy version {}; expected 1 to 3", path, version));
    std::array<unsigned char, 4> length{};
    stream.read(reinterpret_cast<char *>(length.data()), version == 1 ? 2 : 4);
    const size_t size = length[0] + 256U * length[1] + 65536U * length[2] + 16777216U * length[3];
    if (!stream || size > most_header_bytes)
        throw ToolError(fmt::format("{}: .npy header of {} bytes; expected at most {}", path, size, most_header_bytes));
    std::string text(size, ' ');
    stream.read(text.data(), static_cast<std::streamsize>(size));
    if (!stream)
        throw ToolError(fmt::format("{}: the file ends within its .npy header; expected {} bytes of it", path, size));
    return text;
}

PythonLiteral dictionary(const std::string &text, const std::string &path)
{
    try
    {
        PythonLiteral literal = parse_python_literal(text);
        if (literal.kind != Kind::dictionary)
            throw std::invalid_argument("no dictionary");
        for (size_t i = 0; i < literal.items.size(); i += 2)
            if (std::find(keys.begin(), keys.end(), literal.items[i].text) == keys.end())
                throw std::invalid_argument("a key of another name");
        for (const std::string_view key : keys)
            if (literal.find(key) == nullptr)
                throw std::invalid_argument(fmt::format("no {}", key));
        return literal;
    }
    catch (const std::invalid_argument &error)
    {
        throw ToolError(fmt::format("{}: .npy header: {}; expected a dictionary with descr, fortran_order and shape",
                                    path, error.what()));
    }
}

std::vector<uint64_t> shape_of(const PythonLiteral &literal, const std::string &path)
{
    const auto refuse = [&](const std::string &found) {
        return ToolError(fmt::format("{}: .npy header: shape: {}; expected a tuple of sizes", path, found));
    };
    if (literal.kind != Kind::tuple)
        throw refuse("no tuple");
    std::vector<uint64_t> shape;
    for (const PythonLiteral &axis : literal.items)
    {
        if (axis.kind != Kind::number || (axis.is_negative && axis.number != 0))
            throw refuse(axis.kind == Kind::number ? fmt::format("-{}", axis.number) : "something else than a number");
        shape.push_back(axis.number);
    }
    return shape.empty() ? std::vector<uint64_t>{1} : shape;
}

}

std::string npy_header(const Geometry &geometry)
{
    std::string text =
        fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", npy_type_text(geometry.atype),
                    fmt::join(geometry.shape, ", "), geometry.shape.size() == 1 ? "," : "");
    constexpr size_t prefix_bytes = magic.size() + 4;
    constexpr size_t text_bytes = own_header_bytes - prefix_bytes;
    text.append(text_bytes - 1 - text.size(), ' ');
    text += '\n';
    std::string header(magic);
    header += {'\x01', '\x00', static_cast<char>(text_bytes & 0xFFU), static_cast<char>(text_bytes >> 8U)};
    return header + text;
}

NpyHeader read_npy_header(std::istream &stream, const std::string &path)
{
    const PythonLiteral entries = dictionary(header_text(stream, path), path);
    const PythonLiteral &order = *entries.find("fortran_order");
    if (order.kind != Kind::boolean)
        throw ToolError(fmt::format("{}: .npy header: fortran_order: no boolean; expected True or False", path));
    const NpyType type = npy_type(*entries.find("descr"), path);
    NpyHeader header{{type.atype, shape_of(*entries.find("shape"), path)}, type.is_big_endian, order.number == 1};
    header.is_fortran_order = header.is_fortran_order && header.geometry.shape.size() > 1;
    return header;
}

}
