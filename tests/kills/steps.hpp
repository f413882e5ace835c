// A child process that goes through a call step by step, one instruction of the processor or one call of the system at a
// time, as far as its parent lets it.
#pragma once

#include "trail.hpp"

#include <cstddef>
#include <functional>
#include <sched.h>
#include <sys/types.h>

namespace kills
{

enum class Step
{
    instruction,
    system_call // entering or leaving one
};

// Keeps the thread, and what it forks, on the processor it is on: two processes that take turns there wake no other
// processor each time, which costs many times what the step costs.
class OneProcessor
{
  public:
    OneProcessor();
    ~OneProcessor();
    OneProcessor(const OneProcessor &) = delete;
    OneProcessor &operator=(const OneProcessor &) = delete;

  private:
    cpu_set_t before_;
};

// What happens to a process at a step.
enum class Way
{
    killed,
    ended,  // by _exit(), from a signal's handler: nothing of its own ends in order
    stopped // by SIGSTOP, until go_on_after_stop()
};
inline constexpr Way all_ways[] = {Way::killed, Way::ended, Way::stopped};
const char *name_of(Way way);

class SteppedProcess
{
  public:
    // Forks; the child calls `prepare` and stops before `call`; `after` is what it does in the end. An exception in any of
    // them ends the child.
    SteppedProcess(
        const std::function<void()> &prepare, const std::function<void()> &call,
        const std::function<void()> &after = [] {});
    // Kills what is left of the child.
    ~SteppedProcess();
    SteppedProcess(const SteppedProcess &) = delete;
    SteppedProcess &operator=(const SteppedProcess &) = delete;

    // One step of the call. False when the call has ended.
    bool step(Step step);
    // Notes the way of the steps from here.
    void record(Trail &trail) { recorded_ = &trail; }
    // So many steps of the call, and how many there were until it ended. Throws LeftTheTrail.
    size_t follow(const Trail &trail, size_t count);
    // Goes on until `reached`, which is asked after each step. False when the call ended before.
    bool step_until(Step step, const std::function<bool()> &reached);
    // Lets the call go on to its end, and the process after it. False when either threw.
    bool finish();
    // Breaks the call off at the step where it is. It takes no further steps.
    void break_off(Way way);
    // One that was stopped goes on to its end, by itself. False when the call, or what it does in the end, threw.
    bool go_on_after_stop();
    unsigned id() const { return static_cast<unsigned>(child_); }

  private:
    std::optional<uintptr_t> next_instruction() const;
    bool run_to(uintptr_t address);
    void resume(int request) const;
    bool go_on();
    // True when the child was stopped by this signal; false when it ended by itself.
    bool wait_for_stop(int &signal_number);
    void kill() noexcept;
    void detach_stopped();
    void end_itself();

    OneProcessor one_processor_;
    pid_t child_;
    bool has_ended_ = false; // the call
    Trail *recorded_ = nullptr;
};

// The call, made once to its end: its way, how many instructions it has, and after which of them `has_changed` was true. These
// are its marked steps, which others can see.
struct Course
{
    Trail trail;
    size_t steps = 0;
    std::vector<size_t> marked;
};
Course course_of(const std::function<bool()> &has_changed, const std::function<void()> &prepare,
                 const std::function<void()> &call);

// Kills the process right after the instruction of `call` that made `reached` true: of what is in shared memory. Returns
// whether that happened before the call's end. With a trail, which is empty the first time, the next times are quicker.
bool kill_once(const std::function<bool()> &reached, const std::function<void()> &prepare,
               const std::function<void()> &call, Trail *trail = nullptr);

}
