#include "failure.hpp"
#include "platform/multicast_system.hpp"

#include <algorithm>

namespace dao::net::platform
{

namespace
{

// Sockets work as long as one exists.
struct Sockets
{
    Sockets()
    {
        WSADATA data;
        is_up = ::WSAStartup(MAKEWORD(2, 2), &data) == 0;
    }
    ~Sockets()
    {
        if (is_up)
            ::WSACleanup();
    }
    bool is_up;
};

void start_sockets()
{
    static const Sockets sockets;
}

bool set(SOCKET socket, int level, int option, const void *value, size_t bytes)
{
    return ::setsockopt(socket, level, option, static_cast<const char *>(value), static_cast<int>(bytes)) == 0;
}

}

// The addresses of this machine by its name.
void for_each_interface(const std::function<void(const in_addr &)> &use)
{
    char name[256] = "";
    addrinfo hints = {};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_DGRAM;
    addrinfo *all = nullptr;
    if (::gethostname(name, sizeof name - 1) != 0 || ::getaddrinfo(name, nullptr, &hints, &all) != 0)
        return;
    for (const addrinfo *one = all; one != nullptr; one = one->ai_next)
    {
        const in_addr address = reinterpret_cast<const sockaddr_in *>(one->ai_addr)->sin_addr;
        if ((ntohl(address.s_addr) >> 24U) != 127)
            use(address);
    }
    ::freeaddrinfo(all);
}

std::intptr_t open_sending_socket() noexcept
{
    start_sockets();
    const SOCKET socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    const DWORD hops = 1;
    if (socket != INVALID_SOCKET)
        set(socket, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops);
    return socket == INVALID_SOCKET ? -1 : static_cast<std::intptr_t>(socket);
}

void close_socket(std::intptr_t socket) noexcept
{
    ::closesocket(static_cast<SOCKET>(socket));
}

void send_through(std::intptr_t socket, const in_addr &interface_address, const sockaddr_in &to,
                  std::string_view bytes) noexcept
{
    if (set(static_cast<SOCKET>(socket), IPPROTO_IP, IP_MULTICAST_IF, &interface_address, sizeof interface_address))
        (void)::sendto(static_cast<SOCKET>(socket), bytes.data(), static_cast<int>(bytes.size()), 0,
                       reinterpret_cast<const sockaddr *>(&to), sizeof to);
}

GroupListener::GroupListener(const Group &group)
{
    start_sockets();
    const SOCKET socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    const BOOL yes = TRUE;
    const sockaddr_in at = socket_address("0.0.0.0", group.port);
    if (socket == INVALID_SOCKET || !set(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) ||
        ::bind(socket, reinterpret_cast<const sockaddr *>(&at), sizeof at) != 0)
    {
        const int error = ::WSAGetLastError();
        if (socket != INVALID_SOCKET)
            ::closesocket(socket);
        throw Failure(DAO_E_NETWORK,
                      std::string(group.address) + ": cannot listen there: error " + std::to_string(error));
    }
    socket_ = static_cast<std::intptr_t>(socket);
    for_each_interface([&](const in_addr &address) {
        ip_mreq membership = {};
        membership.imr_multiaddr = socket_address(group.address, 0).sin_addr;
        membership.imr_interface = address;
        set(socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership);
    });
}

GroupListener::~GroupListener()
{
    close_socket(socket_);
}

std::optional<Datagram> GroupListener::receive(int64_t timeout_ns, size_t most_bytes)
{
    WSAPOLLFD item = {static_cast<SOCKET>(socket_), POLLRDNORM, 0};
    const int64_t timeout_ms = std::clamp<int64_t>((timeout_ns + 999'999) / 1'000'000, 0, 1'000'000);
    if (::WSAPoll(&item, 1, static_cast<int>(timeout_ms)) != 1)
        return std::nullopt;
    Datagram datagram;
    datagram.bytes.resize(most_bytes);
    sockaddr_in from = {};
    int from_size = sizeof from;
    const int size = ::recvfrom(item.fd, datagram.bytes.data(), static_cast<int>(most_bytes), 0,
                                reinterpret_cast<sockaddr *>(&from), &from_size);
    char text[INET_ADDRSTRLEN] = "";
    if (size < 0 || ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof text) == nullptr)
        return std::nullopt; // longer than most_bytes, too
    datagram.bytes.resize(static_cast<size_t>(size));
    datagram.from = text;
    return datagram;
}

}
