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
    static const uint64_t start = start_time(GetCurrentProcess());
    static const ProcessInfo info{base::make_process_token(GetCurrentProcessId(), start),
                                  {GetCurrentProcessId(), start, whole_machine, whole_machine}};
    return info;
}

Liveness check_process(const ProcessIdentity &process) noexcept
{
    if (process.pid == 0 || process.pid_namespace != whole_machine)
        return Liveness::unknown;
    const KernelHandle found(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE, FALSE, process.pid));
    if (!found.is_valid()) // refused: somebody has the id; whether it is the same cannot be asked
        return GetLastError() == ERROR_INVALID_PARAMETER ? Liveness::dead : Liveness::unknown;
    // An ended process stays known while others hold a handle of it.
    if (WaitForSingleObject(found.get(), 0) != WAIT_TIMEOUT)
        return Liveness::dead;
    if (process.start_time == 0)
        return Liveness::unknown;
    return start_time(found.get()) == process.start_time ? Liveness::alive : Liveness::dead;
}

// Windows can stop threads, but not processes.
bool is_stopped(const ProcessIdentity &) noexcept
{
    return false;
}

// There is no fork.
void at_fork(void (*)() noexcept, void (*)() noexcept, void (*)() noexcept) noexcept {}

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
