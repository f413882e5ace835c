#include "picture/plot.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "frame/statistics.hpp"
#include "platform/platform.hpp"
#include "terminal/style.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

/// Dots that can be set, drawn as braille.
class DotField
{
  public:
    DotField(size_t columns, size_t rows) : columns_(columns), rows_(rows), cells_(columns * rows) {}
    size_t width() const { return columns_ * 2; }
    size_t height() const { return rows_ * 4; }

    /// `y` from the bottom.
    void set(size_t x, size_t y)
    {
        const size_t from_top = height() - 1 - y;
        constexpr unsigned char bits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
        unsigned char &cell = cells_[from_top / 4 * columns_ + x / 2];
        cell = static_cast<unsigned char>(cell | bits[from_top % 4][x % 2]);
    }

    std::string row(size_t index) const
    {
        std::string text;
        for (size_t column = 0; column < columns_; ++column)
        {
            const unsigned char dots = cells_[index * columns_ + column];
            text += '\xE2';
            text += static_cast<char>(0xA0 | (dots >> 6U));
            text += static_cast<char>(0x80 | (dots & 0x3FU));
        }
        return text;
    }

  private:
    size_t columns_;
    size_t rows_;
    std::vector<unsigned char> cells_;
};

/// For each dot column the lowest and the highest dot, joined to the column before so that the curve has no gaps.
void draw_curve(const std::vector<double> &values, double lowest, double highest, DotField &field)
{
    const auto dot = [&](double value) {
        const double position = highest > lowest ? position_between(value, lowest, highest) : 0.5;
        return static_cast<size_t>(std::lround(position * static_cast<double>(field.height() - 1)));
    };
    bool has_before = false;
    size_t before = 0;
    for (size_t x = 0; x < field.width(); ++x)
    {
        const size_t first = x * values.size() / field.width();
        const size_t last = std::max(first + 1, (x + 1) * values.size() / field.width());
        for (size_t i = first; i < last; ++i)
        {
            if (!std::isfinite(values[i]))
            {
                has_before = false;
                continue;
            }
            const size_t now = dot(values[i]);
            const size_t from = has_before ? std::min(before, now) : now;
            const size_t to = has_before ? std::max(before, now) : now;
            for (size_t y = from; y <= to; ++y)
                field.set(x, y);
            before = now;
            has_before = true;
        }
    }
}

}

std::string plot(const std::vector<double> &values, size_t columns, size_t rows)
{
    const Moments found = moments(values);
    const auto label_of = [&](double value) { return found.count > 0 ? value_text(value) : "-"; };
    const std::string top = label_of(found.maximum);
    const std::string bottom = label_of(found.minimum);
    const std::string middle = label_of(std::midpoint(found.minimum, found.maximum));
    const size_t widest_label = std::max({top.size(), bottom.size(), middle.size()});
    constexpr size_t least_curve = 10;
    const size_t label_width = columns >= widest_label + 2 + least_curve ? widest_label : 0; // or no labels
    DotField field(std::max<size_t>(columns - std::min(columns, label_width + 2), 1), rows);
    draw_curve(values, found.minimum, found.maximum, field);
    std::string text;
    for (size_t row = 0; row < rows; ++row)
    {
        std::string label = row == 0 ? top : row + 1 == rows ? bottom : row == rows / 2 ? middle : "";
        if (label_width == 0)
            label.clear();
        text += std::string(label_width - label.size(), ' ') + paint(Style::dim, label + " │") +
                paint(Style::accent, field.row(row)) + "\n";
    }
    const std::string last = std::to_string(values.size() - 1);
    const size_t width = field.width() / 2;
    const std::string axis = width > last.size() + 1 ? fmt::format("0{:>{}}", last, width - 1) : "0";
    text += std::string(label_width + 2, ' ') + paint(Style::dim, axis) + "\n";
    return text;
}

}
