// For systems on which only a descriptor or a handle keeps the lock.
#include "platform/platform.hpp"

namespace dao::platform
{

// A program that closed descriptors which are not its own may have another file under ours by now.
void end_lock(LockKeeper keeper) noexcept
{
    File own(FileHandle{keeper.number});
    FileInfo now;
    if (own.query("lock of a process", now) != Status::success || !(now.identity == keeper.identity))
        (void)own.release();
}

ByteLock LockedByte::lock(const File &file, const char *path, uint64_t position) noexcept
{
    end();
    File own;
    FileInfo info;
    if (!file.open_again(path, own) || own.query(path, info) != Status::success)
        return ByteLock::unavailable;
    const ByteLock result = own.lock_byte(position);
    if (result == ByteLock::own)
        keeper_.reset({own.release().number, info.identity});
    return result;
}

void LockedByte::leave_to_parent() noexcept
{
    end();
}

bool LockedByte::ends_with_descriptors() noexcept
{
    return true;
}

}
