#include "platform/windows/text.hpp"

#include "base/error.hpp"

#include <cstring>
#include <cwchar>
#include <iterator>
#include <windows.h>

namespace dao::platform
{
namespace
{

constexpr char temporary_prefix[] = "/tmp/";

DAO_ERROR_CODE code_of(DWORD cause) noexcept
{
    switch (cause)
    {
    case ERROR_FILE_NOT_FOUND:
    case ERROR_PATH_NOT_FOUND:
    case ERROR_INVALID_DRIVE:
    case ERROR_BAD_NETPATH:
    case ERROR_DELETE_PENDING:
        return DAO_E_NOT_FOUND;
    case ERROR_ACCESS_DENIED:
    case ERROR_WRITE_PROTECT:
    case ERROR_PRIVILEGE_NOT_HELD:
        return DAO_E_PERMISSION;
    case ERROR_DISK_FULL:
    case ERROR_HANDLE_DISK_FULL:
    case ERROR_FILE_TOO_LARGE:
        return DAO_E_NO_SPACE;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_COMMITMENT_LIMIT:
        return DAO_E_NO_MEMORY;
    case ERROR_ALREADY_EXISTS:
    case ERROR_FILE_EXISTS:
        return DAO_E_EXISTS;
    case ERROR_FILENAME_EXCED_RANGE:
    case ERROR_INVALID_NAME:
        return DAO_E_NAME;
    case ERROR_SHARING_VIOLATION:
    case ERROR_LOCK_VIOLATION:
        return DAO_E_BUSY;
    default:
        return DAO_E_SYSTEM;
    }
}

}

WideText &WideText::append(const char *text) noexcept
{
    const int room = static_cast<int>(capacity - length_);
    wchar_t *end = text_ + length_;
    int count = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, end, room);
    if (count == 0 && GetLastError() == ERROR_NO_UNICODE_TRANSLATION)
        count = MultiByteToWideChar(CP_ACP, 0, text, -1, end, room);
    length_ = count > 0 ? length_ + static_cast<size_t>(count) - 1 : capacity - 1;
    text_[length_] = 0;
    return *this;
}

WideText &WideText::append(const wchar_t *text) noexcept
{
    while (*text != 0 && length_ + 1 < capacity)
        text_[length_++] = *text++;
    text_[length_] = 0;
    return *this;
}

void WideText::cut(size_t length) noexcept
{
    length_ = length < length_ ? length : length_;
    text_[length_] = 0;
}

bool WideText::ends_with(const char *ending) const noexcept
{
    const WideText wide(ending);
    return length_ >= wide.length_ && std::wcscmp(text_ + length_ - wide.length_, wide.text_) == 0;
}

void to_narrow(const wchar_t *text, char *narrow, size_t capacity) noexcept
{
    if (WideCharToMultiByte(CP_UTF8, 0, text, -1, narrow, static_cast<int>(capacity), nullptr, nullptr) > 0)
        return;
    // Too long: cut between characters, whatever they are.
    size_t length = 0;
    for (; length + 1 < capacity && text[length] != 0; ++length)
        narrow[length] = text[length] < 128 ? static_cast<char>(text[length]) : '?';
    narrow[length] = 0;
}

WideText file_path(const char *name) noexcept
{
    constexpr size_t prefix_length = sizeof temporary_prefix - 1;
    if (std::strncmp(name, temporary_prefix, prefix_length) != 0)
        return WideText(name);
    wchar_t folder[MAX_PATH + 1] = {};
    GetTempPathW(static_cast<DWORD>(std::size(folder)), folder); // ends with a backslash
    return WideText().append(folder).append(name + prefix_length);
}

Status fail_system(const char *name, const char *verb, unsigned long cause) noexcept
{
    wchar_t wide[256];
    char text[512] = "";
    DWORD length = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, nullptr, cause, 0, wide,
                                  static_cast<DWORD>(std::size(wide)), nullptr);
    while (length > 0 && (wide[length - 1] <= L' ' || wide[length - 1] == L'.'))
        --length;
    if (length > 0)
    {
        wide[length] = 0;
        to_narrow(wide, text, sizeof text);
    }
    return base::fail(code_of(cause), "%s: cannot %s it: %s (Windows error %lu)", name, verb, text, cause);
}

}
