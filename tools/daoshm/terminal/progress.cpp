#include "terminal/progress.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "terminal/style.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

constexpr size_t bar_width = 28;

std::string bar(double fraction)
{
    constexpr std::array eighths{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const auto filled = static_cast<size_t>(std::clamp(fraction, 0.0, 1.0) * bar_width * 8);
    std::string result;
    for (size_t i = 0; i < filled / 8; ++i)
        result += "█";
    result += eighths[filled % 8];
    result.append(bar_width - display_width(result), ' ');
    return result;
}

}

Progress::Progress(std::string label, uint64_t total, bool wanted)
    : label_(std::move(label)), total_(total), is_shown_(wanted && errors_are_terminal()), started_ns_(steady_ns())
{
}

Progress::~Progress()
{
    if (is_drawn_)
        draw_on_errors("\r\033[K");
}

void Progress::update(uint64_t done, const std::string &note)
{
    const int64_t now = steady_ns();
    if (!is_shown_ || now - drawn_ns_ < 100'000'000)
        return;
    drawn_ns_ = now;
    is_drawn_ = true;
    const double fraction = total_ > 0 ? static_cast<double>(done) / static_cast<double>(total_) : 0;
    const std::string text = text_of(fraction, now - started_ns_, note);
    // A line that is wider than the terminal would become two, of which only one is drawn over.
    const auto room = static_cast<size_t>(std::max(1, error_columns() - 1));
    std::string line = label_ + (total_ > 0 ? fmt::format(" ▕{}▏", bar(fraction)) : "") + text;
    if (display_width(line) > room)
        line = keep_start(label_ + text, room);
    draw_on_errors("\r\033[K" + line);
}

/// What is said in words: how far it is, and how long it will take or took.
std::string Progress::text_of(double fraction, int64_t elapsed_ns, const std::string &note) const
{
    std::string text =
        total_ > 0 ? fmt::format(" {:3.0f} %", fraction * 100) : fmt::format(" {}", age_text(elapsed_ns));
    if (fraction > 0 && fraction < 1)
    {
        constexpr double most_ns = 9e18;
        const double left_ns = static_cast<double>(elapsed_ns) * (1 - fraction) / fraction;
        text += fmt::format(", {} left", age_text(static_cast<int64_t>(std::min(left_ns, most_ns))));
    }
    return note.empty() ? text : text + ", " + note;
}

}
