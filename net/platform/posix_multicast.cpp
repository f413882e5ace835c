#include "failure.hpp"
#include "interruption.hpp"
#include "platform/multicast_system.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <unistd.h>

namespace dao::net::platform
{

namespace
{

int open_datagram_socket()
{
    const int file = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (file >= 0)
        ::fcntl(file, F_SETFD, FD_CLOEXEC);
    return file;
}

}

void for_each_interface(const std::function<void(const in_addr &)> &use)
{
    ifaddrs *all = nullptr;
    if (::getifaddrs(&all) != 0)
        return;
    constexpr unsigned wanted = IFF_UP | IFF_MULTICAST;
    for (const ifaddrs *one = all; one != nullptr; one = one->ifa_next)
        if (one->ifa_addr != nullptr && one->ifa_addr->sa_family == AF_INET && (one->ifa_flags & wanted) == wanted &&
            (one->ifa_flags & IFF_LOOPBACK) == 0)
            use(reinterpret_cast<const sockaddr_in *>(one->ifa_addr)->sin_addr);
    ::freeifaddrs(all);
}

std::intptr_t open_sending_socket() noexcept
{
    const int file = open_datagram_socket();
    const unsigned char hops = 1;
    if (file >= 0)
        ::setsockopt(file, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops);
    return file;
}

void close_socket(std::intptr_t socket) noexcept
{
    ::close(static_cast<int>(socket));
}

void send_through(std::intptr_t socket, const in_addr &interface_address, const sockaddr_in &to,
                  std::string_view bytes) noexcept
{
    const auto file = static_cast<int>(socket);
    if (::setsockopt(file, IPPROTO_IP, IP_MULTICAST_IF, &interface_address, sizeof interface_address) == 0)
        (void)::sendto(file, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr *>(&to),
                       sizeof to);
}

GroupListener::GroupListener(const Group &group)
{
    const int file = open_datagram_socket();
    socket_ = file;
    const int yes = 1;
    const sockaddr_in at = socket_address(group.address, group.port); // nothing that is not sent to the group
    if (file < 0 || ::setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
#ifdef SO_REUSEPORT
        ::setsockopt(file, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) != 0 ||
#endif
        ::bind(file, reinterpret_cast<const sockaddr *>(&at), sizeof at) != 0)
    {
        const int error = errno;
        if (file >= 0)
            ::close(file);
        throw Failure(DAO_E_NETWORK, std::string(group.address) + ": cannot listen there: " + std::strerror(error));
    }
    for_each_interface([&](const in_addr &address) {
        ip_mreq membership = {};
        membership.imr_multiaddr = at.sin_addr;
        membership.imr_interface = address;
        ::setsockopt(file, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership);
    });
}

GroupListener::~GroupListener()
{
    close_socket(socket_);
}

std::optional<Datagram> GroupListener::receive(int64_t timeout_ns, size_t most_bytes)
{
    pollfd item = {static_cast<int>(socket_), POLLIN, 0};
    const int64_t timeout_ms = std::clamp<int64_t>((timeout_ns + 999'999) / 1'000'000, 0, 1'000'000);
    const int ready = ::poll(&item, 1, static_cast<int>(timeout_ms));
    if (ready < 0 && errno == EINTR)
        throw Interrupted();
    if (ready != 1)
        return std::nullopt;
    Datagram datagram;
    datagram.bytes.resize(most_bytes);
    sockaddr_in from = {};
    socklen_t from_size = sizeof from;
    const ssize_t size = ::recvfrom(item.fd, datagram.bytes.data(), most_bytes, MSG_DONTWAIT,
                                    reinterpret_cast<sockaddr *>(&from), &from_size);
    char text[INET_ADDRSTRLEN] = "";
    if (size < 0 || ::inet_ntop(AF_INET, &from.sin_addr, text, sizeof text) == nullptr)
        return std::nullopt;
    datagram.bytes.resize(static_cast<size_t>(size));
    datagram.from = text;
    return datagram;
}

}
