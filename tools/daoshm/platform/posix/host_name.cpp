#include "platform/platform.hpp"

#include <cerrno>

#include <netdb.h>
#include <sys/socket.h>

namespace daoshm
{

std::string host_name_problem(const std::string &host)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const int status = getaddrinfo(host.c_str(), nullptr, &hints, &found);
    if (status == EAI_SYSTEM)
        return last_error_text();
    if (status != 0)
        return gai_strerror(status);
    freeaddrinfo(found);
    return "";
}

}
