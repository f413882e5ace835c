// For systems on which only a descriptor or a handle keeps the lock.
#include "platform/platform.hpp"

namespace dao::platform
{

void end_lock(LockKeeper keeper) noexcept
{
    close_file({keeper.number});
}

ByteLock LockedByte::lock(const File &file, const char *path, uint64_t position) noexcept
{
    end();
    File own;
    if (!file.open_again(path, own))
        return ByteLock::unavailable;
    const ByteLock result = own.lock_byte(position);
    if (result == ByteLock::own)
        keeper_.reset({own.release().number});
    return result;
}

void LockedByte::leave_to_parent() noexcept
{
    end();
}

}
