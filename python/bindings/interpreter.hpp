// What a call asks of the interpreter: to let other Python threads run, and to look for signals.
#pragma once

#include <Python.h>

#include <cstdint>
#include <optional>

namespace daopython
{

/// Lets other Python threads run for as long as it lives.
///
/// Taking the interpreter back while it ends never succeeds: the thread then sleeps until the process is gone
/// (take_back.c).
class Released
{
  public:
    Released() : state_(PyEval_SaveThread()) {}
    ~Released();
    Released(const Released &) = delete;
    Released &operator=(const Released &) = delete;

  private:
    PyThreadState *state_;
};

/// Whether the interpreter is about to end, and its other threads do not come back.
bool is_interpreter_ending() noexcept;

/// Whether the program has come to its end: only daemon threads are left, and what they read is taken down.
bool is_program_ending() noexcept;
void note_program_end() noexcept;

/// A number of this thread alone: no other thread of this process ever gets it.
uint64_t this_thread() noexcept;

/// Python runs its signal handlers in one thread, the main one.
bool in_main_thread() noexcept;
void set_main_thread(unsigned long identity) noexcept;

/// How often this process is the child of a fork that Python knows of, counted from the import.
uint32_t fork_count() noexcept;
/// To be called in the child.
void note_fork() noexcept;

} // namespace daopython
