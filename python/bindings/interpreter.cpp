#include "interpreter.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace daopython
{

namespace
{

std::atomic<unsigned long> main_thread{0};
std::atomic<uint32_t> forks{0};
std::atomic<uint64_t> threads{0};

} // namespace

Released::~Released()
{
    try
    {
        PyEval_RestoreThread(state_);
    }
    catch (...) // the way in which threads are unwound
    {
        for (;;)
            std::this_thread::sleep_for(std::chrono::hours(1));
    }
}

bool is_interpreter_ending() noexcept
{
#if PY_VERSION_HEX >= 0x030D0000
    return Py_IsFinalizing() != 0;
#else
    return _Py_IsFinalizing() != 0;
#endif
}

uint64_t this_thread() noexcept
{
    thread_local const uint64_t number = ++threads;
    return number;
}

bool in_main_thread() noexcept
{
    return PyThread_get_thread_ident() == main_thread.load(std::memory_order_relaxed);
}

void set_main_thread(unsigned long identity) noexcept
{
    main_thread.store(identity, std::memory_order_relaxed);
}

uint32_t fork_count() noexcept
{
    return forks.load(std::memory_order_relaxed);
}

void note_fork() noexcept
{
    forks.fetch_add(1, std::memory_order_relaxed);
    set_main_thread(PyThread_get_thread_ident());
}

} // namespace daopython
