#include "platform/platform.hpp"

#include <clocale>
#include <csignal>
#include <cwchar>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <curses.h>
#include <term.h>
// curses defines these as macros
#undef columns
#undef lines
#undef tab

namespace daoshm
{

namespace
{

/// As the terminal's driver knows it; 80 x 24 where it does not.
TerminalSize driver_size(int stream)
{
    winsize found{};
    const bool is_known = ioctl(stream, TIOCGWINSZ, &found) == 0 && found.ws_col > 0 && found.ws_row > 0;
    return is_known ? TerminalSize{found.ws_col, found.ws_row} : TerminalSize{80, 24};
}

/// With the null device, opened so that the stream's own use fails.
void reserve_closed_streams()
{
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (fcntl(stream, F_GETFD) == -1)
            static_cast<void>(open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY));
}

}

void start_terminal()
{
    reserve_closed_streams();
    std::signal(SIGPIPE, SIG_IGN);
    // Names are UTF-8 everywhere; only LC_CTYPE, so that numbers have a point in every locale.
    const char *locale = std::setlocale(LC_CTYPE, "");
    if (locale == nullptr || std::string_view(locale).find("UTF-8") == std::string_view::npos)
        std::setlocale(LC_CTYPE, "C.UTF-8");
}

bool input_is_terminal()
{
    static const bool result = isatty(STDIN_FILENO) == 1;
    return result;
}

bool output_is_terminal()
{
    static const bool result = isatty(STDOUT_FILENO) == 1;
    return result;
}

bool errors_are_terminal()
{
    static const bool result = isatty(STDERR_FILENO) == 1;
    return result;
}

void draw_on_errors(const std::string &text)
{
    // Opened anew, as those that share standard error do not expect it to refuse anything.
    static const int terminal = [] {
        const char *name = ttyname(STDERR_FILENO);
        return name != nullptr ? open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    }();
    (void)!write(terminal != -1 ? terminal : STDERR_FILENO, text.data(), text.size());
}

int error_columns()
{
    return driver_size(STDERR_FILENO).columns;
}

int columns_of(uint32_t character)
{
    const int found = wcwidth(static_cast<wchar_t>(character));
    return found < 0 ? 1 : found;
}

TerminalSize terminal_size()
{
    if (!output_is_terminal())
        return {80, 24};
    TerminalSize size = driver_size(STDOUT_FILENO);
    // A new setup asks the terminal for its size, which may have changed.
    if (cur_term != nullptr)
        del_curterm(cur_term);
    int outcome = 0;
    if (setupterm(nullptr, 1, &outcome) != OK)
        return size;
    char columns_name[] = "cols";
    char rows_name[] = "lines";
    const int found_columns = tigetnum(columns_name);
    const int found_rows = tigetnum(rows_name);
    if (found_columns > 0)
        size.columns = found_columns;
    if (found_rows > 0)
        size.rows = found_rows;
    return size;
}

ColourDepth terminal_colours()
{
    const std::string terminal = environment("TERM");
    if (!output_is_terminal() || !environment("NO_COLOR").empty() || terminal == "dumb" || terminal.empty())
        return ColourDepth::none;
    const std::string depth = environment("COLORTERM");
    if (depth == "truecolor" || depth == "24bit" || terminal.find("direct") != std::string::npos)
        return ColourDepth::direct;
    return ColourDepth::indexed;
}

}
