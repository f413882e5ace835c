#include "platform/windows/replaced_file.hpp"

#include "platform/platform.hpp"

#include <cstdio>
#include <cwchar>
#include <cwctype>
#include <iterator>

namespace dao::platform
{
namespace
{

constexpr DWORD longest_guard_ms = 2000; // a guard that is held longer is ignored: its owner hangs

// The same for all ways to spell a path.
uint64_t path_hash(const WideText &path) noexcept
{
    wchar_t full[1024];
    const DWORD length = GetFullPathNameW(path.get(), static_cast<DWORD>(std::size(full)), full, nullptr);
    uint64_t hash = 0xcbf29ce484222325u;
    for (DWORD index = 0; index < length && index < std::size(full); ++index)
        hash = (hash ^ static_cast<uint64_t>(std::towlower(full[index]))) * 0x100000001b3u;
    return hash;
}

}

NameGuard::NameGuard(const WideText &path) noexcept
{
    wchar_t name[64];
    std::swprintf(name, std::size(name), L"Global\\daoShm-name-%016llx",
                  static_cast<unsigned long long>(path_hash(path)));
    mutex_ = KernelHandle(CreateMutexW(open_to_all(), FALSE, name));
    const DWORD result = mutex_.is_valid() ? WaitForSingleObject(mutex_.get(), longest_guard_ms) : WAIT_FAILED;
    held_ = result == WAIT_OBJECT_0 || result == WAIT_ABANDONED;
}

NameGuard::~NameGuard()
{
    if (held_)
        ReleaseMutex(mutex_.get());
}

WideText replaced_name(const WideText &path) noexcept
{
    char number[16];
    std::snprintf(number, sizeof number, ".%08x", static_cast<unsigned>(random_number()));
    return WideText(path).append(number).append(replaced_ending);
}

DWORD rename_file(const WideText &from, const WideText &to) noexcept
{
    // Indexers and virus scanners hold files for moments.
    constexpr int attempts = 20;
    constexpr DWORD pause_ms = 5;
    for (int attempt = 1;; ++attempt)
    {
        if (MoveFileExW(from.get(), to.get(), 0) != 0)
            return ERROR_SUCCESS;
        const DWORD cause = GetLastError();
        if (cause != ERROR_SHARING_VIOLATION || attempt == attempts)
            return cause;
        ::Sleep(pause_ms);
    }
}

void sweep(const WideText &path) noexcept
{
    WIN32_FIND_DATAW found;
    HANDLE search = FindFirstFileW(WideText(path).append(".????????.daoShm-???").get(), &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    size_t folder_length = path.length();
    while (folder_length > 0 && path.get()[folder_length - 1] != L'/' && path.get()[folder_length - 1] != L'\\')
        --folder_length;
    do
    {
        WideText leftover(path);
        leftover.cut(folder_length);
        leftover.append(found.cFileName);
        if (!leftover.ends_with(replaced_ending) && !leftover.ends_with(unfinished_ending))
            continue;
        // Shared with nobody: fails while anyone has it open.
        const KernelHandle file(
            CreateFileW(leftover.get(), DELETE, 0, nullptr, OPEN_EXISTING, FILE_FLAG_DELETE_ON_CLOSE, nullptr));
    } while (FindNextFileW(search, &found) != 0);
    FindClose(search);
}

void remove_if_replaced(HANDLE file) noexcept
{
    wchar_t text[WideText::capacity];
    const DWORD length = GetFinalPathNameByHandleW(file, text, static_cast<DWORD>(std::size(text)), 0);
    if (length == 0 || length >= std::size(text))
        return;
    const WideText path = WideText().append(text);
    if (path.ends_with(replaced_ending) || path.ends_with(unfinished_ending))
        DeleteFileW(path.get());
}

}
