// DAO's semaphores on Windows: "/name_sem00" of the seam is Local\DAO_name_sem00. They go with their last handle, so
// opening one makes it where it is gone.
#include "platform/platform.hpp"

#include "platform/windows/handle.hpp"
#include "platform/windows/text.hpp"
#include "platform/windows/waiting.hpp"

#include <algorithm>
#include <climits>

namespace dao::platform
{

void close_semaphore(void *native) noexcept
{
    CloseHandle(native);
}

bool NamedSemaphore::open(const char *semaphore_name, bool, uint32_t) noexcept
{
    if (is_open())
        return true;
    const WideText name =
        WideText("Local\\DAO_").append(semaphore_name[0] == '/' ? semaphore_name + 1 : semaphore_name);
    native_.store(CreateSemaphoreW(open_to_all(), 0, LONG_MAX, name.get()), std::memory_order_release);
    return is_open();
}

void NamedSemaphore::post() noexcept
{
    // The value cannot be asked for. Taking a post that is there and giving it back leaves it.
    WaitForSingleObject(native(), 0);
    ReleaseSemaphore(native(), 1, nullptr);
}

Sleep NamedSemaphore::wait(int64_t timeout_ns) noexcept
{
    if (WaitForSingleObject(native(), 0) == WAIT_OBJECT_0)
        return Sleep::woken;
    return timeout_ns <= 0 ? Sleep::timed_out : wait_for(native(), timeout_ns);
}

void NamedSemaphore::share_as(const char *, const File &) noexcept {}

void NamedSemaphore::remove(const char *) noexcept {}

}
