#include "platform/platform.hpp"

#include "windows.hpp"

#include <algorithm>

namespace daoshm
{

namespace
{

void (*interrupt_handler)() = nullptr;
HANDLE woken = nullptr; // an event that a sleeper resets

/// Called in a thread that Windows makes for it.
BOOL WINAPI on_control_event(DWORD event)
{
    interrupt_handler();
    // When the console closes, Windows ends the process as soon as this returns. The main thread, which completes its
    // files, ends it sooner.
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

}

void on_interrupt(void (*handler)())
{
    interrupt_handler = handler;
    woken = CreateEventW(nullptr, FALSE, FALSE, nullptr);
    SetConsoleCtrlHandler(on_control_event, TRUE);
}

void on_suspension(void (*)()) {} // Windows stops no process
void suspend() {}

void wake_sleeper()
{
    SetEvent(woken);
}

void sleep_until_woken(int64_t duration_ms)
{
    constexpr int64_t longest_ms = 1'000'000;
    const auto wait_ms = static_cast<DWORD>(std::min(duration_ms, longest_ms));
    if (WaitForSingleObject(woken, wait_ms) == WAIT_FAILED)
        Sleep(std::min<DWORD>(wait_ms, 20));
}

bool wait_for_input()
{
    return true; // Ctrl-C ends the reading itself
}

bool is_taken(OutputStream)
{
    return true; // who ends a process here does not ask it
}
void give_up_output() {}

void report_file_size_limit() {} // there is none

}
