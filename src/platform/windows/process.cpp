#define _CRT_RAND_S // rand_s: the system's random numbers
#include "platform/platform.hpp"

#include "platform/windows/handle.hpp"
#include "platform/windows/text.hpp"

#include <cstdlib>
#include <cwchar>
#include <iterator>

namespace dao::platform
{
namespace
{

// All process ids of this machine mean the same to all.
constexpr uint64_t whole_machine = 1;

uint64_t start_time(HANDLE process) noexcept
{
    FILETIME start{};
    FILETIME unused;
    GetProcessTimes(process, &start, &unused, &unused, &unused);
    return (uint64_t{start.dwHighDateTime} << 32) | start.dwLowDateTime;
}

}

const ProcessInfo &this_process() noexcept
{
    static const ProcessInfo info{base::make_process_token(GetCurrentProcessId(), start_time(GetCurrentProcess())),
                                    whole_machine};
    return info;
}

bool is_alive(base::ProcessToken token) noexcept
{
    const uint32_t pid = base::token_pid(token);
    const KernelHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, pid));
    if (!process.is_valid())
        return GetLastError() == ERROR_ACCESS_DENIED; // lives; whether it is the same cannot be asked
    // An ended process stays known while others hold a handle of it.
    return WaitForSingleObject(process.get(), 0) == WAIT_TIMEOUT &&
           base::make_process_token(pid, start_time(process.get())) == (token & base::process_token_mask);
}

void process_name(uint32_t pid, char *name, size_t capacity) noexcept
{
    wchar_t path[1024];
    DWORD length = static_cast<DWORD>(std::size(path));
    name[0] = 0;
    const KernelHandle process(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid));
    if (!process.is_valid() || QueryFullProcessImageNameW(process.get(), 0, path, &length) == 0)
        return;
    wchar_t *base = std::wcsrchr(path, L'\\');
    base = base != nullptr ? base + 1 : path;
    if (wchar_t *dot = std::wcsrchr(base, L'.'); dot != nullptr && _wcsicmp(dot, L".exe") == 0)
        *dot = 0;
    to_narrow(base, name, capacity);
}

uint64_t random_number() noexcept
{
    unsigned halves[2] = {};
    for (unsigned &half : halves)
        if (rand_s(&half) != 0)
            half = static_cast<unsigned>(monotonic_ns());
    return (uint64_t{halves[0]} << 32) | halves[1];
}

}
