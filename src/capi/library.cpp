// What needs no image: the last error, the version, the thread's limit for locks, the guard against files that other programs
// truncate, element types, addresses.
#include "base/error.hpp"
#include "base/lock_limit.hpp"
#include "format/element_type.hpp"
#include "platform/platform.hpp"

#include <cctype>
#include <cstdio>
#include <utility>

using namespace dao;

DAO_ERROR_CODE daoLastErrorCode(void)
{
    return base::last_error_code();
}

const char *daoLastErrorMessage(void)
{
    return base::last_error_message();
}

int_fast8_t daoSetLastError(DAO_ERROR_CODE code, const char *message)
{
    char text[512]; // the message may be the last error's own
    std::snprintf(text, sizeof text, "%s", message != nullptr ? message : "");
    return static_cast<int_fast8_t>(base::fail(code, "%s", text));
}

const char *daoVersion(void)
{
    return DAO_VERSION;
}

int64_t daoShmSetLockLimit(int64_t limit_ns)
{
    return std::exchange(base::lock_limit_ns, limit_ns);
}

void daoShmSetTruncationGuard(int on)
{
    platform::guard_truncation(on != 0);
}

int daoShmGetTruncationGuard(void)
{
    return platform::guards_truncation() ? 1 : 0;
}

size_t daoTypeSize(uint8_t atype)
{
    return format::element_size(atype);
}

const char *daoTypeName(uint8_t atype)
{
    return format::element_name(atype);
}

unsigned daoBaseIp2Int(const char *ip)
{
    if (ip == nullptr)
        return DAO_ERROR;
    unsigned address = 0;
    for (int part = 0; part < 4; ++part)
    {
        unsigned number = 0;
        if (!std::isdigit(static_cast<unsigned char>(*ip)))
            return DAO_ERROR;
        while (std::isdigit(static_cast<unsigned char>(*ip)) && number < 256)
            number = number * 10 + static_cast<unsigned>(*ip++ - '0');
        if (number > 255 || (part < 3 && *ip++ != '.'))
            return DAO_ERROR;
        address = address * 256 + number;
    }
    return *ip == 0 ? address : static_cast<unsigned>(DAO_ERROR);
}
