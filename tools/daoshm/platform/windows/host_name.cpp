#include <winsock2.h>
#include <ws2tcpip.h>

#include "platform/platform.hpp"
#include "windows.hpp"

namespace daoshm
{

std::string host_name_problem(const std::string &host)
{
    WSADATA data{};
    if (const int status = WSAStartup(MAKEWORD(2, 2), &data); status != 0)
        return narrow(gai_strerrorW(status));
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const int status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    std::string problem = status == 0 ? "" : narrow(gai_strerrorW(status));
    if (status == 0)
        freeaddrinfo(found);
    WSACleanup();
    return problem;
}

}
