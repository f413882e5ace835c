#include "terminal/progress.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

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
        std::fputs("\r\033[K", stderr);
}

void Progress::update(uint64_t done, const std::string &note)
{
    const int64_t now = steady_ns();
    if (!is_shown_ || now - drawn_ns_ < 100'000'000)
        return;
    drawn_ns_ = now;
    is_drawn_ = true;
    const auto elapsed_ns = static_cast<double>(now - started_ns_);
    std::string line = label_;
    if (total_ > 0)
    {
        const double fraction = static_cast<double>(done) / static_cast<double>(total_);
        line += fmt::format(" ▕{}▏ {:3.0f} %", bar(fraction), fraction * 100);
        if (fraction > 0 && fraction < 1)
            line += fmt::format("  {} remaining", duration_text(elapsed_ns * (1 - fraction) / fraction));
    }
    else
    {
        line += fmt::format(" {}", duration_text(elapsed_ns));
    }
    if (!note.empty())
        line += "  " + note;
    std::fputs(("\r\033[K" + line).c_str(), stderr);
    std::fflush(stderr);
}

}
