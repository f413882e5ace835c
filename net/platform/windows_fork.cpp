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

namespace
{

// Another handle of the socket that the handle stands for now, whatever becomes of the number.
SOCKET duplicate(SOCKET socket) noexcept
{
    WSAPROTOCOL_INFOW socket_info = {};
    if (::WSADuplicateSocketW(socket, ::GetCurrentProcessId(), &socket_info) != 0)
        return INVALID_SOCKET;
    return ::WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &socket_info, 0,
                        WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

bool is_at_port(SOCKET socket, int port) noexcept
{
    sockaddr_storage address = {};
    int size = sizeof address;
    return ::getsockname(socket, reinterpret_cast<sockaddr *>(&address), &size) == 0 &&
           reinterpret_cast<const sockaddr_in &>(address).sin_port ==
               ::htons(static_cast<u_short>(port)); // of IPv6, too
}

}

void end_connection(int descriptor, int port) noexcept
{
    const SOCKET own = duplicate(static_cast<SOCKET>(descriptor));
    if (own == INVALID_SOCKET)
        return;
    if (is_at_port(own, port))
        (void)::shutdown(own, SD_BOTH);
    ::closesocket(own);
}

uint32_t fork_count() noexcept
{
    return 0;
}

}
