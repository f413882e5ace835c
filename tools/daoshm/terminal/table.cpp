#include "terminal/table.hpp"

#include <algorithm>

#include "terminal/style.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

std::string padded(const Cell &cell, size_t width, Align align, bool is_last)
{
    const size_t used = display_width(cell.text);
    const std::string space(width > used ? width - used : 0, ' ');
    const std::string text = paint(cell.style, cell.text);
    if (align == Align::right)
        return space + text;
    return is_last ? text : text + space;
}

}

void Table::add(std::vector<Cell> cells)
{
    for (Cell &cell : cells)
        cell.text = printable(cell.text);
    rows_.push_back(std::move(cells));
}

std::string Table::text() const
{
    std::vector<size_t> widths;
    for (size_t i = 0; i < columns_.size(); ++i)
    {
        size_t width = display_width(columns_[i].title);
        for (const auto &row : rows_)
            if (i < row.size())
                width = std::max(width, display_width(row[i].text));
        widths.push_back(width);
    }
    std::string result;
    const auto add_line = [&](const std::vector<Cell> &cells) {
        for (size_t i = 0; i < cells.size(); ++i)
        {
            const bool is_last = i + 1 == cells.size();
            result += padded(cells[i], widths[i], columns_[i].align, is_last);
            result += is_last ? "" : "  ";
        }
        while (!result.empty() && result.back() == ' ')
            result.pop_back();
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

std::string Details::text() const
{
    size_t width = 0;
    for (const Detail &detail : details_)
        width = std::max(width, display_width(detail.label));
    std::string result;
    for (const Detail &detail : details_)
        result += padded({detail.label, Style::dim}, width, Align::left, false) + "  " +
                  paint(detail.value.style, detail.value.text) + '\n';
    return result;
}

}
