#include "canvas.hpp"

#include <stdexcept>

namespace daoshm
{

namespace
{

constexpr WORD foreground_mask = 0x0f;

CONSOLE_SCREEN_BUFFER_INFO info_of(HANDLE screen)
{
    CONSOLE_SCREEN_BUFFER_INFO found{};
    if (GetConsoleScreenBufferInfo(screen, &found) == 0)
        throw std::runtime_error("console: its size cannot be read");
    return found;
}

CHAR_INFO cell(wchar_t character, WORD attributes)
{
    CHAR_INFO result{};
    result.Char.UnicodeChar = character;
    result.Attributes = attributes;
    return result;
}

}

Canvas::Canvas()
    : before_(GetStdHandle(STD_OUTPUT_HANDLE)),
      screen_(CreateConsoleScreenBuffer(GENERIC_READ | GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE, nullptr,
                                        CONSOLE_TEXTMODE_BUFFER, nullptr)),
      plain_(info_of(before_).wAttributes), has_colour_(environment("NO_COLOR").empty())
{
    const CONSOLE_CURSOR_INFO hidden{1, FALSE};
    SetConsoleCursorInfo(screen_.get(), &hidden);
    SetConsoleActiveScreenBuffer(screen_.get());
    clear();
}

Canvas::~Canvas()
{
    SetConsoleActiveScreenBuffer(before_);
}

TerminalSize Canvas::size() const
{
    return {window_.Right - window_.Left + 1, window_.Bottom - window_.Top + 1};
}

void Canvas::clear()
{
    window_ = info_of(screen_.get()).srWindow;
    const TerminalSize now = size();
    cells_.assign(static_cast<size_t>(now.columns) * static_cast<size_t>(now.rows), cell(L' ', plain_));
}

void Canvas::put(int row, int column, std::wstring_view text, Style style, bool is_reversed)
{
    const TerminalSize now = size();
    if (row < 0 || row >= now.rows || column < 0 || column >= now.columns)
        return;
    const WORD attributes = attributes_of(style, is_reversed);
    const auto line = static_cast<size_t>(row) * static_cast<size_t>(now.columns);
    for (const wchar_t character : text)
    {
        const int columns = columns_of(character); // a half of a surrogate pair takes one
        if (column + columns > now.columns)
            return;
        auto *at = cells_.data() + line + static_cast<size_t>(column);
        if (columns == 1)
            *at = cell(character, attributes);
        else if (columns == 2)
        {
            at[0] = cell(character, static_cast<WORD>(attributes | COMMON_LVB_LEADING_BYTE));
            at[1] = cell(character, static_cast<WORD>(attributes | COMMON_LVB_TRAILING_BYTE));
        }
        column += columns;
    }
}

void Canvas::show()
{
    const TerminalSize now = size();
    const COORD extent{static_cast<SHORT>(now.columns), static_cast<SHORT>(now.rows)};
    SMALL_RECT where = window_;
    WriteConsoleOutputW(screen_.get(), cells_.data(), extent, {0, 0}, &where);
}

WORD Canvas::foreground_of(Style style) const
{
    const auto own = static_cast<WORD>(plain_ & foreground_mask);
    const auto coloured = [&](int colour) { return has_colour_ ? static_cast<WORD>(colour) : own; };
    switch (style)
    {
    case Style::bold:
        return static_cast<WORD>(own | FOREGROUND_INTENSITY);
    case Style::dim:
        return coloured(FOREGROUND_INTENSITY); // alone: grey
    case Style::good:
        return coloured(FOREGROUND_GREEN);
    case Style::warning:
        return coloured(FOREGROUND_RED | FOREGROUND_GREEN);
    case Style::bad:
        return coloured(FOREGROUND_RED | FOREGROUND_INTENSITY);
    case Style::accent:
        return coloured(FOREGROUND_GREEN | FOREGROUND_BLUE);
    case Style::plain:
        break;
    }
    return own;
}

WORD Canvas::attributes_of(Style style, bool is_reversed) const
{
    const unsigned foreground = foreground_of(style);
    const unsigned background = static_cast<unsigned>(plain_ >> 4U) & foreground_mask;
    return static_cast<WORD>(is_reversed ? foreground << 4U | background : background << 4U | foreground);
}

}
