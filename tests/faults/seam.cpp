#include "decisions.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace faults
{
namespace
{

constexpr size_t call_count = static_cast<size_t>(Call::memory) + 1;

struct Kind
{
    const char *name;
    std::vector<int> errors;
};

const Kind &kind_of(Call call)
{
    static const std::array<Kind, call_count> kinds{{
        {"open", {ENOENT, EACCES, EMFILE, ENFILE, ENOSPC, ENOMEM, EINTR, EIO, EROFS}},
        {"fstat", {EIO, ENOMEM}},
        {"lstat", {EACCES, EIO, ENOMEM}},
        {"stat", {EACCES, EIO, ENOMEM}},
        {"fallocate", {ENOSPC, EDQUOT, EFBIG, EIO, EINTR, EOPNOTSUPP}},
        {"pwrite", {ENOSPC, EDQUOT, EIO, EINTR, does_part}},
        {"fchmod", {EPERM, EROFS, EIO}},
        {"fchown", {EPERM, EROFS, EIO}},
        {"fcntl to lock", {EAGAIN, EACCES, ENOLCK, EINVAL, EINTR}},
        {"fcntl to query a lock", {EINVAL, ENOLCK}},
        {"fcntl to duplicate", {EMFILE}},
        {"rename", {EACCES, ENOSPC, EIO}},
        {"renameat2", {EEXIST, EINVAL, ENOSYS, EACCES, ENOSPC, EIO}},
        {"link", {EEXIST, EPERM, EACCES, ENOSPC, EMLINK, EIO}},
        {"unlink", {EACCES, EPERM, EBUSY, EIO}},
        {"getcwd", {ENOENT, EACCES, ERANGE}},
        {"mmap", {ENOMEM, EAGAIN, EACCES, ENFILE, ENODEV}},
        {"madvise", {ENOMEM, EINVAL}},
        {"read", {EIO, EINTR, does_part}},
        {"readlink", {ENOENT, EACCES}},
        {"opendir", {ENOENT, EMFILE, ENOMEM}},
        {"kill", {EPERM}},
        {"getrandom", {EINTR, ENOSYS, does_part}},
        {"clock_nanosleep", {EINTR}},
        {"futex to wait", {EINTR, EAGAIN, ETIMEDOUT}},
        {"sem_open", {EACCES, EMFILE, ENOMEM, ENOENT, EINTR}},
        {"sem_timedwait", {EINTR, ETIMEDOUT, EINVAL}},
        {"sem_post", {EOVERFLOW}},
        {"operator new", {ENOMEM}},
    }};
    return kinds.at(static_cast<size_t>(call));
}

thread_local std::vector<Call> *recorded = nullptr;
thread_local bool is_armed = false;
thread_local bool has_happened = false;
thread_local bool is_persistent = false;
thread_local size_t remaining = 0;
thread_local int fault_error = 0;
thread_local Call fault_call{};
std::array<std::atomic<int>, call_count> lacking{};
std::atomic<bool> lacks_proc{false};
std::atomic<int> ticks_left{0};

bool is_below_proc(const char *path)
{
    return std::strncmp(path, "/proc/", 6) == 0;
}

bool holds_signals()
{
    sigset_t held;
    return pthread_sigmask(SIG_BLOCK, nullptr, &held) == 0 && sigismember(&held, SIGALRM) == 1;
}

}

int error_for(Call call)
{
    if (recorded != nullptr)
    {
        std::vector<Call> *const to = recorded;
        recorded = nullptr; // it allocates
        to->push_back(call);
        recorded = to;
    }
    if (is_armed && remaining-- == 0)
    {
        is_armed = false;
        has_happened = true;
        fault_call = call;
        return fault_error;
    }
    if (is_persistent && has_happened && call == fault_call)
        return fault_error;
    return lacking[static_cast<size_t>(call)].load(std::memory_order_relaxed);
}

bool fails(Call call)
{
    const int error = error_for(call);
    if (error > 0)
        errno = error;
    return error > 0;
}

bool lacks(const char *path)
{
    if (!lacks_proc.load(std::memory_order_relaxed) || !is_below_proc(path))
        return false;
    errno = ENOENT;
    return true;
}

// In the end another error, which is not tried again.
bool is_interrupted()
{
    if (ticks_left.load() == 0 || holds_signals())
        return false;
    errno = --ticks_left == 0 ? EIO : EINTR;
    return true;
}

const char *name_of(Call call)
{
    return kind_of(call).name;
}

const std::vector<int> &errors_of(Call call)
{
    return kind_of(call).errors;
}

std::string error_text(int error)
{
    return error == does_part ? "does only a part" : std::strerror(error);
}

Recording::Recording()
{
    calls_.reserve(1024);
    recorded = &calls_;
}

Recording::~Recording()
{
    recorded = nullptr;
}

Fault::Fault(size_t index, int error, bool persists)
{
    has_happened = false;
    is_persistent = persists;
    fault_error = error;
    remaining = index;
    is_armed = true;
}

Fault::~Fault()
{
    is_armed = false;
    is_persistent = false;
}

bool Fault::happened() const
{
    return has_happened;
}

Call Fault::call() const
{
    return fault_call;
}

Lack::Lack(Call call, int error) : call_(call)
{
    lacking.at(static_cast<size_t>(call)).store(error);
}

Lack::~Lack()
{
    lacking.at(static_cast<size_t>(call_)).store(0);
}

QuickTimer::QuickTimer()
{
    ticks_left.store(1000);
}

QuickTimer::~QuickTimer()
{
    ticks_left.store(0);
}

NoProc::NoProc()
{
    lacks_proc.store(true);
}

NoProc::~NoProc()
{
    lacks_proc.store(false);
}

}
