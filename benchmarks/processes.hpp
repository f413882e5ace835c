// Linux underneath the benchmarks: processes on chosen cores, memory they share, a bare futex.
#pragma once

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <ctime>
#include <functional>
#include <linux/futex.h>
#include <new>
#include <sched.h>
#include <stdexcept>
#include <string>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <daoShm.hpp>

namespace bench
{
/** Wherever the system likes. */
constexpr int any_core = -1;

/** Keep this process on one of the first two cores; with a single core there is nothing to choose. */
inline void pin_to_core(int core)
{
    if (core == any_core)
    {
        return;
    }
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<size_t>(core) % static_cast<size_t>(sysconf(_SC_NPROCESSORS_ONLN)), &set);
    sched_setaffinity(0, sizeof set, &set);
}

/** Another process, on a core of its own or on any; killed, if still there, when this goes out of scope. */
class Child
{
  public:
    Child(int core, const std::function<void()> &body) : pid_(fork())
    {
        if (pid_ < 0)
        {
            throw std::runtime_error("fork failed");
        }
        if (pid_ == 0)
        {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            pin_to_core(core);
            try
            {
                body();
                _exit(0);
            }
            catch (const std::exception &error)
            {
                std::fprintf(stderr, "child: %s\n", error.what());
                _exit(1);
            }
        }
    }
    Child(Child &&other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    Child(const Child &) = delete;
    ~Child()
    {
        if (pid_ > 0)
        {
            kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
        }
    }
    /** Wait until it is done. Throws when it failed. */
    void join()
    {
        int status = 0;
        waitpid(std::exchange(pid_, 0), &status, 0);
        if (status != 0)
        {
            throw std::runtime_error("a child process failed");
        }
    }

  private:
    pid_t pid_;
};

/** A `T` that processes forked from here share. */
template <typename T>
class SharedMemory
{
  public:
    SharedMemory()
        : memory_(mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0))
    {
        if (memory_ == MAP_FAILED)
        {
            throw std::bad_alloc();
        }
        new (memory_) T();
    }
    SharedMemory(const SharedMemory &) = delete;
    ~SharedMemory() { munmap(memory_, sizeof(T)); }
    T *operator->() const { return static_cast<T *>(memory_); }
    T &operator*() const { return *static_cast<T *>(memory_); }

  private:
    void *memory_;
};

/** An atomic word on a cache line of its own. */
struct alignas(64) Line
{
    std::atomic<uint32_t> word{0};
};

inline void futex_wake(std::atomic<uint32_t> &word, int count)
{
    syscall(SYS_futex, &word, FUTEX_WAKE, count, nullptr, nullptr, 0);
}

/** Sleep until `word` is no longer `seen`. */
inline void futex_wait(std::atomic<uint32_t> &word, uint32_t seen)
{
    while (word.load(std::memory_order_acquire) == seen)
    {
        syscall(SYS_futex, &word, FUTEX_WAIT, seen, nullptr, nullptr, 0);
    }
}

inline void pause_core()
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/** Sleep until shortly before `due_ns` on the steady clock, then spin to it. */
inline void pace_until(int64_t due_ns)
{
    const int64_t margin_ns = 200'000;
    timespec early{};
    early.tv_sec = (due_ns - margin_ns) / 1'000'000'000;
    early.tv_nsec = (due_ns - margin_ns) % 1'000'000'000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &early, nullptr);
    timespec now{};
    do
    {
        clock_gettime(CLOCK_MONOTONIC, &now);
    } while (now.tv_sec * 1'000'000'000 + now.tv_nsec < due_ns);
}

inline double processor_seconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/** A segment's name of this run's own; removed at the end. */
class SegmentName
{
  public:
    SegmentName(const std::string &folder, const std::string &label)
        : name_(folder + "/bench_" + std::to_string(getpid()) + "_" + label + ".im.shm"), owner_(getpid())
    {
    }
    SegmentName(const SegmentName &) = delete;
    ~SegmentName()
    {
        if (getpid() == owner_)
        {
            daoShmRemove(name_.c_str());
        }
    }
    operator const std::string &() const { return name_; }
    const char *c_str() const { return name_.c_str(); }

  private:
    std::string name_;
    pid_t owner_;
};
} // namespace bench
