#include "platform/platform.hpp"

#include "windows.hpp"

#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <io.h>

namespace daoshm
{

namespace
{

/// One of the two outputs: is it a console, and does it know control sequences (since Windows 10 1511)?
class ConsoleOutput
{
  public:
    explicit ConsoleOutput(DWORD which)
        : handle_(GetStdHandle(which)), is_console_(GetConsoleMode(handle_, &mode_) != 0)
    {
        knows_sequences_ = is_console_ && SetConsoleMode(handle_, mode_ | ENABLE_PROCESSED_OUTPUT |
                                                                      ENABLE_VIRTUAL_TERMINAL_PROCESSING) != 0;
    }
    /// As it was before this program.
    void restore() const
    {
        if (knows_sequences_)
            SetConsoleMode(handle_, mode_);
    }
    HANDLE handle() const { return handle_; }
    bool is_console() const { return is_console_; }
    bool knows_sequences() const { return knows_sequences_; }

  private:
    HANDLE handle_;
    DWORD mode_ = 0;
    bool is_console_;
    bool knows_sequences_;
};

const ConsoleOutput &output()
{
    static const ConsoleOutput console(STD_OUTPUT_HANDLE);
    return console;
}

const ConsoleOutput &errors()
{
    static const ConsoleOutput console(STD_ERROR_HANDLE);
    return console;
}

TerminalSize size_of(const ConsoleOutput &console)
{
    CONSOLE_SCREEN_BUFFER_INFO found;
    if (!console.is_console() || GetConsoleScreenBufferInfo(console.handle(), &found) == 0)
        return {80, 24};
    return {found.srWindow.Right - found.srWindow.Left + 1, found.srWindow.Bottom - found.srWindow.Top + 1};
}

UINT code_page_before = 0;

void restore_console()
{
    errors().restore();
    output().restore();
    SetConsoleOutputCP(code_page_before);
}

}

void start_terminal()
{
    (void)_setmode(_fileno(stdout), _O_BINARY);
    (void)_setmode(_fileno(stderr), _O_BINARY);
    if (!output().is_console() && !errors().is_console())
        return;
    // A character of several bytes must reach the console in one piece.
    static char buffer[1 << 16];
    if (output().is_console())
        std::setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    code_page_before = GetConsoleOutputCP();
    SetConsoleOutputCP(CP_UTF8);
    std::atexit(restore_console);
}

bool input_is_terminal()
{
    DWORD mode = 0;
    return GetConsoleMode(GetStdHandle(STD_INPUT_HANDLE), &mode) != 0;
}

bool output_is_terminal()
{
    return output().is_console();
}

bool errors_are_terminal()
{
    return errors().knows_sequences();
}

int error_columns()
{
    return size_of(errors()).columns;
}

TerminalSize terminal_size()
{
    return size_of(output());
}

ColourDepth terminal_colours()
{
    if (!output().knows_sequences() || !environment("NO_COLOR").empty())
        return ColourDepth::none;
    return ColourDepth::direct;
}

}
