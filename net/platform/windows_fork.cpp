// No process is forked here, and its descriptors are handles.
#include "platform/platform.hpp"

namespace dao::net::platform
{

struct ForkGuard::Covered
{
};

ForkGuard::ForkGuard() = default;
ForkGuard::~ForkGuard() = default;
void ForkGuard::cover_endpoint(const std::string &) {}
void ForkGuard::cover_connection(int, int) {}

// libzmq does not expect WSAESHUTDOWN of its own sockets here, and would end the process.
bool end_connection(int, int) noexcept
{
    return false;
}

uint32_t fork_count() noexcept
{
    return 0;
}

}
