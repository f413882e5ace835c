#include "interpreter.hpp"

#include <atomic>

#if defined(Py_LIMITED_API) && defined(_WIN32)
#include <cstdio>
#include <windows.h>
#elif defined(Py_LIMITED_API)
#include <dlfcn.h>
#endif

extern "C" void dao_python_take_back(PyThreadState *state);

namespace daopython
{

namespace
{

std::atomic<unsigned long> main_thread{0};
std::atomic<uint32_t> forks{0};
std::atomic<bool> has_program_ended{false};
std::atomic<uint64_t> threads{0};

#if defined(Py_LIMITED_API)
// The stable ABI has it from 3.13 on, before that Python alone: looked up, so that one module serves all versions.
int (*find_is_finalizing() noexcept)()
{
    for (const char *name : {"Py_IsFinalizing", "_Py_IsFinalizing"})
    {
#if defined(_WIN32)
        char library[32];
        std::snprintf(library, sizeof library, "python3%lu.dll", (Py_Version >> 16) & 0xff);
        void *const found = reinterpret_cast<void *>(GetProcAddress(GetModuleHandleA(library), name));
#else
        void *const found = dlsym(RTLD_DEFAULT, name);
#endif
        if (found != nullptr)
            return reinterpret_cast<int (*)()>(found);
    }
    return nullptr;
}
#endif

} // namespace

Released::~Released()
{
    dao_python_take_back(state_);
}

bool is_interpreter_ending() noexcept
{
#if defined(Py_LIMITED_API)
    static const auto is_finalizing = find_is_finalizing();
    return is_finalizing != nullptr && is_finalizing() != 0;
#elif PY_VERSION_HEX >= 0x030D0000
    return Py_IsFinalizing() != 0;
#else
    return _Py_IsFinalizing() != 0;
#endif
}

bool is_program_ending() noexcept
{
    return has_program_ended.load();
}

void note_program_end() noexcept
{
    has_program_ended.store(true);
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
