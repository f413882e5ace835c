#include "text/printable.hpp"

#include <fmt/format.h>

#include "text/utf8.hpp"

namespace daoshm
{

namespace
{

bool is_unseen(uint32_t code)
{
    const auto in = [code](uint32_t first, uint32_t last) { return code >= first && code <= last; };
    return code < 0x20 || in(0x7F, 0x9F) || code == 0xAD || code == 0x61C || in(0x200B, 0x200F) || in(0x2028, 0x202E) ||
           in(0x2060, 0x206F) || code == 0xFEFF || in(0xFFF9, 0xFFFB) || in(0xE0000, 0xE007F);
}

}

std::string with_escapes(std::string_view text, std::string_view kept,
                         const std::function<std::string(uint32_t code, bool is_byte)> &escape)
{
    std::string result;
    while (!text.empty())
    {
        const Character character = first_character(text);
        const bool is_byte = character.bytes == 0;
        const std::string_view taken = text.substr(0, is_byte ? 1 : character.bytes);
        if ((is_byte || is_unseen(character.code)) && kept.find(taken) == std::string_view::npos)
            result += escape(character.code, is_byte);
        else
            result += taken;
        text.remove_prefix(taken.size());
    }
    return result;
}

std::string printable(std::string_view text, std::string_view kept)
{
    return with_escapes(text, kept, [](uint32_t code, bool is_byte) {
        if (code == '\n' || code == '\t' || code == '\r')
            return std::string(code == '\n' ? "\\n" : code == '\t' ? "\\t" : "\\r");
        return is_byte || code < 0x80 ? fmt::format("\\x{:02x}", code)
               : code < 0x10000       ? fmt::format("\\u{:04x}", code)
                                      : fmt::format("\\U{:08x}", code);
    });
}

}
