// No process is forked here, and its descriptors are handles.
#include "platform/platform.hpp"

#include <winsock2.h>

namespace dao::net::platform
{

struct ForkGuard::Covered
{
};

ForkGuard::ForkGuard() = default;
ForkGuard::~ForkGuard() = default;
void ForkGuard::cover_endpoint(const std::string &) {}
void ForkGuard::cover_connection(int, int) {}

void end_connection(int descriptor, int port) noexcept
{
    const auto socket = static_cast<SOCKET>(descriptor);
    sockaddr_storage address = {};
    int size = sizeof address;
    if (::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) == 0 &&
        reinterpret_cast<const sockaddr_in &>(address).sin_port == ::htons(static_cast<u_short>(port))) // of IPv6, too
        (void)::shutdown(socket, SD_BOTH);
}

uint32_t fork_count() noexcept
{
    return 0;
}

}
