// Text and names as Windows wants them. Nothing here allocates.
#pragma once

#include "base/status.hpp"

#include <cstddef>

namespace dao::platform
{

// A file's name, or another text of Windows. What does not fit is cut, and then no such file is found.
class WideText
{
  public:
    WideText() noexcept = default;
    // From UTF-8, and from the system's own code page when it is not that.
    explicit WideText(const char *text) noexcept { append(text); }

    WideText &append(const char *text) noexcept;
    WideText &append(const wchar_t *text) noexcept;
    void cut(size_t length) noexcept;
    bool ends_with(const char *ending) const noexcept;

    const wchar_t *get() const noexcept { return text_; }
    size_t length() const noexcept { return length_; }
    static constexpr size_t capacity = 1024; // with the final zero

  private:
    wchar_t text_[capacity] = {};
    size_t length_ = 0;
};

void to_narrow(const wchar_t *text, char *narrow, size_t capacity) noexcept;

// Where the segment of that name lies: as given, but "/tmp/" is the temporary directory.
WideText file_path(const char *name) noexcept;

// Records that the attempt to `verb` the segment `name` failed with `cause`, of GetLastError. Returns Status::error.
Status fail_system(const char *name, const char *verb, unsigned long cause) noexcept;

}
