// The adaptive wait on a simulated machine: beside the sleeping reader frame by frame, whatever the pattern; and as
// quick as the spinning one where frames are regular.
#include "wait/rhythm_patterns.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace dao::wait
{
namespace
{

using namespace simulation;

// The delays of the frames from `first` on, as a share that was seen spinning.
double share_seen_spinning(const Outcome &outcome, size_t first, size_t count)
{
    const auto begin = outcome.delays_ns.begin() + static_cast<std::ptrdiff_t>(first);
    const auto seen = std::count_if(begin, begin + static_cast<std::ptrdiff_t>(count),
                                    [](int64_t delay_ns) { return delay_ns <= Machine::spin_check_ns; });
    return static_cast<double>(seen) / static_cast<double>(count);
}

// ---------------------------------------------------------------------------------------------- never later

struct Case
{
    const char *machine_name;
    Machine machine;
    Pattern pattern;

    friend void PrintTo(const Case &value, std::ostream *out)
    {
        *out << value.machine_name << ", " << value.pattern.name;
    }
};

std::vector<Case> all_cases()
{
    std::vector<Pattern> patterns = regular_patterns();
    for (const Pattern &pattern : other_patterns())
        patterns.push_back(pattern);
    std::vector<Case> cases;
    for (const Pattern &pattern : patterns)
    {
        cases.push_back({"Punctual", punctual(), pattern});
        cases.push_back({"DefaultSlack", with_default_slack(), pattern});
        cases.push_back({"LateTimers", with_late_timers(), pattern});
        cases.push_back({"Busy", busy(), pattern});
        cases.push_back({"SlowReader", with_slow_reader(), pattern});
    }
    return cases;
}

class Adaptive : public testing::TestWithParam<Case>
{
};

TEST_P(Adaptive, IsNeverLaterThanAsleepAndNeverGreedy)
{
    constexpr int64_t allowed_ns = 50 * us;
#if defined(__SANITIZE_ADDRESS__)
    constexpr uint64_t seeds = 1; // arithmetic, which a sanitizer makes slow
#else
    constexpr uint64_t seeds = 3;
#endif
    const Case &it = GetParam();
    for (uint64_t seed = 1; seed <= seeds; ++seed)
    {
        const Writer writer = write(it.pattern, seed);
        const Outcome asleep = read_all(writer, it.machine, Way::asleep, seed);
        const Outcome adaptive = read_all(writer, it.machine, Way::adaptive, seed);
        ASSERT_EQ(adaptive.delays_ns.size(), writer.published_ns.size());
        for (size_t frame = 0; frame < adaptive.delays_ns.size(); ++frame)
            ASSERT_LE(adaptive.delays_ns[frame], asleep.delays_ns[frame] + allowed_ns) << "frame " << frame;
        EXPECT_LE(adaptive.processor_share(), std::max(0.2, asleep.processor_share() + 0.01));
    }
}

INSTANTIATE_TEST_SUITE_P(Patterns, Adaptive, testing::ValuesIn(all_cases()),
                         [](const auto &row) { return row.param.pattern.name + row.param.machine_name; });

// A writer that goes from one pattern of any to the next.
Writer write_anything(Random &random, size_t frames)
{
    Writer writer;
    int64_t at_ns = second;
    while (writer.published_ns.size() < frames)
    {
        const auto length = [&] { // from 20 us to 50 ms, short ones as often as long ones
            return static_cast<int64_t>(std::exp(std::uniform_real_distribution(9.9, 17.7)(random)));
        };
        const int64_t period_ns = length(), other_ns = length(), drift_ns = draw(random, -period_ns, period_ns) / 300;
        const int64_t jitter_ns = draw(random, 0, 30) * period_ns / 100, turns = draw(random, 2, 7);
        const int64_t kind = draw(random, 0, 8), stay = draw(random, 5, 400);
        for (int64_t frame = 0, last_off_ns = 0; frame < stay; ++frame)
        {
            const int64_t off_ns = draw(random, -jitter_ns, jitter_ns);
            const bool seldom = draw(random, 0, 40) == 0;
            const int64_t intervals[] = {period_ns + off_ns,
                                         period_ns + off_ns - std::exchange(last_off_ns, off_ns),
                                         frame % turns == 0 ? other_ns : period_ns,
                                         frame % turns == 0 ? other_ns : 0,
                                         draw(random, period_ns / 20, 3 * period_ns),
                                         period_ns + drift_ns * frame,
                                         seldom ? draw(random, 0, second) : period_ns,
                                         seldom ? draw(random, 2, 5) * period_ns : period_ns,
                                         seldom ? draw(random, 0, period_ns) : period_ns};
            at_ns += std::max<int64_t>(intervals[kind], 0);
            if (seldom && kind == 6)
                writer.restart();
            writer.publish(at_ns);
        }
    }
    return writer;
}

Machine any_machine(Random &random)
{
    Machine machine;
    machine.fastest_wake_ns = draw(random, 2 * us, 10 * us);
    machine.slowest_wake_ns = machine.fastest_wake_ns + draw(random, us, 40 * us);
    machine.latest_timer_ns = draw(random, 0, 80 * us);
    machine.tail_timer_ns = draw(random, 0, 3) == 0 ? draw(random, 100 * us, 8 * ms) : 0;
    machine.taken_each_ns = draw(random, 0, 3) == 0 ? draw(random, 2 * ms, 60 * ms) : 0;
    machine.taken_for_ns = draw(random, 20 * us, 5 * ms);
    machine.processing_ns = draw(random, us, draw(random, 0, 4) == 0 ? 2 * ms : 50 * us);
    return machine;
}

TEST(AdaptiveWait, IsNeverLaterThanAsleepAndNeverGreedyWhateverComes)
{
    for (uint64_t seed = 1; seed <= 100; ++seed)
    {
        Random random(seed);
        const Machine machine = any_machine(random);
        const Writer writer = write_anything(random, 1'500);
        const Outcome asleep = read_all(writer, machine, Way::asleep, seed);
        const Outcome adaptive = read_all(writer, machine, Way::adaptive, seed);
        ASSERT_EQ(adaptive.delays_ns.size(), writer.published_ns.size());
        for (size_t frame = 0; frame < adaptive.delays_ns.size(); ++frame)
            ASSERT_LE(adaptive.delays_ns[frame], asleep.delays_ns[frame] + 50 * us)
                << "seed " << seed << ", frame " << frame;
        EXPECT_LE(adaptive.processor_share(), std::max(0.2, asleep.processor_share() + 0.01)) << "seed " << seed;
    }
}

TEST(AdaptiveWait, IsNoLaterWhereTheCallerSlicesItsTime)
{
    for (const Pattern &pattern : {steady(ms, 10), steady(10 * ms, 0), other_patterns().front()})
        for (const int64_t slice_ns : {100 * us, 2'500 * us, 100 * ms})
        {
            Rhythm rhythm;
            const Writer writer = write(pattern, 1);
            const Outcome asleep = read_all(writer, punctual(), Way::asleep);
            const Outcome adaptive = read_all(writer, punctual(), Way::adaptive, 1, rhythm, slice_ns);
            for (size_t frame = 0; frame < adaptive.delays_ns.size(); ++frame)
                ASSERT_LE(adaptive.delays_ns[frame], asleep.delays_ns[frame] + 50 * us) << pattern.name << " " << frame;
            if (slice_ns > ms)
            {
                EXPECT_GT(share_seen_spinning(adaptive, 0, adaptive.delays_ns.size()), 0.7) << pattern.name;
            }
        }
}

// ---------------------------------------------------------------------------------------- as quick as spinning

class Steady : public testing::TestWithParam<Pattern>
{
};

TEST_P(Steady, IsAsQuickAsSpinningForAFifthOfTheProcessor)
{
    for (const Machine &machine : {punctual(), with_default_slack()})
    {
        const Writer writer = write(GetParam(), 7);
        const Outcome spinning = read_all(writer, machine, Way::spinning);
        const Outcome adaptive = read_all(writer, machine, Way::adaptive);
        EXPECT_LE(adaptive.quantile(0.5), 2 * spinning.quantile(0.5));
        EXPECT_LE(adaptive.processor_share(), 0.2);
    }
}

INSTANTIATE_TEST_SUITE_P(Patterns, Steady, testing::ValuesIn(regular_patterns()),
                         [](const auto &row) { return row.param.name; });

TEST(AdaptiveWait, KnowsARhythmAfterADozenFrames)
{
    const Outcome outcome = read_all(write(steady(ms, 0), 1), punctual(), Way::adaptive);
    EXPECT_EQ(share_seen_spinning(outcome, 0, 5), 0);
    EXPECT_GT(share_seen_spinning(outcome, 12, 100), 0.95);
}

TEST(AdaptiveWait, FindsTheNewRhythmWithinTwentyFrames)
{
    for (const auto &[before_ns, after_ns] :
         {std::pair{ms, 3 * ms}, {3 * ms, ms}, {10 * ms, 200 * us}, {200 * us, 10 * ms}})
    {
        const Pattern changes{"", [=](size_t frame, Random &) { return frame < 200 ? before_ns : after_ns; }, 400};
        const Outcome outcome = read_all(write(changes, 1), punctual(), Way::adaptive);
        EXPECT_GT(share_seen_spinning(outcome, 100, 100), 0.85) << before_ns << " to " << after_ns;
        EXPECT_GT(share_seen_spinning(outcome, 220, 100), 0.85) << before_ns << " to " << after_ns;
    }
}

TEST(AdaptiveWait, IsInStepAgainWithTheSecondFrameAfterAPause)
{
    const Pattern pauses{"", [](size_t frame, Random &) { return frame % 100 == 99 ? second : ms; }, 1'000};
    const Outcome outcome = read_all(write(pauses, 1), punctual(), Way::adaptive);
    for (size_t pause = 199; pause < 1'000; pause += 100)
    {
        EXPECT_GT(share_seen_spinning(outcome, pause - 98, 98), 0.9);
        EXPECT_LE(outcome.delays_ns[pause], punctual().slowest_wake_ns) << "the frame that ends the pause";
    }
}

TEST(AdaptiveWait, SleepsPlainlyWhereThereIsNoRhythm)
{
    for (const Pattern &pattern : other_patterns())
        if (pattern.name == "Irregular" || pattern.name == "AsFastAsPossible" || pattern.name == "TenSecondsApart")
        {
            const Writer writer = write(pattern, 1);
            const Outcome asleep = read_all(writer, punctual(), Way::asleep);
            const Outcome adaptive = read_all(writer, punctual(), Way::adaptive);
            EXPECT_LE(adaptive.processor_share(), asleep.processor_share() + 0.03) << pattern.name;
        }
}

TEST(AdaptiveWait, GivesUpSpinningWhereTimersAreTooLateAndFindsBack)
{
    Machine hopeless;
    hopeless.latest_timer_ns = 900 * us;
    Rhythm rhythm;
    const Writer writer = write(steady(ms, 0), 1);
    const Outcome late = read_all(writer, hopeless, Way::adaptive, 1, rhythm);
    EXPECT_LE(late.processor_share(), 0.15);
    EXPECT_LE(late.quantile(1), hopeless.slowest_wake_ns) << "a frame wakes the sleeper, whatever the timer does";
    const Outcome better =
        read_all(write(steady(ms, 0), 1, writer.published_ns.back()), punctual(), Way::adaptive, 1, rhythm);
    EXPECT_GT(share_seen_spinning(better, 400, 1'000), 0.9);
}

TEST(AdaptiveWait, RestsAfterItLostTheProcessorTwiceWhileSpinning)
{
    Rhythm rhythm;
    int64_t start_ns = second;
    const auto spinning = [&] {
        const Writer writer = write(steady(ms, 0), 1, start_ns);
        start_ns = writer.published_ns.back();
        return read_all(writer, punctual(), Way::adaptive, 1, rhythm);
    };
    EXPECT_GT(share_seen_spinning(spinning(), 100, 1'000), 0.95);
    rhythm.spun(0, ms, ms);
    EXPECT_GT(share_seen_spinning(spinning(), 0, 4'000), 0.95) << "once in a thousand frames is an accident";
    for (int twice = 0; twice < 2; ++twice)
    {
        rhythm.spun(0, ms, ms);
        (void)rhythm.plan(start_ns);
    }
    const Outcome after = spinning();
    EXPECT_EQ(share_seen_spinning(after, 0, 1'000), 0);
    EXPECT_GT(share_seen_spinning(after, 1'100, 1'000), 0.95);
}

// ----------------------------------------------------------------------------------------------- its parts

TEST(Rhythm, HasNoPlanBeforeItKnowsAnything)
{
    Rhythm rhythm;
    const Plan plan = rhythm.plan(second);
    EXPECT_EQ(plan.sleep_until_ns, no_limit_ns);
    EXPECT_EQ(plan.spin_until_ns, 0);
    EXPECT_EQ(rhythm.period_ns(), 0);
}

TEST(Rhythm, NeverPlansToSpinForTheSameFrameTwiceAndGivesUpAfterAFewPeriods)
{
    Rhythm rhythm;
    (void)read_all(write(steady(ms, 0), 1), punctual(), Way::adaptive, 1, rhythm);
    EXPECT_NEAR(static_cast<double>(rhythm.period_ns()), ms, us);
    int64_t now_ns = second + 4'000 * ms + 20 * us; // shortly after the last frame
    int spins = 0;
    for (Plan plan = rhythm.plan(now_ns); plan.sleep_until_ns != no_limit_ns; plan = rhythm.plan(now_ns), ++spins)
    {
        ASSERT_LT(spins, 10);
        EXPECT_GE(plan.sleep_until_ns, now_ns + ms / 2);
        EXPECT_LE(plan.spin_until_ns, now_ns + 3 * ms / 2);
        rhythm.slept(plan.sleep_until_ns, false);
        rhythm.spun(plan.sleep_until_ns, plan.spin_until_ns, 0);
        now_ns = plan.spin_until_ns;
    }
    EXPECT_GE(spins, 2);
    EXPECT_LE(spins, 5);
}

// A writer that publishes each millisecond, and a reader whose sleeps are 50 us late. Returns how often it spins.
int follow_frames(Rhythm &rhythm, uint64_t &counter, int64_t &now_ns, int frames)
{
    int spins = 0;
    for (int frame = 0; frame < frames; ++frame)
    {
        const Plan plan = rhythm.plan(now_ns);
        const int64_t due_ns = now_ns + ms;
        const int64_t awake_ns = plan.sleep_until_ns == no_limit_ns ? due_ns : plan.sleep_until_ns + 50 * us;
        const bool spins_now = awake_ns < std::min(due_ns, plan.spin_until_ns);
        if (plan.sleep_until_ns != no_limit_ns)
            rhythm.slept(std::min(awake_ns, due_ns), awake_ns >= due_ns);
        if (spins_now)
            rhythm.spun(awake_ns, due_ns, us);
        spins += spins_now;
        rhythm.saw(++counter, due_ns, spins_now ? Seen::spinning : Seen::asleep);
        now_ns = due_ns;
    }
    return spins;
}

// Ctrl-Z, a debugger: that time was not spent.
TEST(Rhythm, IsFoundAgainSoonAfterTheProcessWasStoppedInASpin)
{
    Rhythm rhythm;
    uint64_t counter = 0;
    int64_t now_ns = second;
    ASSERT_GT(follow_frames(rhythm, counter, now_ns, 1000), 800);
    (void)rhythm.plan(now_ns);
    const int64_t continued_ns = now_ns + 3600 * second;
    rhythm.spun(now_ns, continued_ns, continued_ns - now_ns);
    rhythm.saw(++counter, continued_ns, Seen::spinning);
    now_ns = continued_ns;
    follow_frames(rhythm, counter, now_ns, 3000);
    EXPECT_GT(follow_frames(rhythm, counter, now_ns, 1000), 800);
}

}
}
