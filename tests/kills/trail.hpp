// The way that a call takes through its instructions, from one run step by step: another run of the same call then goes to
// the n-th of them at full speed, and step by step only from the last one that is new on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_set>
#include <vector>

namespace kills
{

class Trail
{
  public:
    struct Mark
    {
        size_t steps; // before it is executed
        uintptr_t address;
    };

    // The next instruction's.
    void add(uintptr_t address)
    {
        if (seen_.insert(address).second)
            marks_.push_back({steps_, address});
        ++steps_;
    }
    // The last one up to `steps` that the call comes to for the first time.
    std::optional<Mark> mark_up_to(size_t steps) const
    {
        std::optional<Mark> found;
        for (const Mark &mark : marks_)
            if (mark.steps <= steps)
                found = mark;
        return found;
    }
    size_t steps() const { return steps_; }
    bool is_empty() const { return steps_ == 0; }
    void forget() { *this = {}; }

  private:
    std::vector<Mark> marks_;
    std::unordered_set<uintptr_t> seen_;
    size_t steps_ = 0;
};

// Thrown when a call did not come by where it went before: on_trail() tries it again without a trail.
struct LeftTheTrail
{
};

template <class Attempt>
auto on_trail(Trail &trail, Attempt &&attempt)
{
    try
    {
        return attempt();
    }
    catch (const LeftTheTrail &)
    {
        trail.forget();
        return attempt();
    }
}

}
