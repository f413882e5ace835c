// Files that are replaced. Windows neither replaces nor removes a file that somebody has mapped, but renames
// it. So the file that has to go gets a name of its own, "<name>.<8 digits>.daoShm-old", and is removed by whoever
// closes it last, or else by the next process that creates or removes a segment of that name.
#pragma once

#include "platform/platform.hpp"
#include "platform/windows/handle.hpp"
#include "platform/windows/text.hpp"

namespace dao::platform
{

// Held while a name is replaced: for a moment no file has it, which others must not see.
class NameGuard
{
  public:
    explicit NameGuard(const WideText &path) noexcept;
    ~NameGuard();
    NameGuard(const NameGuard &) = delete;
    NameGuard &operator=(const NameGuard &) = delete;

  private:
    KernelHandle mutex_;
    bool held_ = false;
};

constexpr const char *replaced_ending = ".daoShm-old";
constexpr const char *unfinished_ending = ".daoShm-new";

// The name that a replaced file gets.
WideText replaced_name(const WideText &path) noexcept;

// Renames the file; does not replace another. Returns 0, or what GetLastError says.
DWORD rename_file(const WideText &from, const WideText &to) noexcept;

// Which file it is. Only files of one name are ever compared, so the volume does not matter; under Wine it is wrong for
// a file that was renamed.
inline FileIdentity identity(const BY_HANDLE_FILE_INFORMATION &found) noexcept
{
    return {0, (uint64_t{found.nFileIndexHigh} << 32) | found.nFileIndexLow};
}

// Removes what was replaced from that name, or was not finished, and nobody has open any longer.
void sweep(const WideText &path) noexcept;

// Removes the file behind the handle if it was replaced or not finished, and nobody has it mapped any longer.
void remove_if_replaced(HANDLE file) noexcept;

}
