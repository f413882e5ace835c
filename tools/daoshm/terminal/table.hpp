/// Aligned tables on standard output. Texts may be any: they are printed escaped (text/printable.hpp). On a terminal no
/// line is longer than it is wide: the least important columns are left out, and long texts cut.
#pragma once

#include <string>
#include <vector>

#include "platform/platform.hpp"
#include "terminal/fitting.hpp"

namespace daoshm
{

enum class Align
{
    left,
    right
};

/// What may go of a text that is too long.
enum class Cut
{
    nothing,
    start, ///< of paths and names
    end    ///< of sentences
};

struct Column
{
    std::string title;
    Align align = Align::left;
    int importance = 50;
    Cut cut = Cut::nothing;
};

struct Cell
{
    std::string text;
    Style style = Style::plain;
};

class Table
{
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    void add(std::vector<Cell> cells);
    /// The table with a header line, each line ended.
    std::string text(size_t columns = output_columns()) const;

  private:
    struct Place
    {
        size_t index; ///< of the column
        size_t width;
    };
    std::vector<Place> natural_places() const;
    std::vector<Place> places(size_t columns) const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// "label  value" lines, values in one column, longer ones broken into several lines.
class Details
{
  public:
    void add(std::string label, const std::string &value, Style style = Style::plain);
    std::string text(size_t columns = output_columns()) const;

  private:
    struct Detail
    {
        std::string label;
        Cell value;
    };
    std::vector<Detail> details_;
};

}
