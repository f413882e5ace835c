#include "platform/platform.hpp"

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

bool SignalHold::signal_waits() const noexcept
{
    sigset_t pending;
    sigset_t before;
    sigpending(&pending);
    std::memcpy(&before, saved_, sizeof before);
    // SIGRTMAX is the last signal on both systems that have it; macOS ends at NSIG.
#ifdef SIGRTMAX
    const int last = SIGRTMAX;
#else
    const int last = NSIG - 1;
#endif
    for (int number = 1; number <= last; ++number)
        if (sigismember(&pending, number) == 1 && sigismember(&before, number) == 0)
            return true;
    return false;
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
