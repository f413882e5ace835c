#include "platform/platform.hpp"

#include <stdlib.h>
#include <time.h>

namespace dao::platform
{

void pause() noexcept
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory"); // `yield` does nothing on most cores; `isb` waits some tens of cycles
#endif
}

const char *environment(const char *variable) noexcept
{
    return getenv(variable);
}

void format_local_time(int64_t realtime_ns, char *text, size_t capacity) noexcept
{
    const time_t seconds = static_cast<time_t>(realtime_ns / 1'000'000'000);
    tm local;
    if (localtime_r(&seconds, &local) == nullptr || strftime(text, capacity, "%Y-%m-%d_%H:%M:%S", &local) == 0)
        text[0] = 0;
}

}
