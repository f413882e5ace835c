#include "platform/posix/system_error.hpp"

#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace dao::platform
{
namespace
{

DAO_ERROR_CODE code_of(int cause) noexcept
{
    switch (cause)
    {
    case ENOENT:
    case ENOTDIR:
        return DAO_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return DAO_E_PERMISSION;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return DAO_E_NO_SPACE;
    case ENOMEM:
        return DAO_E_NO_MEMORY;
    case EEXIST:
    case EISDIR:
        return DAO_E_EXISTS;
    case ENAMETOOLONG:
        return DAO_E_NAME;
    default:
        return DAO_E_SYSTEM;
    }
}

}

Status fail_system(const char *name, const char *verb, int cause) noexcept
{
    // What a socket, a device without a driver and a folder answer to who opens them.
    const bool is_no_file = cause == ENXIO || cause == EISDIR;
    return base::fail(code_of(cause), "%s: cannot %s it: %s", name, verb,
                      is_no_file ? "not a regular file; expected the file of a segment" : std::strerror(cause));
}

}
