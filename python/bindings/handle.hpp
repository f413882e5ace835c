// One open segment, shared by the Python threads of a process: the lock around its IMAGE, waiting, and following the
// segment that takes its name.
//
// The IMAGE is for one thread at a time. Calls take `mutex_` for as long as they use it. A wait holds it for slices of
// at most 50 ms; a call that meets a wait interrupts it, gets the IMAGE, and the wait goes on afterwards. A thread
// never blocks on `mutex_` with the interpreter attached. Inside it no Python code runs, not even by the garbage
// collector, which containers set off on Python before 3.12: that code might use this very handle.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

#include "failure.hpp"
#include "mapping.hpp"

namespace daopython
{

using Clock = std::chrono::steady_clock;

enum class WaitKind
{
    Sleep,
    Spin,
    Adaptive
};

/// Ends waits of other threads that were given it, at once.
class Canceller
{
  public:
    void cancel()
    {
        cancelled_.store(true);
        daoShmInterrupt();
    }
    bool cancelled() const { return cancelled_.load(); }

  private:
    std::atomic<bool> cancelled_{false};
};

/// What a wait waits for, and how.
struct WaitRequest
{
    WaitKind kind = WaitKind::Sleep;
    int semaphore = -1;      ///< a semaphore's number, or -1 for the counter
    int64_t timeout_ns = -1; ///< negative: for ever
    const Canceller *canceller = nullptr;
    enum class After
    {
        Seen, ///< the frame read or waited for last
        Tail, ///< the frame read last in FIFO order
        Given ///< `after_cnt0`
    } after = After::Seen;
    uint64_t after_cnt0 = 0;
};

class Handle
{
  public:
    /// Exclusive use of the open IMAGE for one call. Throws Failure when the segment is closed.
    class Use
    {
      public:
        explicit Use(Handle &handle);
        ~Use() { handle_.mutex_.unlock(); }
        Use(const Use &) = delete;
        Use &operator=(const Use &) = delete;

        Mapping *operator->() const noexcept { return &*handle_.mapping_; }
        Mapping &operator*() const noexcept { return *handle_.mapping_; }
        IMAGE *image() const noexcept { return &handle_.mapping_->image; }
        PyObject *owner() const noexcept { return handle_.mapping_.owner(); }

      private:
        Handle &handle_;
    };

    Handle() = default;
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle() { close(); }

    void open(const std::string &name, bool read_only);
    void create(const std::string &name, const FrameShape &shape, const DAO_CREATE_OPTIONS &options);
    void close();
    bool is_open();
    /// Open the segment that has the name now. The old mapping lives on under the arrays that refer to it.
    void reopen();

    /// Wait with the interpreter released; Ctrl-C ends it. @return false when the time limit passed or it was cancelled
    bool wait(WaitRequest request);

    /// With `follow`, go over to a segment that replaced this one; looks for it ten times a second at most.
    /// Call with the Use held.
    void follow_replacement();
    /// Note that the frame of that counter was read.
    void saw(uint64_t cnt0) noexcept { seen_cnt0_ = cnt0; }
    /// Note that this handle published: its own frame is no news to it, unless others came between.
    void published(uint64_t cnt0) noexcept { seen_cnt0_ += cnt0 == seen_cnt0_ + 1 ? 1 : 0; }

    /// Between a begin and its commit or abort the segment is not changed for another, and loans_open() counts it.
    void begin_loan() noexcept;
    void end_loan() noexcept;
    /// Loans that Python code of this process has at the moment, which it cannot end while a call keeps the
    /// interpreter from it.
    static int loans_open() noexcept;

    std::atomic<bool> follow{true};

  private:
    void lock_for_call();
    void lock_for_wait();
    void adopt(MappingReference &&opened, bool start_at_newest);
    void reopen_locked();
    int_fast8_t wait_slice(const WaitRequest &request, int64_t slice_ns);
    int_fast8_t wait_for_semaphore(int semaphore, int64_t slice_ns);
    int_fast8_t wait_for_frame(const WaitRequest &request, int64_t slice_ns);

    std::timed_mutex mutex_;
    std::atomic<int> callers_waiting_{0};
    std::atomic<bool> in_wait_{false};
    std::atomic<bool> lending_{false};
    MappingReference mapping_;
    std::string name_;
    bool open_read_only_ = false;
    uint64_t seen_cnt0_ = 0;
    Clock::time_point next_look_{};
};

} // namespace daopython
