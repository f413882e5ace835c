/// The full-screen view of top, over curses or the console of Windows: begin, put coloured text, read keys, end. One at
/// a time.
#pragma once

#include <string>

#include "terminal.hpp"

namespace daoshm
{

class FullScreen
{
  public:
    FullScreen();
    ~FullScreen();
    FullScreen(const FullScreen &) = delete;
    FullScreen &operator=(const FullScreen &) = delete;

    TerminalSize size() const;
    void clear();
    /// Text at a place, cut at the right edge.
    void put(int row, int column, const std::string &text, Style style = Style::plain, bool is_reversed = false);
    void show();

    static constexpr int no_key = -1;
    static constexpr int up = 1000;
    static constexpr int down = 1001;
    static constexpr int left = 1002;
    static constexpr int right = 1003;
    static constexpr int page_up = 1004;
    static constexpr int page_down = 1005;
    static constexpr int backspace = 1006;
    static constexpr int enter = 1007;
    static constexpr int escape = 1008;
    static constexpr int resized = 1009;
    /// A character or one of the above; `no_key` when none comes within `timeout_ms`.
    int key(int timeout_ms);
};

}
