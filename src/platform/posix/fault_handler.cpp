// The handler of SIGBUS, and how it gets along with others: with the one that was there before, which is called for
// every fault that is not ours, as the system would have called it; and with one that is installed later, which finds
// ours as the one before it and calls it.
#include "platform/posix/lost_memory.hpp"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>

namespace dao::platform
{
namespace
{

constexpr int undecided = -1;
std::atomic<int> chosen{undecided};

// Written before ours is installed, and never changed while it may be read.
struct sigaction first_previous;
struct sigaction second_previous;
std::atomic<const struct sigaction *> previous{nullptr};
std::atomic<bool> is_used_up{false}; // a previous handler for one signal only has had it

// An instruction of this thread raised it and is executed again when the handler returns.
bool is_fault(const siginfo_t &info) noexcept
{
#ifdef BUS_MCEERR_AO
    if (info.si_code == BUS_MCEERR_AO) // the notice of a memory error somewhere
        return false;
#endif
    return info.si_code > 0 && info.si_code != SI_USER && info.si_code != SI_QUEUE;
}

bool is_address_error(const siginfo_t &info) noexcept
{
#ifdef __APPLE__ // on ARM every one is said to be an alignment error
    return is_fault(info);
#else
    return info.si_code == BUS_ADRERR;
#endif
}

// What the system does by default. After a fault the instruction faults once more, so that the process dies with its
// true cause and place in the core file; other signals are sent again.
void act_by_default(int number, const siginfo_t &info) noexcept
{
    struct sigaction standard = {};
    standard.sa_handler = SIG_DFL;
    sigemptyset(&standard.sa_mask);
    sigaction(number, &standard, nullptr);
    if (!is_fault(info))
        raise(number); // delivered when the handler returns
}

// Not noexcept: the handler before may leave by an exception, or a jump.
void pass_on(int number, siginfo_t *info, void *context)
{
    const struct sigaction &before = *previous.load(std::memory_order_acquire);
    if (before.sa_handler == SIG_IGN && !is_fault(*info)) // a fault cannot be ignored
        return;
    const bool is_default = before.sa_handler == SIG_DFL || before.sa_handler == SIG_IGN;
    const bool once = (before.sa_flags & static_cast<int>(SA_RESETHAND)) != 0;
    if (is_default || (once && is_used_up.exchange(true)))
        act_by_default(number, *info);
    else if ((before.sa_flags & SA_SIGINFO) != 0)
        before.sa_sigaction(number, info, context);
    else
        before.sa_handler(number);
}

void handle_fault(int number, siginfo_t *info, void *context)
{
    const int error = errno;
    const bool is_recovered = chosen.load(std::memory_order_relaxed) != 0 && is_address_error(*info) &&
                              recover_from_fault(reinterpret_cast<uintptr_t>(info->si_addr));
    errno = error;
    if (!is_recovered)
        pass_on(number, info, context);
}

// A program that unloads the library would leave the system a handler that is no longer there.
void stay_loaded() noexcept
{
    Dl_info here;
    if (dladdr(reinterpret_cast<void *>(&stay_loaded), &here) != 0 && here.dli_fname != nullptr)
        (void)dlopen(here.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

bool install() noexcept
{
    stay_loaded();
    sigaction(SIGBUS, nullptr, &first_previous);
    previous.store(&first_previous, std::memory_order_release);
    struct sigaction ours = {};
    ours.sa_sigaction = handle_fault;
    // As the one before asked for, for it runs inside of ours: its mask, and whether another SIGBUS may interrupt it.
    // On the alternate stack where the thread has one: some languages' threads have no room on theirs.
    ours.sa_mask = first_previous.sa_mask;
    ours.sa_flags = SA_SIGINFO | SA_ONSTACK | (first_previous.sa_flags & (SA_NODEFER | SA_RESTART));
    sigaction(SIGBUS, &ours, &second_previous);
    // Another thread installed one in between: that one is the one before ours.
    if (second_previous.sa_handler != first_previous.sa_handler)
        previous.store(&second_previous, std::memory_order_release);
    return true;
}

void install_once() noexcept
{
    static const bool is_installed = install();
    (void)is_installed;
}

}

bool guards_truncation() noexcept
{
    int now = chosen.load(std::memory_order_relaxed);
    if (now != undecided)
        return now != 0;
    const char *wanted = environment("DAO_GUARD_TRUNCATION");
    const int said = wanted != nullptr && std::strcmp(wanted, "0") == 0 ? 0 : 1;
    return chosen.compare_exchange_strong(now, said) ? said != 0 : now != 0;
}

void guard_truncation(bool on) noexcept
{
    chosen.store(on ? 1 : 0);
    if (on)
        install_once();
}

void install_guard() noexcept
{
    if (guards_truncation())
        install_once();
}

}
