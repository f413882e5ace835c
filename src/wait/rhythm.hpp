// When will the next frame come? Learns from the frames that one reader saw, and says until when it should sleep and
// until when it should then spin. It has no clock and waits for nothing itself: all moments are given to it, on one
// monotonic clock, in nanoseconds.
//
// It only ever decides how long a sleep *on the notifier* lasts and how long the reader spins after it. So what it gets
// wrong costs processor time, never a late frame; see "The adaptive wait" in docs/protocol.md.
#pragma once

#include "wait/contention.hpp"
#include "wait/recent_values.hpp"

#include <cstdint>

namespace dao::wait
{

constexpr int64_t no_limit_ns = INT64_MAX;

// Sleep on the notifier until `sleep_until_ns` at most, then spin until `spin_until_ns` at most. A moment that has
// passed means: not at all.
struct Plan
{
    int64_t sleep_until_ns = no_limit_ns;
    int64_t spin_until_ns = 0;
};

enum class Seen
{
    spinning,      // at the moment it came
    asleep,        // as soon as the sleep could be ended
    before_waiting // it was there already: when it came is not known
};

class Rhythm
{
  public:
    Rhythm() noexcept;

    // What to do from now on, while the frame is not there. To be asked again when the plan is done.
    Plan plan(int64_t now_ns) noexcept;

    // The sleep of the last plan ended.
    void slept(int64_t now_ns, bool ended_by_frame) noexcept;

    // The next two are on the way of the frame: they only take notes, which the next plan learns from.

    // The reader spun. `longest_pause_ns`: between two of its readings of the clock; long when it lost the processor.
    void spun(int64_t begin_ns, int64_t end_ns, int64_t longest_pause_ns) noexcept
    {
        last_spin_ = {end_ns - begin_ns, longest_pause_ns, true};
    }
    // The frame is there.
    void saw(uint64_t counter, int64_t now_ns, Seen how) noexcept { last_seen_ = {counter, now_ns, how, true}; }

    // 0: none known.
    int64_t period_ns() const noexcept { return period_ns_; }

  private:
    // Expects each frame one period after an estimate of where the last one belonged. `gain`: how far the estimate
    // follows a frame that was not where it was expected, in parts of 4: 4 suits a writer that waits a period after
    // each frame, 1 one whose frames belong to a clock but do not quite keep to it.
    struct Predictor
    {
        int64_t gain;
        int64_t last_ns = 0; // 0: unknown
        RecentValues<24> errors_ns{};

        void follow(int64_t seen_ns, int64_t period_ns) noexcept;
        int64_t spread_ns() const noexcept { return int64_t{errors_ns.quantile(90)} - errors_ns.quantile(10); }
    };
    struct LastSeen
    {
        uint64_t counter;
        int64_t at_ns;
        Seen how;
        bool is_new;
    };
    struct LastSpin
    {
        int64_t length_ns;
        int64_t longest_pause_ns;
        bool is_new;
    };
    struct Lead
    {
        int64_t length_ns; // from the end of the sleep to where the frame is expected
        bool is_affordable;
    };

    void learn_from_spin() noexcept;
    void learn_from_frame() noexcept;
    void learn_period(uint64_t counter, int64_t seen_ns) noexcept;
    void grant(int64_t now_ns) noexcept;
    const Predictor &better_predictor() const noexcept;
    static int64_t patience_ns(const Predictor &predictor) noexcept;
    Lead choose_lead(const Predictor &predictor) const noexcept;
    bool may_try() noexcept;
    Plan plan_for(int64_t due_ns, const Predictor &predictor, int64_t now_ns) noexcept;

    LastSeen last_seen_{};
    LastSpin last_spin_{};
    uint64_t counter_ = 0; // of the frame whose time is known
    int64_t counted_ns_ = 0;
    int64_t heard_ns_ = 0; // when there was last a sign that frames come
    int64_t period_ns_ = 0;
    RecentValues<16> intervals_ns_{};
    RecentValues<24> lateness_ns_{}; // of sleeps: from the planned end to being awake
    Predictor predictors_[2] = {{4}, {1}};

    int64_t planned_ns_ = no_limit_ns; // end of the sleep under way
    int64_t due_ns_ = 0;               // the frame that the last plan is for
    int64_t tried_ns_ = 0;             // the one that we spun for last
    int64_t allowance_ns_ = 0;         // of processor time
    int64_t granted_ns_ = 0;           // up to this moment
    uint32_t waits_unplanned_ = 0;
    Contention contention_;
};

}
