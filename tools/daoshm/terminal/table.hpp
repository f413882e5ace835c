/// Aligned tables on standard output. Texts may be any: they are printed escaped (text/printable.hpp).
#pragma once

#include <string>
#include <vector>

#include "platform/platform.hpp"

namespace daoshm
{

enum class Align
{
    left,
    right
};

struct Column
{
    std::string title;
    Align align = Align::left;
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
    std::string text() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

/// "label  value" lines, values in one column.
class Details
{
  public:
    void add(std::string label, const std::string &value, Style style = Style::plain);
    std::string text() const;

  private:
    struct Detail
    {
        std::string label;
        Cell value;
    };
    std::vector<Detail> details_;
};

}
