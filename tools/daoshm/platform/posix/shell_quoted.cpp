#include "platform/platform.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace daoshm
{

namespace
{

constexpr const char *plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+:,@%";

bool is_control(char character)
{
    const auto byte = static_cast<unsigned char>(character);
    return byte < 0x20 || byte >= 0x7F;
}

/// As bash, zsh and ksh read $'...': what a terminal or an eye would take for something else is spelled out.
std::string spelled_out(const std::string &text)
{
    std::string quoted = "$'";
    for (const char character : text)
        if (is_control(character))
            quoted += fmt::format("\\{:03o}", static_cast<unsigned char>(character));
        else if (character == '\'' || character == '\\')
            quoted += {'\\', character};
        else
            quoted += character;
    return quoted + "'";
}

std::string between_quotes(const std::string &text)
{
    std::string quoted = "'";
    for (const char character : text)
        quoted += character == '\'' ? "'\\''" : std::string(1, character);
    return quoted + "'";
}

}

std::string shell_quoted(const std::string &path)
{
    std::string text = path.starts_with('-') ? "./" + path : path; // no option of whatever gets it
    if (!text.empty() && text.find_first_not_of(plain) == std::string::npos)
        return text;
    const bool has_controls = std::any_of(text.begin(), text.end(), is_control);
    return has_controls ? spelled_out(text) : between_quotes(text);
}

}
