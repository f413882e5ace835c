#include "platform/posix/zeros.hpp"

#include <cerrno>
#include <cstddef>
#include <unistd.h>

namespace dao::platform
{

int write_zeros(int file, uint64_t bytes) noexcept
{
    static constexpr char zeros[65536] = {};
    for (uint64_t done = 0; done < bytes;)
    {
        const uint64_t rest = bytes - done;
        const size_t count = rest < sizeof zeros ? static_cast<size_t>(rest) : sizeof zeros;
        const ssize_t written = pwrite(file, zeros, count, static_cast<off_t>(done));
        if (written < 0 && errno != EINTR)
            return errno;
        done += written > 0 ? static_cast<uint64_t>(written) : 0;
    }
    return 0;
}

}
