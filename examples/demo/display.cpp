#include "display.hpp"

#include <cstdio>
#include <iostream>

namespace demo
{
namespace
{
template <typename... Values>
std::string format(const char *pattern, Values... values)
{
    char text[256];
    std::snprintf(text, sizeof text, pattern, values...);
    return text;
}
} // namespace

std::string header()
{
    return format("%-22s %9s %9s %7s %6s %9s %11s %9s", "stage", "frames", "rate Hz", "lost", "torn", "repeated",
                  "median us", "99 % us");
}

std::string text_of(const Line &line)
{
    const auto time = [](const std::optional<double> &us) { return us ? format("%.0f", *us) : std::string("-"); };
    return format("%-22s %9llu %9.1f %7llu %6llu %9llu %11s %9s", line.stage.c_str(),
                  static_cast<unsigned long long>(line.frames), line.rate_hz,
                  static_cast<unsigned long long>(line.lost), static_cast<unsigned long long>(line.torn),
                  static_cast<unsigned long long>(line.repeated), time(line.median_us).c_str(),
                  time(line.most_us).c_str());
}

Line line_of(const std::string &name, const DEMO_STAGE &stage, double rate_hz)
{
    return {name,
            stage.frames,
            rate_hz,
            stage.skipped,
            stage.torn,
            stage.repeated,
            demo_latency_us(&stage, 0.5),
            demo_latency_us(&stage, 0.99)};
}

Watched::Watched(const std::string &segment, std::string stage)
    : image_(Dao::Image::open_read_only(segment)), stage_(std::move(stage)), last_counter_(image_.get_counter()),
      last_look_(std::chrono::steady_clock::now())
{
}

double Watched::number(const std::string &keyword) const
{
    const auto found = image_.find_keyword(keyword);
    if (!found)
    {
        return 0;
    }
    if (const double *real = std::get_if<double>(&found->value))
    {
        return *real;
    }
    const int64_t *integer = std::get_if<int64_t>(&found->value);
    return integer ? static_cast<double>(*integer) : 0;
}

Line Watched::line()
{
    const auto now = std::chrono::steady_clock::now();
    const uint64_t counter = image_.get_counter();
    const double seconds = std::chrono::duration<double>(now - last_look_).count();
    Line line{stage_, counter, seconds > 0 ? static_cast<double>(counter - last_counter_) / seconds : 0};
    line.lost = count("SKIPPED") + count("FRAMELOST");
    line.torn = count("TORN");
    line.repeated = count("REPEATED");
    if (number("LATMEDUS") > 0)
    {
        line.median_us = number("LATMEDUS");
        line.most_us = number("LAT99US");
    }
    last_counter_ = counter;
    last_look_ = now;
    return line;
}

bool Screen::is_due() const
{
    return std::chrono::steady_clock::now() - last_ >= std::chrono::milliseconds(is_live_ ? 500 : 2000);
}

void Screen::show(const std::vector<std::string> &lines)
{
    if (is_live_ && shown_ > 0)
    {
        std::cout << "\033[" << shown_ << "A";
    }
    for (const std::string &line : lines)
    {
        std::cout << line << (is_live_ ? "\033[K\n" : "\n");
    }
    std::cout << std::flush;
    shown_ = lines.size();
    last_ = std::chrono::steady_clock::now();
}
} // namespace demo
