#include "platform/platform.hpp"

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <signal.h>

namespace dao::platform
{

static_assert(sizeof(sigset_t) <= 128, "SignalHold::saved_ must hold a signal mask");

SignalHold::~SignalHold()
{
    end();
}

void SignalHold::begin() noexcept
{
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    // Faults of this very thread must not be held back.
    for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
        sigdelset(&all, fault);
    if (pthread_sigmask(SIG_BLOCK, &all, &before) != 0)
        return;
    std::memcpy(saved_, &before, sizeof before);
    active_ = true;
}

namespace
{

enum class Effect
{
    none,
    stop,
    end_of_wait
};

bool is_one_of(int number, std::initializer_list<int> numbers) noexcept
{
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

// A signal that is held back is kept even where it is ignored.
Effect effect_of(int number) noexcept
{
    struct sigaction action;
    if (sigaction(number, nullptr, &action) != 0 || action.sa_handler == SIG_IGN)
        return Effect::none;
    if (action.sa_handler != SIG_DFL)
        return Effect::end_of_wait;
#ifdef __APPLE__
    const bool is_ignored = is_one_of(number, {SIGCHLD, SIGURG, SIGWINCH, SIGCONT, SIGIO, SIGINFO});
#else
    const bool is_ignored = is_one_of(number, {SIGCHLD, SIGURG, SIGWINCH, SIGCONT});
#endif
    if (is_ignored)
        return Effect::none;
    return is_one_of(number, {SIGTSTP, SIGTTIN, SIGTTOU}) ? Effect::stop : Effect::end_of_wait;
}

// The largest effect of all that wait to be delivered.
Effect effect_of_pending(const sigset_t &pending, const sigset_t &blocked_before) noexcept
{
    // SIGRTMAX is the last signal on both systems that have it; macOS ends at NSIG.
#ifdef SIGRTMAX
    const int last = SIGRTMAX;
#else
    const int last = NSIG - 1;
#endif
    Effect effect = Effect::none;
    for (int number = 1; number <= last; ++number)
        if (sigismember(&pending, number) == 1 && sigismember(&blocked_before, number) == 0)
            effect = std::max(effect, effect_of(number));
    return effect;
}

}

bool SignalHold::take_signal() noexcept
{
    if (!active_)
        return false;
    sigset_t pending;
    sigset_t before;
    sigpending(&pending);
    std::memcpy(&before, saved_, sizeof before);
    const Effect effect = effect_of_pending(pending, before);
    if (effect != Effect::stop)
        return effect == Effect::end_of_wait;
    end(); // stops here
    begin();
    return effect_of(SIGCONT) == Effect::end_of_wait && sigismember(&before, SIGCONT) == 0;
}

void SignalHold::end() noexcept
{
    if (!active_)
        return;
    sigset_t before;
    std::memcpy(&before, saved_, sizeof before);
    active_ = false;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

}
