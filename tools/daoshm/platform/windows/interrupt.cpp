#include "../../support/interrupt.hpp"

#include "windows.hpp"

namespace daoshm
{

namespace
{

/// Called in a thread that Windows makes for it.
BOOL WINAPI on_control_event(DWORD event)
{
    note_interrupt();
    // When the console closes, Windows ends the process as soon as this returns. The main thread, which completes its
    // files, ends it sooner.
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(INFINITE);
    return TRUE;
}

}

void catch_signals()
{
    SetConsoleCtrlHandler(on_control_event, TRUE);
}

}
