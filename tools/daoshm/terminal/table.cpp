#include "terminal/table.hpp"

#include <algorithm>

#include "terminal/style.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

constexpr size_t gap = 2; // between columns
constexpr size_t least_cut = 20;

std::string cut_text(const std::string &text, size_t width, Cut cut)
{
    return cut == Cut::start ? keep_end(text, width) : shortened(text, width);
}

std::string padded(const Cell &cell, size_t width, const Column &column)
{
    const std::string shown = cut_text(cell.text, width, column.cut);
    const std::string space(width - std::min(width, display_width(shown)), ' ');
    const std::string text = paint(cell.style, shown);
    return column.align == Align::right ? space + text : text + space;
}

}

void Table::add(std::vector<Cell> cells)
{
    for (Cell &cell : cells)
        cell.text = printable(cell.text);
    rows_.push_back(std::move(cells));
}

std::vector<Table::Place> Table::natural_places() const
{
    std::vector<Place> result;
    for (size_t i = 0; i < columns_.size(); ++i)
    {
        size_t width = display_width(columns_[i].title);
        for (const auto &row : rows_)
            if (i < row.size())
                width = std::max(width, display_width(row[i].text));
        result.push_back({i, width});
    }
    return result;
}

std::vector<Table::Place> Table::places(size_t columns) const
{
    std::vector<Place> chosen = natural_places();
    const auto least = [&](const Place &place) {
        return columns_[place.index].cut == Cut::nothing ? place.width : std::min(place.width, least_cut);
    };
    const auto total = [&](auto width_of) {
        size_t sum = 0;
        for (const Place &place : chosen)
            sum += width_of(place) + gap;
        return sum - gap;
    };
    while (chosen.size() > 1 && total(least) > columns)
        chosen.erase(std::min_element(chosen.begin(), chosen.end(), [&](const Place &a, const Place &b) {
            return columns_[a.index].importance < columns_[b.index].importance;
        }));
    const size_t natural = total([](const Place &place) { return place.width; });
    size_t over = natural - std::min(natural, columns);
    for (Place &place : chosen)
    {
        const size_t less = std::min(over, place.width - (chosen.size() > 1 ? least(place) : 0));
        place.width -= less;
        over -= less;
    }
    return chosen;
}

std::string Table::text(size_t columns) const
{
    const std::vector<Place> chosen = places(columns);
    std::string result;
    const auto add_line = [&](const std::vector<Cell> &cells) {
        for (const Place &place : chosen)
        {
            if (place.index >= cells.size())
                break;
            result += padded(cells[place.index], place.width, columns_[place.index]);
            result.append(gap, ' ');
        }
        result.erase(result.find_last_not_of(' ') + 1);
        result += '\n';
    };
    std::vector<Cell> titles;
    for (const Column &column : columns_)
        titles.push_back({column.title, Style::bold});
    add_line(titles);
    for (const auto &row : rows_)
        add_line(row);
    return result;
}

void Details::add(std::string label, const std::string &value, Style style)
{
    details_.push_back({std::move(label), {printable(value), style}});
}

std::string Details::text(size_t columns) const
{
    size_t width = 0;
    for (const Detail &detail : details_)
        width = std::max(width, display_width(detail.label));
    width = std::min(width, columns);
    const size_t indent = width + gap;
    const bool is_beside = columns > 2 * indent; // else the value is below its label
    const size_t room = is_beside && columns != any_columns ? columns - indent : columns;
    std::string result;
    for (const Detail &detail : details_)
    {
        const std::string label = shortened(detail.label, width);
        const std::string lines = wrapped(detail.value.text, room);
        result += paint(Style::dim, label) + (is_beside ? std::string(indent - display_width(label), ' ') : "\n");
        for (size_t at = 0; at < lines.size();)
        {
            const size_t end = lines.find('\n', at);
            result += (at > 0 && is_beside ? std::string(indent, ' ') : "") +
                      paint(detail.value.style, lines.substr(at, end - at)) + '\n';
            at = end + 1;
        }
    }
    return result;
}

}
