// A machine, a writer and one reader with a clock of their own, to try the adaptive wait on: exact, and the same every
// time. The reader that sleeps, the one that spins and the one that waits adaptively meet the same frames, the same
// wake-ups and the same moments at which the processor is taken away.
#pragma once

#include "wait/rhythm_loop.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace dao::wait::simulation
{

using Random = std::mt19937_64;

inline int64_t draw(Random &random, int64_t least_ns, int64_t most_ns)
{
    return std::uniform_int_distribution<int64_t>(least_ns, most_ns)(random);
}

// When frames are published, in order; and their counters, which begin anew when a writer restarts.
struct Writer
{
    std::vector<int64_t> published_ns;
    std::vector<uint64_t> counters;

    void publish(int64_t at_ns)
    {
        published_ns.push_back(std::max(at_ns, published_ns.empty() ? 0 : published_ns.back()));
        counters.push_back(counters.empty() || restarted ? 1 : counters.back() + 1);
        restarted = false;
    }
    void restart() { restarted = true; }
    bool restarted = false;
};

// What the system does to whoever sleeps or runs.
struct Machine
{
    int64_t fastest_wake_ns = 5'000; // from a wake-up to running
    int64_t slowest_wake_ns = 40'000;
    int64_t latest_timer_ns = 3'000; // timers go off up to so much late; until then a frame wakes the sleeper
    int64_t tail_timer_ns = 0;       // and one in a hundred up to so much
    int64_t taken_each_ns = 0;       // 0: never; else the processor is taken away about so often
    int64_t taken_for_ns = 0;
    int64_t processing_ns = 5'000; // what the reader does with each frame

    static constexpr int64_t falling_asleep_ns = 1'000;
    static constexpr int64_t spin_check_ns = 300; // from a frame to the spinning reader that sees it
    static constexpr int64_t wake_cost_ns = 10'000;
};

struct Outcome
{
    std::vector<int64_t> delays_ns; // of each frame, from publish to the reader that sees it
    int64_t processor_ns = 0;
    int64_t taken_ns = 0;

    int64_t quantile(double fraction) const
    {
        std::vector<int64_t> sorted = delays_ns;
        std::sort(sorted.begin(), sorted.end());
        return sorted[static_cast<size_t>(std::lround(fraction * static_cast<double>(sorted.size() - 1)))];
    }
    double processor_share() const { return static_cast<double>(processor_ns) / static_cast<double>(taken_ns); }
};

enum class Way
{
    asleep,
    spinning,
    adaptive
};

// The world that wait_in_rhythm() waits in.
class World
{
  public:
    World(const Writer &writer, const Machine &machine, uint64_t seed)
        : writer_(writer), machine_(machine), timers_(seed), now_ns_(writer.published_ns.front() - 1'000'000)
    {
        Random random(seed + 1);
        for (size_t frame = 0; frame < writer.published_ns.size(); ++frame)
            wake_ns_.push_back(draw(random, machine.fastest_wake_ns, machine.slowest_wake_ns));
        if (machine.taken_each_ns == 0)
            return;
        int64_t at_ns = writer.published_ns.front();
        while ((at_ns += draw(random, machine.taken_each_ns / 2, machine.taken_each_ns * 3 / 2)) <
               writer.published_ns.back())
        {
            taken_.push_back({at_ns, at_ns + draw(random, machine.taken_for_ns / 2, machine.taken_for_ns)});
            at_ns = taken_.back().to_ns;
        }
    }

    int64_t now_ns() const noexcept { return now_ns_; }
    bool is_there() const noexcept { return next_ < frames() && writer_.published_ns[next_] <= now_ns_; }
    uint64_t newest() const noexcept
    {
        size_t newest = next_;
        while (newest + 1 < frames() && writer_.published_ns[newest + 1] <= now_ns_)
            ++newest;
        return writer_.counters[newest];
    }

    Status sleep(int64_t until_ns) noexcept
    {
        run_for(Machine::falling_asleep_ns);
        processor_ns_ += Machine::wake_cost_ns;
        if (is_there())
            return Status::success;
        const int64_t goes_off_ns = until_ns == no_limit_ns ? no_limit_ns : std::max(until_ns, now_ns_) + lateness();
        const int64_t published_ns = next_ < frames() ? writer_.published_ns[next_] : no_limit_ns;
        if (published_ns < goes_off_ns)
            now_ns_ = after_taken(published_ns + wake_ns_[next_]);
        else // a frame that comes now finds the reader being woken
            now_ns_ = after_taken(goes_off_ns + draw(timers_, machine_.fastest_wake_ns, machine_.slowest_wake_ns));
        return is_there() ? Status::success : Status::timeout;
    }
    Status sleep_shortly(int64_t until_ns) noexcept { return sleep(until_ns); }

    Status spin(int64_t until_ns) noexcept
    {
        const int64_t begin_ns = now_ns_;
        const int64_t published_ns = next_ < frames() ? writer_.published_ns[next_] : no_limit_ns;
        const int64_t end_ns = std::max(std::min(published_ns, until_ns), now_ns_) + Machine::spin_check_ns;
        longest_pause_ns_ = 0;
        for (const Taken &taken : taken_)
            if (taken.from_ns <= end_ns && taken.to_ns > begin_ns)
                longest_pause_ns_ = std::max(longest_pause_ns_, taken.to_ns - std::max(taken.from_ns, begin_ns));
        now_ns_ = after_taken(end_ns);
        processor_ns_ += now_ns_ - begin_ns - longest_pause_ns_;
        return is_there() ? Status::success : Status::timeout;
    }
    int64_t longest_pause_ns(int64_t) const noexcept { return longest_pause_ns_; }

    // The reader has the next frame, and does something with it.
    void take(Outcome &outcome)
    {
        outcome.delays_ns.push_back(now_ns_ - writer_.published_ns[next_]);
        ++next_;
        run_for(machine_.processing_ns);
        outcome.processor_ns = processor_ns_;
        outcome.taken_ns = now_ns_ - writer_.published_ns.front();
    }
    size_t frames() const noexcept { return writer_.published_ns.size(); }
    size_t taken() const noexcept { return next_; }

  private:
    struct Taken
    {
        int64_t from_ns, to_ns;
    };

    void run_for(int64_t length_ns) noexcept { now_ns_ = after_taken(now_ns_ + length_ns); }
    int64_t after_taken(int64_t at_ns) const noexcept
    {
        const auto next = std::partition_point(taken_.begin(), taken_.end(),
                                               [&](const Taken &taken) { return taken.to_ns <= at_ns; });
        return next != taken_.end() && next->from_ns <= at_ns ? next->to_ns : at_ns;
    }
    int64_t lateness() noexcept
    {
        const bool in_tail = machine_.tail_timer_ns > 0 && draw(timers_, 0, 99) == 0;
        return draw(timers_, 0, in_tail ? machine_.tail_timer_ns : machine_.latest_timer_ns);
    }

    const Writer &writer_;
    const Machine &machine_;
    Random timers_;
    std::vector<int64_t> wake_ns_;
    std::vector<Taken> taken_;
    size_t next_ = 0;
    int64_t now_ns_;
    int64_t processor_ns_ = 0;
    int64_t longest_pause_ns_ = 0;
};

// `slice_ns`: the time limit of each wait; the reader waits again until the frame is there.
inline Outcome read_all(const Writer &writer, const Machine &machine, Way way, uint64_t seed, Rhythm &rhythm,
                        int64_t slice_ns = no_limit_ns)
{
    World world(writer, machine, seed);
    Outcome outcome;
    while (world.taken() < world.frames())
    {
        if (way == Way::adaptive)
            while (wait_in_rhythm(rhythm, world, slice_ns == no_limit_ns ? slice_ns : world.now_ns() + slice_ns) !=
                   Status::success)
            {
            }
        else if (!world.is_there())
            (void)(way == Way::asleep ? world.sleep(no_limit_ns) : world.spin(no_limit_ns));
        world.take(outcome);
    }
    return outcome;
}

inline Outcome read_all(const Writer &writer, const Machine &machine, Way way, uint64_t seed = 1)
{
    Rhythm rhythm;
    return read_all(writer, machine, way, seed, rhythm);
}

}
