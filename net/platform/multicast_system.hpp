// What multicast.cpp asks of the system, and what both systems' parts share.
#pragma once

#include "platform/multicast.hpp"

#include <functional>
#ifdef _WIN32
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#endif

namespace dao::net::platform
{

// Any address, where the text is none.
inline sockaddr_in socket_address(const char *address, uint16_t port)
{
    sockaddr_in result = {};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    if (::inet_pton(AF_INET, address, &result.sin_addr) != 1)
        result.sin_addr.s_addr = htonl(INADDR_ANY);
    return result;
}

// Calls `use` with the address of each interface that is up and can, but loopback.
void for_each_interface(const std::function<void(const in_addr &)> &use);
// For datagrams that pass no router; -1: there is none to be had.
std::intptr_t open_sending_socket() noexcept;
void close_socket(std::intptr_t socket) noexcept;
void send_through(std::intptr_t socket, const in_addr &interface_address, const sockaddr_in &to,
                  std::string_view bytes) noexcept;

}
