/// A separate screen buffer, drawn cell by cell: the user's screen is unchanged at the end.
#pragma once

#include "windows.hpp"

#include <string_view>
#include <vector>

#include "platform/platform.hpp"

namespace daoshm
{

class Canvas
{
  public:
    Canvas();
    ~Canvas();
    Canvas(const Canvas &) = delete;
    Canvas &operator=(const Canvas &) = delete;

    TerminalSize size() const;
    /// Also follows the window's size.
    void clear();
    void put(int row, int column, std::wstring_view text, Style style, bool is_reversed);
    void show();

  private:
    WORD foreground_of(Style style) const;
    WORD attributes_of(Style style, bool is_reversed) const;

    HANDLE before_;
    Handle screen_;
    WORD plain_; ///< the user's colours
    bool has_colour_;
    SMALL_RECT window_{}; ///< the part of the buffer that is seen
    std::vector<CHAR_INFO> cells_;
};

}
