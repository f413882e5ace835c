#include <winsock2.h>
#include <ws2tcpip.h>

#include "platform/platform.hpp"
#include "windows.hpp"

namespace daoshm
{

namespace
{

/// As a part of a sentence: the system ends it with a full stop and a space.
std::string text_of(int status)
{
    std::string text = narrow(gai_strerrorW(status));
    text.resize(text.find_last_not_of(" .\r\n") + 1);
    return text;
}

}

std::string host_name_problem(const std::string &host)
{
    WSADATA data{};
    if (const int status = WSAStartup(MAKEWORD(2, 2), &data); status != 0)
        return text_of(status);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const int status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    std::string problem = status == 0 ? "" : text_of(status);
    if (status == 0)
        freeaddrinfo(found);
    WSACleanup();
    return problem;
}

}
