// When frames come: at a steady rate, and irregularly in several ways.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

namespace bench
{
struct Pattern
{
    std::string name;
    bool is_steady;
    double shortened; /**< slow patterns get this part of the frames */
    /** The interval before frame `index`. */
    std::function<int64_t(int index, std::mt19937 &random)> interval_ns;

    /** The same times for every run. */
    std::vector<int64_t> times_ns(int frames) const
    {
        std::mt19937 random(1);
        std::vector<int64_t> times;
        int64_t time_ns = 0;
        for (int index = 0; index < static_cast<int>(shortened * frames); ++index)
        {
            time_ns += interval_ns(index, random);
            times.push_back(time_ns);
        }
        return times;
    }
};

inline int64_t uniform_ns(std::mt19937 &random, int64_t least_ns, int64_t most_ns)
{
    return std::uniform_int_distribution<int64_t>(least_ns, most_ns)(random);
}

inline Pattern steady(const std::string &name, double shortened, int64_t period_ns, int64_t jitter_percent = 0)
{
    return {name, true, shortened, [=](int, std::mt19937 &random) {
                return period_ns + uniform_ns(random, -jitter_percent, jitter_percent) * period_ns / 100;
            }};
}

inline const Pattern patterns[] = {
    steady("at 100 Hz", 0.15, 10'000'000),
    steady("at 1 kHz", 1, 1'000'000),
    steady("at 5 kHz", 3, 200'000),
    steady("at 100 Hz, jitter 10 %", 0.15, 10'000'000, 10),
    steady("at 1 kHz, jitter 10 %", 1, 1'000'000, 10),
    steady("at 5 kHz, jitter 10 %", 3, 200'000, 10),
    {"at 1 kHz with pauses of a second", false, 1,
     [](int index, std::mt19937 &) { return index % 500 == 250 ? 1'000'000'000 : 1'000'000; }},
    {"in bursts of four each 21 ms", false, 0.3,
     [](int index, std::mt19937 &) { return index % 4 == 0 ? 20'400'000 : 200'000; }},
    {"alternating, 0.5 and 1.5 ms", false, 1,
     [](int index, std::mt19937 &) { return index % 2 == 0 ? 500'000 : 1'500'000; }},
    {"irregular, 0.2 to 3.8 ms", false, 1,
     [](int, std::mt19937 &random) { return uniform_ns(random, 200'000, 3'800'000); }},
    {"changing from 1 kHz to 400 Hz and back", false, 1,
     [](int index, std::mt19937 &) { return index / 200 % 2 == 0 ? 1'000'000 : 2'500'000; }},
    {"at 1 kHz, one in ten missing", false, 1,
     [](int, std::mt19937 &random) { return uniform_ns(random, 0, 9) == 0 ? 2'000'000 : 1'000'000; }},
};
} // namespace bench
