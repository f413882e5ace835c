#include "platform/limits.hpp"

#include <sys/resource.h>

namespace daoshm
{

void allow_many_files()
{
    constexpr rlim_t where_no_limit_is_refused = 10240; // OPEN_MAX of macOS
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max)
        return;
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) == 0 || before >= where_no_limit_is_refused)
        return;
    limit.rlim_cur = where_no_limit_is_refused;
    setrlimit(RLIMIT_NOFILE, &limit);
}

}
