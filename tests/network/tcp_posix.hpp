// TCP sockets that no child inherits, on systems without SOCK_CLOEXEC too.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

namespace test
{

inline int closed_in_children(int file)
{
    if (file >= 0)
        ::fcntl(file, F_SETFD, FD_CLOEXEC);
    return file;
}

inline int tcp_socket()
{
    return closed_in_children(::socket(AF_INET, SOCK_STREAM, 0));
}

inline int accept_tcp(int listener)
{
    return closed_in_children(::accept(listener, nullptr, nullptr));
}

}
