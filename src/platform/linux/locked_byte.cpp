// The lock belongs to an opening of the file, which lives as long as a descriptor or a mapping of it. A program may close all
// its descriptors at any time (closefrom), and a child has copies of them; so one page that nobody may touch is mapped, which a
// child does not get, and the descriptor is closed at once.
#include "platform/platform.hpp"

#include <sys/mman.h>

namespace dao::platform
{
namespace
{

constexpr size_t mapped_bytes = 1; // of a page

}

void end_lock(LockKeeper keeper) noexcept
{
    void *page = reinterpret_cast<void *>(keeper.number); // NOLINT(performance-no-int-to-ptr): as it was given out
    munmap(page, mapped_bytes);
}

ByteLock LockedByte::lock(const File &file, const char *path, uint64_t position) noexcept
{
    end();
    File own;
    if (!file.open_again(path, own))
        return ByteLock::unavailable;
    void *page = mmap(nullptr, mapped_bytes, PROT_NONE, MAP_SHARED, own.descriptor(), 0);
    if (page == MAP_FAILED)
        return ByteLock::unavailable;
    const LockKeeper keeper{reinterpret_cast<intptr_t>(page), {}};
    const ByteLock result =
        madvise(page, mapped_bytes, MADV_DONTFORK) == 0 ? own.lock_byte(position) : ByteLock::unavailable;
    if (result == ByteLock::own)
        keeper_.reset(keeper);
    else
        end_lock(keeper);
    return result;
}

void LockedByte::leave_to_parent() noexcept
{
    // The page is not in the child, and what is there now is somebody else's.
    keeper_.release();
}

bool LockedByte::ends_with_descriptors() noexcept
{
    return false;
}

}
