#include "platform/platform.hpp"

#include "failure.hpp"

#include <cerrno>
#include <chrono>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <new>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

namespace dao::net::platform
{

uint32_t process_id()
{
    return static_cast<uint32_t>(::getpid());
}

int64_t realtime_ns()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

int64_t lasting_ns()
{
#ifdef CLOCK_BOOTTIME
    constexpr clockid_t clock = CLOCK_BOOTTIME;
#else
    constexpr clockid_t clock = CLOCK_MONOTONIC; // goes on by itself, on macOS
#endif
    timespec now = {};
    ::clock_gettime(clock, &now);
    return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

std::string host_name()
{
    char name[256] = "";
    if (::gethostname(name, sizeof name - 1) != 0)
        return "unknown";
    return name;
}

NoSignals::NoSignals()
{
    static_assert(sizeof(sigset_t) <= sizeof saved_);
    sigset_t all;
    sigfillset(&all);
    // Faults stay with the thread that makes them.
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT})
        sigdelset(&all, fault);
    ::pthread_sigmask(SIG_SETMASK, &all, reinterpret_cast<sigset_t *>(saved_));
}

NoSignals::~NoSignals()
{
    ::pthread_sigmask(SIG_SETMASK, reinterpret_cast<sigset_t *>(saved_), nullptr);
}

Uncancelled::Uncancelled()
{
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before_);
}

Uncancelled::~Uncancelled()
{
    int state;
    ::pthread_setcancelstate(before_, &state);
}

void keep_freed_memory()
{
    // glibc: a block that was mapped and is freed raises the sizes from which blocks are mapped, and from which free memory is
    // given back, unless the program has set them. Nobody touches the block, so it costs two system calls.
    constexpr size_t block_bytes = size_t{16} << 20;
    void *volatile block = std::malloc(block_bytes);
    std::free(block);
}

void stay_loaded() noexcept
{
    Dl_info here;
    if (::dladdr(reinterpret_cast<void *>(&stay_loaded), &here) != 0 && here.dli_fname != nullptr)
        (void)::dlopen(here.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
}

void write_new_file(const std::filesystem::path &path, std::string_view text, bool secret)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, secret ? 0600 : 0644);
    if (file < 0)
        throw Failure(errno == EEXIST ? DAO_E_EXISTS : DAO_E_SYSTEM,
                      path.string() + ": cannot make it: " + std::strerror(errno) + "; expected a name that is free");
    const auto written = ::write(file, text.data(), text.size());
    const int error = written == static_cast<ssize_t>(text.size()) ? 0 : written < 0 ? errno : ENOSPC;
    if (::close(file) == 0 && error == 0)
        return;
    ::unlink(path.c_str());
    throw Failure(DAO_E_SYSTEM, path.string() + ": cannot write it: " + std::strerror(error != 0 ? error : errno));
}

Exposure exposure_of(const std::filesystem::path &path)
{
    struct stat info = {};
    if (::stat(path.c_str(), &info) != 0 || (info.st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return Exposure::none;
    return (info.st_mode & S_IWOTH) != 0 ? Exposure::all_may_write_it : Exposure::some;
}

bool is_of_another(const std::filesystem::path &path)
{
    struct stat info = {};
    return ::stat(path.c_str(), &info) == 0 && info.st_uid != ::geteuid() && info.st_uid != 0;
}

// Looked for from the end, where those that are free lie. None is taken to try: a thread of libzmq that finds none meanwhile ends
// the process.
void require_descriptors()
{
    constexpr int wanted = 20; // 13 for a handle of either kind, and what looking a name up takes
    rlimit limit = {};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur > INT_MAX)
        return;
    int free = 0;
    for (int number = static_cast<int>(limit.rlim_cur) - 1; number >= 0 && free < wanted; --number)
        free += ::fcntl(number, F_GETFD) < 0 ? 1 : 0;
    if (free < wanted)
        throw Failure(DAO_E_SYSTEM, "network: cannot be opened: fewer than " + std::to_string(wanted) + " of " +
                                        std::to_string(limit.rlim_cur) +
                                        " descriptors are free; expected as many (ulimit -n)");
}

SecretMemory::SecretMemory(size_t bytes) : bytes_(bytes)
{
    void *place = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED)
        throw std::bad_alloc();
    data_ = static_cast<char *>(place);
#ifdef MADV_DONTDUMP
    (void)::madvise(place, bytes, MADV_DONTDUMP);
#endif
    (void)::mlock(place, bytes); // few users may lock much: it is worth having, no more
}

void SecretMemory::release() noexcept
{
    if (data_ == nullptr)
        return;
    wipe(data_, bytes_);
    ::munmap(data_, bytes_);
}

void wipe(void *data, size_t bytes) noexcept
{
    std::memset(data, 0, bytes);
    asm volatile("" : : "r"(data) : "memory"); // the compiler would leave out what nobody reads
}

std::filesystem::path state_folder()
{
    const char *wanted = std::getenv("DAO_NET_STATE");
    std::filesystem::path folder =
        wanted != nullptr && *wanted != 0 ? wanted : "/tmp/daoNet-" + std::to_string(::geteuid());
    if (::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
        return {};
    // Another user may have taken the name.
    struct stat info = {};
    if (::lstat(folder.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() ||
        (info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return {};
    return folder;
}

}
