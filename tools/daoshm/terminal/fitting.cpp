#include "terminal/fitting.hpp"

#include <algorithm>

#include "terminal/style.hpp"
#include "text/utf8.hpp"

namespace daoshm
{

size_t output_columns()
{
    return output_is_terminal() ? static_cast<size_t>(terminal_size().columns) : any_columns;
}

std::string fitted(std::vector<LinePart> parts, std::string_view separator, size_t columns)
{
    std::erase_if(parts, [](const LinePart &part) { return part.text.empty(); });
    const auto width = [&] {
        size_t sum = 0;
        for (const LinePart &part : parts)
            sum += display_width(part.text) + separator.size();
        return parts.empty() ? 0 : sum - separator.size();
    };
    while (parts.size() > 1 && width() > columns)
        parts.erase(std::min_element(parts.begin(), parts.end(),
                                     [](const LinePart &a, const LinePart &b) { return a.importance < b.importance; }));
    std::string line;
    for (const LinePart &part : parts)
        line += (line.empty() ? "" : std::string(separator)) + paint(part.style, shortened(part.text, columns));
    return line;
}

std::string wrapped(const std::string &text, size_t columns, size_t indent)
{
    if (columns == any_columns)
        return text + "\n";
    indent = columns > 2 * indent ? indent : 0; // else little more than the margin would be left
    std::string result;
    std::string_view rest = text;
    for (size_t room = std::max<size_t>(columns, 1); display_width(rest) > room;)
    {
        const size_t fitting = keep_start(std::string(rest), room).size();
        const size_t most = fitting > 0 ? fitting : std::max<size_t>(1, first_character(rest).bytes);
        if (most >= rest.size()) // a character that is wider than a line
            break;
        const size_t space = rest.rfind(' ', most);
        const bool has_space = space != std::string_view::npos && space > 0;
        result += std::string(rest.substr(0, has_space ? space : most)) + "\n" + std::string(indent, ' ');
        rest.remove_prefix(has_space ? space + 1 : most);
        room = std::max<size_t>(columns - indent, 1);
    }
    return result + std::string(rest) + "\n";
}

}
