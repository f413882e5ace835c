// The words and fences that relacy watches, with the methods of base/word.hpp, and threads that die at a chosen step.
#pragma once

#include "order_sites.hpp"

namespace dao::model
{

constexpr unsigned most_threads = 4;

// Threads that die: what such a thread does to memory after its last step does not happen. Others learn of the death
// from the system, which orders it after the last step.
class Mortality
{
  public:
    void begin()
    {
        steps_left_.fill(-1);
        for (rl::atomic<unsigned> &mark : dead_)
            mark.store(0, rl::mo_relaxed, $);
    }
    // From now on nobody dies any more.
    void end() { steps_left_.fill(-1); }
    void let_die_after(unsigned steps) { steps_left_[rl::thread_index()] = static_cast<int>(steps) + 1; }

    // Takes a step. False when the calling thread is dead.
    bool step()
    {
        int &remaining = steps_left_[rl::thread_index()];
        if (remaining < 0)
            return true;
        if (remaining == 0)
            return false;
        --remaining;
        if (remaining == 0)
            dead_[rl::thread_index()].store(1, rl::mo_release, $);
        return remaining > 0;
    }
    bool am_dead() const { return steps_left_[rl::thread_index()] == 0; }
    bool is_dead(unsigned thread) { return dead_[thread].load(rl::mo_acquire, $) != 0; }

  private:
    std::array<int, most_threads> steps_left_{}; // one more than it may take; negative: does not die
    std::array<rl::atomic<unsigned>, most_threads> dead_;
};

// The one of the scenario that runs. Made anew with it: relacy's atomics live within an iteration.
inline Mortality *mortality = nullptr;

inline bool lives()
{
    return mortality == nullptr || mortality->step();
}

using Where = std::source_location;

template <class T>
class ModelWord
{
  public:
    ModelWord(rl::atomic<T> *place, const char *name) : place_(place), name_(name) {}

    T load_relaxed(Where where = Where::current()) const { return load(rl::mo_relaxed, where); }
    T load_acquire(Where where = Where::current()) const
    {
        return load(effective_order(rl::mo_acquire, "load_acquire", where), where);
    }
    void store_relaxed(T value, Where where = Where::current()) const { store(value, rl::mo_relaxed, where); }
    void store_release(T value, Where where = Where::current()) const
    {
        store(value, effective_order(rl::mo_release, "store_release", where), where);
    }
    T fetch_add_release(T value, Where where = Where::current()) const
    {
        const auto order = effective_order(rl::mo_release, "fetch_add_release", where);
        return lives() ? place_->fetch_add(value, order, info(where)) : seen(where);
    }
    T fetch_or_release(T value, Where where = Where::current()) const
    {
        const auto order = effective_order(rl::mo_release, "fetch_or_release", where);
        return lives() ? place_->fetch_or(value, order, info(where)) : seen(where);
    }
    T fetch_or_relaxed(T value, Where where = Where::current()) const
    {
        return lives() ? place_->fetch_or(value, rl::mo_relaxed, info(where)) : seen(where);
    }
    T fetch_and_acquire(T value, Where where = Where::current()) const
    {
        const auto order = effective_order(rl::mo_acquire, "fetch_and_acquire", where);
        return lives() ? place_->fetch_and(value, order, info(where)) : seen(where);
    }
    bool compare_exchange_relaxed(T &expected, T desired, Where where = Where::current()) const
    {
        return exchange(expected, desired, rl::mo_relaxed, where);
    }
    bool compare_exchange_release(T &expected, T desired, Where where = Where::current()) const
    {
        return exchange(expected, desired, effective_order(rl::mo_release, "compare_exchange_release", where), where);
    }
    bool compare_exchange_acquire(T &expected, T desired, Where where = Where::current()) const
    {
        return exchange(expected, desired, effective_order(rl::mo_acquire, "compare_exchange_acquire", where), where);
    }

    rl::atomic<T> *place() const { return place_; }

  private:
    static rl::debug_info info(const Where &where)
    {
        return rl::debug_info(where.function_name(), where.file_name(), where.line());
    }
    rl::memory_order effective_order(rl::memory_order order, const char *method, const Where &where) const
    {
        return order_sites.keeps(where, name_, method) ? order : rl::mo_relaxed;
    }
    T seen(const Where &where) const { return place_->load(rl::mo_relaxed, info(where)); }
    T load(rl::memory_order order, const Where &where) const
    {
        (void)lives();
        return place_->load(order, info(where));
    }
    bool exchange(T &expected, T desired, rl::memory_order order, const Where &where) const
    {
        if (!lives())
            return false;
        const rl::debug_info at = info(where);
        return place_->compare_exchange_strong(expected, desired, order, at, rl::mo_relaxed, at);
    }
    void store(T value, rl::memory_order order, const Where &where) const
    {
        if (lives())
            place_->store(value, order, info(where));
    }

    rl::atomic<T> *place_;
    const char *name_;
};

struct ModelFence
{
    static void acquire(Where where = Where::current())
    {
        if (order_sites.keeps(where, "fence", "acquire"))
            rl::atomic_thread_fence(rl::mo_acquire, $);
    }
    static void release(Where where = Where::current())
    {
        if (order_sites.keeps(where, "fence", "release"))
            rl::atomic_thread_fence(rl::mo_release, $);
    }
    static void full(Where where = Where::current())
    {
        if (order_sites.keeps(where, "fence", "full"))
            rl::atomic_thread_fence(rl::mo_seq_cst, $);
    }
    static void full_without_exchange(Where where = Where::current())
    {
        if (order_sites.keeps(where, "fence", "full_without_exchange"))
            rl::atomic_thread_fence(rl::mo_seq_cst, $);
    }
};

}
