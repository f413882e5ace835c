// No process is forked here.
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

uint32_t fork_count() noexcept
{
    return 0;
}

}
