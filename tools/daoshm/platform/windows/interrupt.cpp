#include "platform/platform.hpp"

#include "windows.hpp"

namespace daoshm
{

namespace
{

void (*interrupt_handler)() = nullptr;

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
    SetConsoleCtrlHandler(on_control_event, TRUE);
}

void on_suspension(void (*)()) {} // Windows stops no process
void suspend() {}

void report_file_size_limit() {} // there is none

}
