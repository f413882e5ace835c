// When writers publish, and the machines on which their readers wait, for the tests of the adaptive wait.
#pragma once

#include "wait/rhythm_simulation.hpp"

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

namespace dao::wait::simulation
{

inline constexpr int64_t us = 1'000;
inline constexpr int64_t ms = 1'000'000;
inline constexpr int64_t second = 1'000'000'000;

struct Pattern
{
    std::string name;
    std::function<int64_t(size_t frame, Random &random)> interval_ns;
    size_t frames = 4'000;
    size_t frames_between_restarts = 0; // 0: the writer does not restart

    friend void PrintTo(const Pattern &value, std::ostream *out) { *out << value.name; }
};

inline Writer write(const Pattern &pattern, uint64_t seed, int64_t start_ns = second)
{
    Random random(seed);
    Writer writer;
    int64_t at_ns = start_ns;
    for (size_t frame = 0; frame < pattern.frames; ++frame)
    {
        at_ns += pattern.interval_ns(frame, random);
        if (pattern.frames_between_restarts != 0 && frame % pattern.frames_between_restarts == 0)
            writer.restart();
        writer.publish(at_ns);
    }
    return writer;
}

// A writer that waits a period, give or take, after each frame.
inline Pattern steady(int64_t period_ns, int64_t jitter_percent)
{
    return {"Each" + std::to_string(period_ns / us) + "usJitter" + std::to_string(jitter_percent),
            [=](size_t, Random &random) {
                return period_ns + draw(random, -jitter_percent * 100, jitter_percent * 100) * period_ns / 10'000;
            }};
}

// A writer with a clock that it does not quite keep to.
inline Pattern clocked(int64_t period_ns, int64_t jitter_percent)
{
    return {"Clock" + std::to_string(period_ns / us) + "usJitter" + std::to_string(jitter_percent),
            [=, last_ns = int64_t{0}](size_t, Random &random) mutable {
                const int64_t off_ns = draw(random, -jitter_percent * 100, jitter_percent * 100) * period_ns / 10'000;
                return period_ns + off_ns - std::exchange(last_ns, off_ns);
            }};
}

inline std::vector<Pattern> regular_patterns()
{
    std::vector<Pattern> patterns;
    for (const int64_t period_ns : {10 * ms, 2 * ms, ms, 500 * us, 200 * us})
        for (const int64_t jitter_percent : {0, 1, 5, 10})
        {
            patterns.push_back(steady(period_ns, jitter_percent));
            patterns.push_back(clocked(period_ns, jitter_percent));
        }
    return patterns;
}

inline std::vector<Pattern> other_patterns()
{
    const auto one_in = [](Random &random, int64_t count) { return draw(random, 1, count) == 1; };
    return {
        {"PausesOfASecond", [](size_t frame, Random &) { return frame % 500 == 499 ? second : ms; }},
        {"SlowerThenFaster", [](size_t frame, Random &) { return frame / 300 % 2 == 0 ? ms : 3 * ms; }},
        {"MuchSlowerThenFaster", [](size_t frame, Random &) { return frame / 300 % 2 == 0 ? 200 * us : 10 * ms; }},
        {"EverFaster", [](size_t frame, Random &) { return 5 * ms - static_cast<int64_t>(frame) * us; }},
        {"EverSlower", [](size_t frame, Random &) { return 500 * us + static_cast<int64_t>(frame) * us; }},
        {"BurstsOfFour", [](size_t frame, Random &) { return frame % 4 == 0 ? 21 * ms : 100 * us; }},
        {"SpreadBurstsOfFour", [](size_t frame, Random &) { return frame % 4 == 0 ? 18 * ms : ms; }},
        {"TwoAlternating", [](size_t frame, Random &) { return frame % 2 == 0 ? 500 * us : 1'500 * us; }},
        {"ThreeInTurn", [](size_t frame, Random &) { return static_cast<int64_t>(1 + frame % 3) * ms; }},
        {"Irregular", [](size_t, Random &random) { return draw(random, 200 * us, 3'800 * us); }},
        {"OneInTenMissing", [=](size_t, Random &random) { return one_in(random, 10) ? 2 * ms : ms; }},
        {"HalfMissing", [=](size_t, Random &random) { return one_in(random, 2) ? 2 * ms : ms; }},
        {"StrayFrames", [=](size_t, Random &random) { return one_in(random, 20) ? draw(random, 0, ms) : ms; }},
        {"TenSecondsApart", [](size_t, Random &) { return 10 * second; }, 200},
        {"ASecondApart", [](size_t, Random &) { return second; }, 400},
        {"AsFastAsPossible", [](size_t, Random &) { return 2 * us; }},
        {"AtTwentyKilohertz", [](size_t, Random &) { return 50 * us; }},
        {"RestartingWriter", [](size_t frame, Random &) { return frame % 200 == 0 ? 300 * ms : ms; }, 4'000, 200},
        {"SameTime", [](size_t frame, Random &) { return frame % 2 == 0 ? ms : 0; }},
    };
}

// ------------------------------------------------------------------------------------------------ the machines

inline Machine punctual()
{
    return {};
}

inline Machine with_default_slack()
{
    Machine machine;
    machine.latest_timer_ns = 50 * us;
    return machine;
}

inline Machine with_late_timers()
{
    Machine machine;
    machine.latest_timer_ns = 50 * us;
    machine.tail_timer_ns = 5 * ms;
    return machine;
}

inline Machine busy()
{
    Machine machine = with_default_slack();
    machine.taken_each_ns = 20 * ms;
    machine.taken_for_ns = 3 * ms;
    return machine;
}

inline Machine with_slow_reader()
{
    Machine machine;
    machine.processing_ns = 900 * us;
    return machine;
}

}
