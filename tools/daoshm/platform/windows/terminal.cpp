#include "platform/platform.hpp"

#include "windows.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iterator>

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

void draw_on_errors(const std::string &text)
{
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

int error_columns()
{
    return size_of(errors()).columns;
}

/// Windows tells it for no character: the blocks of East Asian writing and of pictures, and accents.
int columns_of(uint32_t character)
{
    constexpr std::pair<uint32_t, uint32_t> wide[] = {
        {0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},  {0xFE30, 0xFE6F},
        {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1F64F}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
    if (character >= 0x300 && character <= 0x36F)
        return 0;
    const bool is_wide = std::any_of(std::begin(wide), std::end(wide), [character](const auto &range) {
        return character >= range.first && character <= range.second;
    });
    return is_wide ? 2 : 1;
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
