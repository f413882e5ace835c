/// Python literals, as in the headers of .npy files: texts, whole numbers, True, False, None, tuples, lists, dictionaries.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace daoshm
{

struct PythonLiteral
{
    enum class Kind
    {
        text,
        number,
        boolean,
        none,
        tuple,
        list,
        dictionary
    };
    Kind kind = Kind::none;
    std::string text;                 ///< of a text
    uint64_t number = 0;              ///< of a number without its sign, and 0 or 1 of a boolean
    bool is_negative = false;         ///< of a number
    std::vector<PythonLiteral> items; ///< of a dictionary: key, value, key, value

    /// The value of a key in a dictionary, the last one of that name; null when there is none.
    const PythonLiteral *find(std::string_view key) const;
};

/// In time and memory proportional to the text. Throws std::invalid_argument, saying what was found where.
PythonLiteral parse_python_literal(std::string_view text);

}
