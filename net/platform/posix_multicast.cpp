#include "failure.hpp"
#include "platform/multicast.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace dao::net::platform
{

namespace
{

// Calls `use` with the address of each interface that can.
template <class Use>
void for_each_interface(const Use &use)
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

int open_datagram_socket()
{
    const int file = ::socket(AF_INET, SOCK_DGRAM, 0);
    if (file >= 0)
        ::fcntl(file, F_SETFD, FD_CLOEXEC);
    return file;
}

sockaddr_in socket_address(const char *address, uint16_t port)
{
    sockaddr_in result = {};
    result.sin_family = AF_INET;
    result.sin_port = htons(port);
    if (::inet_pton(AF_INET, address, &result.sin_addr) != 1)
        result.sin_addr.s_addr = htonl(INADDR_ANY);
    return result;
}

}

GroupSender::GroupSender(const Group &group, std::string from) : group_(group), from_(std::move(from))
{
    open();
}

void GroupSender::open() noexcept
{
    const int file = open_datagram_socket();
    socket_ = file;
    const unsigned char hops = 1;
    if (file >= 0)
        ::setsockopt(file, IPPROTO_IP, IP_MULTICAST_TTL, &hops, sizeof hops);
}

GroupSender::~GroupSender()
{
    if (socket_ >= 0)
        ::close(static_cast<int>(socket_));
}

void GroupSender::send(std::string_view bytes) noexcept
{
    if (socket_ < 0)
        open(); // there was no descriptor for it
    if (socket_ < 0)
        return;
    const auto file = static_cast<int>(socket_);
    const sockaddr_in to = socket_address(group_.address, group_.port);
    const in_addr only = socket_address(from_.c_str(), 0).sin_addr;
    for_each_interface([&](const in_addr &interface) {
        if ((from_.empty() || interface.s_addr == only.s_addr) &&
            ::setsockopt(file, IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface) == 0)
            (void)::sendto(file, bytes.data(), bytes.size(), MSG_DONTWAIT, reinterpret_cast<const sockaddr *>(&to),
                           sizeof to);
    });
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
    for_each_interface([&](const in_addr &interface) {
        ip_mreq membership = {};
        membership.imr_multiaddr = at.sin_addr;
        membership.imr_interface = interface;
        ::setsockopt(file, IPPROTO_IP, IP_ADD_MEMBERSHIP, &membership, sizeof membership);
    });
}

GroupListener::~GroupListener()
{
    ::close(static_cast<int>(socket_));
}

std::optional<Datagram> GroupListener::receive(int64_t timeout_ns, size_t most_bytes)
{
    pollfd item = {static_cast<int>(socket_), POLLIN, 0};
    const int64_t timeout_ms = std::clamp<int64_t>((timeout_ns + 999'999) / 1'000'000, 0, 1'000'000);
    if (::poll(&item, 1, static_cast<int>(timeout_ms)) != 1)
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
