// The guard against files that other programs truncate.
#include "dao.h"
#include "platform/platform.hpp"

void daoShmSetTruncationGuard(int on)
{
    dao::platform::guard_truncation(on != 0);
}

int daoShmGetTruncationGuard(void)
{
    return dao::platform::guards_truncation() ? 1 : 0;
}
