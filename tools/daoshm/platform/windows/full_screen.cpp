// Over the console's own interface, which every version of Windows has, whatever terminal shows it.
#include "platform/platform.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "canvas.hpp"

namespace daoshm
{

namespace
{

/// The console's keyboard, key by key. Ctrl-C stays an event of its own.
class Keys
{
  public:
    Keys() : input_(GetStdHandle(STD_INPUT_HANDLE))
    {
        if (GetConsoleMode(input_, &mode_before_) == 0)
            throw std::runtime_error("console: standard input is redirected; expected a console to read keys from");
        // The extended flags are given without the one by which the mouse selects text and stops all output.
        SetConsoleMode(input_, ENABLE_PROCESSED_INPUT | ENABLE_WINDOW_INPUT | ENABLE_EXTENDED_FLAGS);
    }
    ~Keys() { SetConsoleMode(input_, mode_before_); }
    Keys(const Keys &) = delete;
    Keys &operator=(const Keys &) = delete;

    int next(int timeout_ms)
    {
        if (!waiting_bytes_.empty())
            return take_byte();
        const int64_t until_ns = steady_ns() + int64_t{timeout_ms} * 1'000'000;
        do
        {
            const int64_t left_ms = std::max<int64_t>(0, (until_ns - steady_ns()) / 1'000'000);
            if (WaitForSingleObject(input_, static_cast<DWORD>(left_ms)) != WAIT_OBJECT_0)
                break;
            INPUT_RECORD record{};
            DWORD count = 0;
            if (ReadConsoleInputW(input_, &record, 1, &count) == 0)
                break;
            const int key = count == 1 ? key_of(record) : FullScreen::no_key;
            if (key != FullScreen::no_key)
                return key;
        } while (steady_ns() < until_ns);
        return FullScreen::no_key;
    }

  private:
    int take_byte()
    {
        const auto byte = static_cast<unsigned char>(waiting_bytes_.front());
        waiting_bytes_.erase(0, 1);
        return byte;
    }

    /// `no_key` for what is none: letting go, Shift alone, the mouse.
    int key_of(const INPUT_RECORD &record)
    {
        if (record.EventType == WINDOW_BUFFER_SIZE_EVENT)
            return FullScreen::resized;
        if (record.EventType != KEY_EVENT || record.Event.KeyEvent.bKeyDown == 0)
            return FullScreen::no_key;
        switch (record.Event.KeyEvent.wVirtualKeyCode)
        {
        case VK_UP:
            return FullScreen::up;
        case VK_DOWN:
            return FullScreen::down;
        case VK_LEFT:
            return FullScreen::left;
        case VK_RIGHT:
            return FullScreen::right;
        case VK_PRIOR:
            return FullScreen::page_up;
        case VK_NEXT:
            return FullScreen::page_down;
        case VK_BACK:
            return FullScreen::backspace;
        case VK_RETURN:
            return FullScreen::enter;
        case VK_ESCAPE:
            return FullScreen::escape;
        default:
            break;
        }
        const wchar_t character = record.Event.KeyEvent.uChar.UnicodeChar;
        if (character < L' ')
            return FullScreen::no_key;
        waiting_bytes_ = narrow({&character, 1});
        return take_byte();
    }

    HANDLE input_;
    DWORD mode_before_ = 0;
    std::string waiting_bytes_; ///< of a character whose first ones were given as keys already
};

struct Console
{
    Keys keys;
    Canvas canvas;
};
std::unique_ptr<Console> console;

}

FullScreen::FullScreen()
{
    console = std::make_unique<Console>();
}

FullScreen::~FullScreen()
{
    console.reset();
}

TerminalSize FullScreen::size() const
{
    return console->canvas.size();
}

void FullScreen::clear()
{
    console->canvas.clear();
}

void FullScreen::put(int row, int column, const std::string &text, Style style, bool is_reversed)
{
    console->canvas.put(row, column, wide(text), style, is_reversed);
}

void FullScreen::show()
{
    console->canvas.show();
}

int FullScreen::key(int timeout_ms)
{
    return console->keys.next(timeout_ms);
}

}
