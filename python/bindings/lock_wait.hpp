// Calls that may have to wait for a lock of another process: in pieces, with the interpreter released, so that other threads
// run, handlers of signals too, and close() gets its turn.
#pragma once

#include <algorithm>
#include <nanobind/nanobind.h>

#include "copying.hpp"
#include "wait.hpp"

namespace daopython
{

class LockWait
{
  public:
    /// Call `action` once. At first, and without `releases`, the interpreter is held, and nothing is waited for.
    template <class Action>
    auto attempt(bool releases, Action &&action)
    {
        std::optional<Released> released;
        if (releases || has_waited_)
            released.emplace();
        const Limit limit(released ? std::min(left_ns(), longest_piece_ns) : 0);
        allowed_ns_ = limit.former_ns;
        return action();
    }

    /// Whether to call again, after the handlers of signals: `status` says that the lock may still come.
    bool goes_on(int_fast8_t status)
    {
        if (status != DAO_INTERRUPTED && (status <= 0 || daoLastErrorCode() != DAO_E_BUSY))
            return false;
        has_waited_ = true;
        if (!deadline_)
            deadline_.emplace(allowed_ns_);
        return status == DAO_INTERRUPTED || left_ns() > 0;
    }

  private:
    static constexpr int64_t longest_piece_ns = 100'000'000;

    /// The limit of this thread's waits for locks, for as long as it lives.
    struct Limit
    {
        explicit Limit(int64_t limit_ns) : former_ns(daoShmSetLockLimit(limit_ns)) {}
        ~Limit() { daoShmSetLockLimit(former_ns); }
        Limit(const Limit &) = delete;
        Limit &operator=(const Limit &) = delete;
        int64_t former_ns;
    };

    int64_t left_ns() const
    {
        const int64_t left = deadline_ ? deadline_->left_ns() : longest_piece_ns;
        return left < 0 ? longest_piece_ns : left;
    }

    int64_t allowed_ns_ = 0;
    std::optional<Deadline> deadline_;
    bool has_waited_ = false;
};

/// Call `action` on the place of `use` until it has its lock, or has waited as long as it may. Throws what a signal's handler
/// raises, and Failure when the object was closed. @return its last status
template <class Action>
int_fast8_t with_lock(Handle::Use &use, Action &&action)
{
    LockWait wait;
    for (;;)
    {
        const int_fast8_t status = wait.attempt(false, action);
        if (use->read_only || !wait.goes_on(status))
            return status;
        use.run_signal_handlers();
        use.check_open();
    }
}

/// The same for what needs no place, and throws. `releases`: it takes long.
template <class Action>
auto with_lock(bool releases, Action &&action)
{
    LockWait wait;
    for (;;)
    {
        try
        {
            return wait.attempt(releases, action);
        }
        catch (const Failure &failure)
        {
            if (!wait.goes_on(failure.code() == DAO_E_INTERRUPTED ? DAO_INTERRUPTED : DAO_ERROR))
                throw;
        }
        if (PyErr_CheckSignals() != 0)
            throw nanobind::python_error();
    }
}

} // namespace daopython
