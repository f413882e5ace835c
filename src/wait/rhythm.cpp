#include "wait/rhythm.hpp"

#include <algorithm>
#include <cstdlib>

namespace dao::wait
{
namespace
{

// Processor time: this part of the time that passes may be spent, a wake-up included, whose price is assumed.
constexpr int64_t share_percent = 18;
constexpr int64_t wake_cost_ns = 10'000;
constexpr int64_t punctual_ns = 10'000; // nobody is more punctual than that
constexpr int64_t most_saved_ns = 5'000'000;
// Whoever spins for long is sooner or later put off the processor, and late then.
constexpr int64_t longest_spin_ns = 2'500'000;
constexpr int64_t least_sleep_ns = 20'000; // below that, falling asleep takes as long

// A period is believed when more than half of the last intervals are about as long.
constexpr uint32_t least_intervals = 4;
constexpr int64_t least_period_ns = 100'000; // below that, being woken takes a good part of it
constexpr int64_t longest_interval_ns = 2'000'000'000;
constexpr int64_t similar_parts = 4;
// After so many periods without a frame it is no longer expected, until one comes.
constexpr int64_t most_periods_missing = 4;
constexpr int64_t most_periods_extrapolated = 64;

// How many percent of the sleeps' lateness, and of the frames' earliness, the lead covers, and how much more than that:
// the first that is affordable.
struct Cover
{
    uint32_t percent;
    int64_t more_percent;
};
constexpr Cover covers[] = {{100, 50}, {100, 0}, {90, 0}, {80, 0}, {70, 0}, {60, 0}};
constexpr uint32_t tries_between = 8;
constexpr int64_t assumed_lateness_ns = 60'000; // before any was measured
constexpr int64_t longest_wake_ns = 100'000;

int32_t narrow(int64_t value_ns) noexcept
{
    return static_cast<int32_t>(std::clamp(value_ns, -longest_interval_ns, longest_interval_ns));
}

}

Rhythm::Rhythm() noexcept
{
    lateness_ns_.add(assumed_lateness_ns);
}

Plan Rhythm::plan(int64_t now_ns) noexcept
{
    learn_from_spin();
    learn_from_frame();
    grant(now_ns);
    planned_ns_ = no_limit_ns;
    const Predictor &predictor = better_predictor();
    if (period_ns_ < least_period_ns || predictor.errors_ns.count() < least_intervals || contention_.is_resting())
        return {};
    // The first frame that may still come and that we have not spun for in vain.
    const int64_t done_ns = std::max(now_ns - patience_ns(predictor), tried_ns_ + period_ns_ / 2);
    const int64_t passed_ns = std::max<int64_t>(done_ns - predictor.last_ns, 0);
    const int64_t due_ns = predictor.last_ns + (passed_ns / period_ns_ + 1) * period_ns_;
    if (due_ns - heard_ns_ > most_periods_missing * period_ns_ + period_ns_ / 2 ||
        due_ns - predictor.last_ns > most_periods_extrapolated * period_ns_)
        return {};
    return plan_for(due_ns, predictor, now_ns);
}

Plan Rhythm::plan_for(int64_t due_ns, const Predictor &predictor, int64_t now_ns) noexcept
{
    const Lead lead = choose_lead(predictor);
    if (!lead.is_affordable && !may_try())
        return {};
    const int64_t frame_share_ns = lead.is_affordable ? longest_spin_ns : period_ns_ * share_percent / 100;
    const int64_t may_spend_ns = std::min({longest_spin_ns, frame_share_ns, allowance_ns_ - wake_cost_ns});
    if (may_spend_ns <= 0)
        return {};
    const int64_t wake_ns = due_ns - lead.length_ns;
    const bool sleeps = wake_ns - now_ns >= least_sleep_ns;
    const int64_t awake_ns = sleeps ? wake_ns + lateness_ns_.quantile(50) : now_ns;
    planned_ns_ = sleeps ? wake_ns : no_limit_ns;
    due_ns_ = due_ns;
    return {sleeps ? wake_ns : now_ns, std::min(due_ns + patience_ns(predictor), awake_ns + may_spend_ns)};
}

// How long after a frame was due we spin for it.
int64_t Rhythm::patience_ns(const Predictor &predictor) noexcept
{
    return std::max<int64_t>(predictor.errors_ns.quantile(97), 0) + punctual_ns;
}

// The reader is awake in time when the lead is longer than the sleep is late and the frame early.
Rhythm::Lead Rhythm::choose_lead(const Predictor &predictor) const noexcept
{
    const int64_t usually_ns = int64_t{lateness_ns_.quantile(50)} - predictor.errors_ns.quantile(50);
    const int64_t longest_lead_ns = period_ns_ * 3 / 4; // the rest is to sleep
    int64_t length_ns = 0;
    for (const auto &[percent, more_percent] : covers)
    {
        const int64_t covered_ns =
            int64_t{lateness_ns_.quantile(percent)} - predictor.errors_ns.quantile(100 - percent);
        const int64_t spin_ns = (covered_ns - usually_ns) * (100 + more_percent) / 100;
        const int64_t cost_ns = spin_ns + wake_cost_ns;
        length_ns = usually_ns + spin_ns;
        if (cost_ns * 100 <= period_ns_ * share_percent && cost_ns < longest_spin_ns && length_ns < longest_lead_ns)
            return {length_ns, true};
    }
    return {std::min(length_ns, period_ns_ / 2), false};
}

// What is known of lateness and frames grows old while nothing is tried.
bool Rhythm::may_try() noexcept
{
    return ++waits_unplanned_ % tries_between == 0;
}

void Rhythm::slept(int64_t now_ns, bool ended_by_frame) noexcept
{
    if (planned_ns_ == no_limit_ns)
        return;
    allowance_ns_ -= wake_cost_ns;
    const int64_t late_ns = now_ns - planned_ns_;
    if (late_ns < 0)
        return;
    contention_.slept(late_ns);
    // When a frame ended it after that, the timer would have been later still: nobody knows how much.
    lateness_ns_.add(narrow(ended_by_frame ? late_ns + late_ns / 4 : late_ns));
}

void Rhythm::learn_from_spin() noexcept
{
    if (!last_spin_.is_new)
        return;
    last_spin_.is_new = false;
    // A process that is stopped in its spin has not spent that time.
    allowance_ns_ = std::max(allowance_ns_ - last_spin_.length_ns, -most_saved_ns);
    tried_ns_ = due_ns_;
    contention_.spun(last_spin_.longest_pause_ns);
}

void Rhythm::grant(int64_t now_ns) noexcept
{
    const int64_t passed_ns = granted_ns_ == 0 ? 0 : std::clamp<int64_t>(now_ns - granted_ns_, 0, longest_interval_ns);
    const int64_t most_ns = std::max(most_saved_ns, period_ns_ / 4);
    allowance_ns_ = std::min(allowance_ns_ + passed_ns * share_percent / 100, most_ns);
    granted_ns_ = now_ns;
}

void Rhythm::learn_from_frame() noexcept
{
    if (!last_seen_.is_new)
        return;
    last_seen_.is_new = false;
    heard_ns_ = last_seen_.at_ns;
    contention_.saw_frame();
    if (last_seen_.how == Seen::before_waiting)
        return;
    // A sleeper sees a frame late by about what its most punctual sleeps are late: what it takes to be woken.
    const int64_t wake_ns = std::min<int64_t>(lateness_ns_.quantile(10), longest_wake_ns);
    const int64_t seen_ns = last_seen_.at_ns - (last_seen_.how == Seen::asleep ? wake_ns : 0);
    learn_period(last_seen_.counter, seen_ns);
    for (Predictor &predictor : predictors_)
        predictor.follow(seen_ns, period_ns_);
}

void Rhythm::learn_period(uint64_t counter, int64_t seen_ns) noexcept
{
    if (counted_ns_ != 0 && counter > counter_ && seen_ns > counted_ns_)
        intervals_ns_.add(narrow((seen_ns - counted_ns_) / static_cast<int64_t>(counter - counter_)));
    counter_ = counter;
    counted_ns_ = seen_ns;
    if (intervals_ns_.count() < least_intervals)
        return;
    const int64_t middle_ns = intervals_ns_.quantile(50);
    const auto similar =
        intervals_ns_.mean_between(middle_ns - middle_ns / similar_parts, middle_ns + middle_ns / similar_parts);
    period_ns_ = 2 * similar.count > intervals_ns_.count() && middle_ns < longest_interval_ns ? similar.value : 0;
}

void Rhythm::Predictor::follow(int64_t seen_ns, int64_t period_ns) noexcept
{
    if (last_ns == 0 || period_ns == 0 || seen_ns - last_ns > most_periods_extrapolated * period_ns)
    {
        last_ns = seen_ns;
        return;
    }
    const int64_t periods = std::max<int64_t>((seen_ns - last_ns + period_ns / 2) / period_ns, 1);
    const int64_t error_ns = seen_ns - last_ns - periods * period_ns;
    errors_ns.add(narrow(std::clamp(error_ns, -period_ns / 2, period_ns / 2)));
    const bool in_step = std::abs(error_ns) < period_ns / 3;
    last_ns = in_step ? last_ns + periods * period_ns + error_ns * gain / 4 : seen_ns;
}

const Rhythm::Predictor &Rhythm::better_predictor() const noexcept
{
    const auto &[interval, clock] = predictors_;
    if (interval.errors_ns.count() == 0)
        return interval;
    return clock.spread_ns() < interval.spread_ns() ? clock : interval;
}

}
