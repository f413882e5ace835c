// Sleeping on a word in shared memory: os_sync_wait_on_address since macOS 14.4, before that what it is made of, and
// where there is neither, short sleeps. Found at run time, so that one library runs on all.
#include "platform/posix/polling.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <dlfcn.h>

namespace dao::platform
{
namespace
{

// Names and numbers of os/os_sync_wait_on_address.h and of the kernel's sys/ulock.h.
constexpr uint32_t sync_shared = 1;
constexpr uint32_t sync_mach_absolute_time = 32;
constexpr uint32_t ulock_compare_and_wait_shared = 3;
constexpr uint32_t ulock_wake_all = 0x100;

using SyncWait = int (*)(void *, uint64_t, size_t, uint32_t, uint32_t, uint64_t);
using SyncWakeAll = int (*)(void *, size_t, uint32_t);
using UlockWait2 = int (*)(uint32_t, void *, uint64_t, uint64_t, uint64_t);
using UlockWake = int (*)(uint32_t, void *, uint64_t);

template <class Function>
Function find(const char *name) noexcept
{
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

// Either a pair of functions or none.
struct Calls
{
    SyncWait sync_wait = find<SyncWait>("os_sync_wait_on_address_with_timeout");
    SyncWakeAll sync_wake_all = find<SyncWakeAll>("os_sync_wake_by_address_all");
    UlockWait2 ulock_wait = find<UlockWait2>("__ulock_wait2");
    UlockWake ulock_wake = find<UlockWake>("__ulock_wake");

    bool has_sync() const noexcept { return sync_wait != nullptr && sync_wake_all != nullptr; }
    bool has_ulock() const noexcept { return ulock_wait != nullptr && ulock_wake != nullptr; }
};

const Calls &calls() noexcept
{
    static const Calls found;
    return found;
}

// As the library is loaded, for the reason given in posix/this_process.cpp.
[[maybe_unused]] const bool found_at_load = (calls(), true);

void *address(const uint32_t *word) noexcept
{
    return const_cast<uint32_t *>(word);
}

Sleep poll(const uint32_t *word, uint32_t expected, int64_t timeout_ns) noexcept
{
    const auto changed = [=]() noexcept { return __atomic_load_n(word, __ATOMIC_ACQUIRE) != expected; };
    return poll_until(changed, 200'000, timeout_ns);
}

}

WaitWord::WaitWord(uint64_t) noexcept {}

WaitWord::~WaitWord() = default;

Sleep WaitWord::sleep_while_equal(const uint32_t *word, uint32_t expected, int64_t timeout_ns) noexcept
{
    const auto limit_ns = static_cast<uint64_t>(std::max<int64_t>(timeout_ns, 1)); // 0 is an error, or no limit
    int result = 0;
    if (calls().has_sync())
        result =
            calls().sync_wait(address(word), expected, sizeof *word, sync_shared, sync_mach_absolute_time, limit_ns);
    else if (calls().has_ulock())
        result = calls().ulock_wait(ulock_compare_and_wait_shared, address(word), expected, limit_ns, 0);
    else
        return poll(word, expected, timeout_ns);
    if (result >= 0)
        return Sleep::woken;
    switch (errno)
    {
    case EINTR:
        return Sleep::interrupted;
    case ETIMEDOUT:
        return Sleep::timed_out;
    case EFAULT: // the page was not in memory just now: check again
        return Sleep::woken;
    default: // no kernel memory, or a page that the kernel does not know another process's by
        return poll(word, expected, timeout_ns);
    }
}

void WaitWord::wake_all(const uint32_t *word, uint32_t) noexcept
{
    if (calls().has_sync())
        calls().sync_wake_all(address(word), sizeof *word, sync_shared);
    else if (calls().has_ulock())
        while (calls().ulock_wake(ulock_compare_and_wait_shared | ulock_wake_all, address(word), 0) < 0 &&
               errno == EINTR)
        {
        }
}

}
