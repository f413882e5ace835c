#include "platform/platform.hpp"

#include <algorithm>
#include <csignal>
#include <cwchar>
#include <stdexcept>

#include <poll.h>
#include <unistd.h>

#define NCURSES_NOMACROS 1
#include <curses.h>

namespace daoshm
{

namespace
{

enum ColourPair : short
{
    good_pair = 1,
    warning_pair,
    bad_pair,
    accent_pair
};

chtype attributes(Style style)
{
    const bool has_colour = has_colors() && environment("NO_COLOR").empty();
    const auto pair = [has_colour](short number) {
        return has_colour ? static_cast<chtype>(COLOR_PAIR(number)) : A_NORMAL;
    };
    switch (style)
    {
    case Style::bold:
        return A_BOLD;
    case Style::dim:
        return A_DIM;
    case Style::good:
        return pair(good_pair);
    case Style::warning:
        return pair(warning_pair);
    case Style::bad:
        return pair(bad_pair) | A_BOLD;
    case Style::accent:
        return pair(accent_pair);
    case Style::plain:
        break;
    }
    return A_NORMAL;
}

/// Curses brings the screen in order when Ctrl-Z stopped the process, but does not notice SIGSTOP.
volatile std::sig_atomic_t was_continued = 0;

extern "C" void on_continue(int)
{
    was_continued = 1;
}

/// How many bytes of the text fit into that many columns: curses goes on in the next line.
int bytes_in(const std::string &text, int columns)
{
    std::mbstate_t state{};
    size_t at = 0;
    while (at < text.size())
    {
        wchar_t character = 0;
        const size_t bytes = std::mbrtowc(&character, text.data() + at, text.size() - at, &state);
        const bool is_character = bytes > 0 && bytes <= text.size() - at;
        columns -= is_character ? std::max(0, wcwidth(character)) : 1;
        if (columns < 0)
            break;
        at += is_character ? bytes : 1;
    }
    return static_cast<int>(at);
}

}

FullScreen::FullScreen()
{
    char cursor_address[] = "cup"; // without it, as of TERM=dumb, curses draws all into one line
    const bool is_known = newterm(nullptr, stdout, stdin) != nullptr;
    if (is_known && tigetstr(cursor_address) == nullptr)
        endwin();
    if (!is_known || tigetstr(cursor_address) == nullptr)
        throw std::runtime_error(
            "terminal: TERM is '" + environment("TERM") +
            "'; expected a terminal with a cursor that the terminfo database here describes: most do what "
            "TERM=xterm-256color says");
    std::signal(SIGCONT, on_continue);
    cbreak();
    noecho();
    keypad(stdscr, TRUE);
    set_escdelay(25);
    curs_set(0);
    if (has_colors())
    {
        start_color();
        use_default_colors();
        init_pair(good_pair, COLOR_GREEN, -1);
        init_pair(warning_pair, COLOR_YELLOW, -1);
        init_pair(bad_pair, COLOR_RED, -1);
        init_pair(accent_pair, COLOR_CYAN, -1);
    }
}

FullScreen::~FullScreen()
{
    endwin();
}

TerminalSize FullScreen::size() const
{
    return {getmaxx(stdscr), getmaxy(stdscr)};
}

void FullScreen::clear()
{
    werase(stdscr);
}

void FullScreen::put(int row, int column, const std::string &text, Style style, bool is_reversed)
{
    const chtype attribute = attributes(style) | (is_reversed ? A_REVERSE : A_NORMAL);
    wattron(stdscr, static_cast<int>(attribute));
    mvwaddnstr(stdscr, row, column, text.c_str(), bytes_in(text, getmaxx(stdscr) - column));
    wattroff(stdscr, static_cast<int>(attribute));
}

void FullScreen::show()
{
    if (was_continued != 0)
    {
        was_continued = 0;
        endwin(); // the next call begins anew
    }
    wrefresh(stdscr);
}

int FullScreen::key(int timeout_ms)
{
    // curses waits, too, but returns at once and again and again when the terminal is gone.
    wtimeout(stdscr, 0);
    int found = wgetch(stdscr);
    if (found == ERR)
    {
        pollfd input{STDIN_FILENO, POLLIN, 0};
        if (poll(&input, 1, timeout_ms) <= 0)
            return no_key;
        found = wgetch(stdscr);
        if (found == ERR)
            return closed;
    }
    switch (found)
    {
    case KEY_UP:
        return up;
    case KEY_DOWN:
        return down;
    case KEY_LEFT:
        return left;
    case KEY_RIGHT:
        return right;
    case KEY_PPAGE:
        return page_up;
    case KEY_NPAGE:
        return page_down;
    case KEY_BACKSPACE:
    case 127:
    case '\b':
        return backspace;
    case KEY_ENTER:
    case '\n':
    case '\r':
        return enter;
    case 27:
        return escape;
    case KEY_RESIZE:
        return resized;
    default:
        return found < 256 ? found : no_key;
    }
}

}
