#include "files/python_literal.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <stdexcept>

#include <fmt/format.h>

namespace daoshm
{

namespace
{

constexpr int most_levels = 32; // of brackets in brackets
constexpr char at_end = '\0';

using Kind = PythonLiteral::Kind;

bool is_name_character(char c)
{
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

class Parser
{
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    PythonLiteral whole_text()
    {
        PythonLiteral value = next_value(0);
        skip_blanks();
        if (position_ != text_.size())
            fail("more after the end of the value");
        return value;
    }

  private:
    [[noreturn]] void fail(const std::string &what) const
    {
        throw std::invalid_argument(fmt::format("{} at character {}", what, position_));
    }

    char peek() const { return position_ < text_.size() ? text_[position_] : at_end; }

    /// Blanks, ends of lines, comments.
    void skip_blanks()
    {
        for (; position_ < text_.size(); ++position_)
            if (text_[position_] == '#')
                position_ = std::min(text_.find('\n', position_), text_.size() - 1);
            else if (std::string_view(" \t\r\n\f").find(text_[position_]) == std::string_view::npos)
                return;
    }

    char next_character()
    {
        skip_blanks();
        return peek();
    }

    PythonLiteral next_value(int level)
    {
        if (level > most_levels)
            fail(fmt::format("more than {} levels of brackets", most_levels));
        const char c = next_character();
        switch (c)
        {
        case '\'':
        case '"':
            return texts(false);
        case '(':
            return bracketed(Kind::tuple, ')', level);
        case '[':
            return bracketed(Kind::list, ']', level);
        case '{':
            return bracketed(Kind::dictionary, '}', level);
        default:
            break;
        }
        if (std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '+')
            return number();
        if (is_name_character(c))
            return name();
        fail("no value");
    }

    /// The items up to the closing bracket. One in round brackets without a comma is the item itself.
    PythonLiteral bracketed(Kind kind, char closing, int level)
    {
        ++position_;
        PythonLiteral value;
        value.kind = kind;
        bool has_comma = false;
        while (next_character() != closing)
        {
            if (!value.items.empty() && !has_comma)
                fail(fmt::format("neither ',' nor '{}'", closing));
            value.items.push_back(next_value(level + 1));
            if (kind == Kind::dictionary)
            {
                if (next_character() != ':')
                    fail("no ':' after a key");
                ++position_;
                value.items.push_back(next_value(level + 1));
            }
            has_comma = next_character() == ',';
            if (has_comma)
                ++position_;
        }
        ++position_;
        if (kind == Kind::tuple && value.items.size() == 1 && !has_comma)
            return PythonLiteral(std::move(value.items[0]));
        return value;
    }

    /// One or more texts after each other are one. In raw ones a backslash is a character.
    PythonLiteral texts(bool is_raw)
    {
        PythonLiteral value;
        value.kind = Kind::text;
        for (char quote = peek(); quote == '\'' || quote == '"'; quote = next_character())
        {
            append_text(value.text, quote, is_raw);
            is_raw = false;
        }
        return value;
    }

    void append_text(std::string &text, char quote, bool is_raw)
    {
        for (++position_; peek() != quote; ++position_)
        {
            if (position_ == text_.size() || peek() == '\n')
                fail("the end of a text is missing");
            if (peek() == '\\' && !is_raw)
                text += escaped();
            else
                text += peek();
        }
        ++position_;
    }

    /// The character that stands there as \\, \', \", \xHH, \uHHHH or \OOO; the position is left at its last one.
    char escaped()
    {
        ++position_;
        const char letter = peek();
        if (letter == '\\' || letter == '\'' || letter == '"')
            return letter;
        const bool is_octal = letter >= '0' && letter <= '7';
        const size_t first = position_ + (is_octal ? 0 : 1);
        const size_t most = letter == 'x' ? 2 : letter == 'u' ? 4 : is_octal ? 3 : 0;
        const std::string_view digits = text_.substr(std::min(first, text_.size()), most);
        unsigned code = 0;
        const char *const end = digits.data() + digits.size();
        // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage)
        const auto [rest, error] = std::from_chars(digits.data(), end, code, is_octal ? 8 : 16);
        constexpr unsigned last_ascii = 0x7F;
        if (error != std::errc() || (rest != end && !is_octal) || digits.size() < (is_octal ? 1 : most) ||
            code > last_ascii)
            fail("an escape other than \\\\, \\', \\\" and the number of a character");
        position_ = static_cast<size_t>(rest - text_.data()) - 1;
        return static_cast<char>(code);
    }

    /// Decimal, or with 0x, 0o, 0b; Python 2 put an L behind some.
    PythonLiteral number()
    {
        PythonLiteral value;
        value.kind = Kind::number;
        if (peek() == '-' || peek() == '+')
        {
            value.is_negative = peek() == '-';
            ++position_;
            skip_blanks();
        }
        std::string digits;
        for (; is_name_character(peek()); ++position_)
            if (peek() != '_')
                digits += static_cast<char>(std::tolower(static_cast<unsigned char>(peek())));
        if (peek() == '.')
            fail("a number with a fraction");
        if (digits.ends_with('l'))
            digits.pop_back();
        const int base = base_of(digits);
        const char *const end = digits.data() + digits.size();
        const auto [rest, error] = std::from_chars(digits.data() + (base == 10 ? 0 : 2), end, value.number, base);
        if (error == std::errc::result_out_of_range)
            fail("a number of more than 64 bits");
        if (error != std::errc() || rest != end)
            fail("a number with other characters than digits");
        return value;
    }

    static int base_of(const std::string &digits)
    {
        const std::string_view prefix = std::string_view(digits).substr(0, 2);
        return prefix == "0x" ? 16 : prefix == "0o" ? 8 : prefix == "0b" ? 2 : 10;
    }

    /// True, False, None, or the letter before a text.
    PythonLiteral name()
    {
        const size_t begin = position_;
        while (is_name_character(peek()))
            ++position_;
        const std::string_view name = text_.substr(begin, position_ - begin);
        const bool is_raw = name == "r" || name == "R";
        const bool is_prefix = is_raw || name == "u" || name == "U" || name == "b" || name == "B";
        if (is_prefix && (peek() == '\'' || peek() == '"'))
            return texts(is_raw);
        PythonLiteral value;
        if (name == "None")
            return value;
        if (name != "True" && name != "False")
        {
            position_ = begin;
            fail(fmt::format("the name '{}'", name.substr(0, 40)));
        }
        value.kind = Kind::boolean;
        value.number = name == "True" ? 1 : 0;
        return value;
    }

    std::string_view text_;
    size_t position_ = 0;
};

}

const PythonLiteral *PythonLiteral::find(std::string_view key) const
{
    const PythonLiteral *found = nullptr;
    for (size_t i = 0; kind == Kind::dictionary && i + 1 < items.size(); i += 2)
        if (items[i].kind == Kind::text && items[i].text == key)
            found = &items[i + 1];
    return found;
}

PythonLiteral parse_python_literal(std::string_view text)
{
    return Parser(text).whole_text();
}

}
