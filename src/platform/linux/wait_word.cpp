// Sleeping on a word in shared memory: the futex.
#include "platform/platform.hpp"

#include <cerrno>
#include <climits>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

namespace dao::platform
{

WaitWord::WaitWord(uint64_t) noexcept {}

WaitWord::~WaitWord() = default;

Sleep WaitWord::sleep_while_equal(const uint32_t *word, uint32_t expected, int64_t timeout_ns) noexcept
{
    // With a time limit the kernel never restarts the call after a signal handler, whatever SA_RESTART says.
    const timespec timeout{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
    if (syscall(SYS_futex, word, FUTEX_WAIT, expected, &timeout, nullptr, 0) == 0 || errno == EAGAIN)
        return Sleep::woken;
    return errno == EINTR ? Sleep::interrupted : Sleep::timed_out;
}

void WaitWord::wake_all(const uint32_t *word, uint32_t) noexcept
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
}

}
