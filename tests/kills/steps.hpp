// A child process that goes through a call step by step, one instruction of the processor or one call of the system at a
// time, as far as its parent lets it.
#pragma once

#include <cstddef>
#include <functional>
#include <sys/types.h>

namespace kills
{

enum class Step
{
    instruction,
    system_call // entering or leaving one
};

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
    // Goes on until `reached`, which is asked after each step. False when the call ended before.
    bool step_until(Step step, const std::function<bool()> &reached);
    // Lets the call go on to its end, and the process after it. False when either threw.
    bool finish();

  private:
    void resume(int request) const;
    bool go_on();
    // True when the child was stopped by this signal; false when it ended by itself.
    bool wait_for_stop(int &signal_number);
    void kill() noexcept;

    pid_t child_;
    bool has_ended_ = false; // the call
};

// Kills the process after `count` steps of `call`. Returns whether the call had ended before.
bool kill_after(Step step, size_t count, const std::function<void()> &prepare, const std::function<void()> &call);

// Kills the process right after the instruction of `call` that made `reached` true: of what is in shared memory. Returns
// whether that happened before the call's end.
bool kill_once(const std::function<bool()> &reached, const std::function<void()> &prepare,
               const std::function<void()> &call);

}
