// What libzmq's sockets are is known by their addresses alone: which descriptors they have changes at any time, and a number
// that was one of theirs may be somebody else's file by now.
#include "platform/platform.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <mutex>
#include <netinet/in.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif
#include <unistd.h>
#include <vector>

namespace dao::net::platform
{

namespace
{

// An address of TCP; those of IPv4 as IPv6 has them.
struct Address
{
    in6_addr host = {};
    in_port_t port = 0; // as on the wire; 0: none

    bool operator==(const Address &other) const noexcept
    {
        return port == other.port && std::memcmp(&host, &other.host, sizeof host) == 0;
    }
    bool is_any() const noexcept
    {
        in_addr_t last = 0;
        std::memcpy(&last, &host.s6_addr[12], sizeof last);
        return IN6_IS_ADDR_UNSPECIFIED(&host) || (IN6_IS_ADDR_V4MAPPED(&host) && last == 0);
    }
};

in6_addr mapped(const in_addr &host) noexcept
{
    in6_addr result = {};
    result.s6_addr[10] = result.s6_addr[11] = 0xff;
    std::memcpy(&result.s6_addr[12], &host, sizeof host);
    return result;
}

// getsockname() or getpeername(); no port when the descriptor is none of TCP's.
template <class Query>
Address query(int descriptor, Query &&ask) noexcept
{
    sockaddr_storage storage = {};
    socklen_t size = sizeof storage;
    int type = 0;
    socklen_t type_size = sizeof type;
    if (ask(descriptor, reinterpret_cast<sockaddr *>(&storage), &size) != 0 ||
        ::getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) != 0 || type != SOCK_STREAM)
        return {};
    if (storage.ss_family == AF_INET)
    {
        const auto &found = reinterpret_cast<const sockaddr_in &>(storage);
        return {mapped(found.sin_addr), found.sin_port};
    }
    if (storage.ss_family == AF_INET6)
    {
        const auto &found = reinterpret_cast<const sockaddr_in6 &>(storage);
        return {found.sin6_addr, found.sin6_port};
    }
    return {};
}

Address local_address(int descriptor) noexcept
{
    return query(descriptor, ::getsockname);
}

Address peer_address(int descriptor) noexcept
{
    return query(descriptor, ::getpeername);
}

Address parse(const std::string &endpoint)
{
    const size_t begin = endpoint.find("//"), colon = endpoint.rfind(':');
    if (begin == std::string::npos || colon == std::string::npos || colon < begin + 2)
        return {};
    std::string host = endpoint.substr(begin + 2, colon - begin - 2);
    if (!host.empty() && host.front() == '[')
        host = host.substr(1, host.find_first_of("]%") - 1);
    Address result;
    result.port = htons(static_cast<uint16_t>(std::strtoul(endpoint.c_str() + colon + 1, nullptr, 10)));
    in_addr short_host = {};
    if (::inet_pton(AF_INET, host.c_str(), &short_host) == 1)
        result.host = mapped(short_host);
    else if (::inet_pton(AF_INET6, host.c_str(), &result.host) != 1)
        return {};
    return result;
}

// Calls `action` with each descriptor of this process; with the first so many where the system cannot list them. Takes no memory:
// in a forked child an allocator that is not the system's may wait for a thread that is not there.
template <class Action>
void for_each_descriptor(Action &&action) noexcept
{
#if defined(__linux__)
    const int folder = ::open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder >= 0)
    {
        alignas(dirent64) std::array<char, 4096> entries;
        for (long bytes; (bytes = ::syscall(SYS_getdents64, folder, entries.data(), entries.size())) > 0;)
            for (long at = 0; at < bytes;)
            {
                const auto &entry = reinterpret_cast<const dirent64 &>(entries[static_cast<size_t>(at)]);
                at += entry.d_reclen;
                if (entry.d_name[0] != '.')
                    action(static_cast<int>(std::strtol(entry.d_name, nullptr, 10)));
            }
        ::close(folder);
        return;
    }
#endif
    constexpr rlim_t most = 65536;
    rlimit limit = {};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    for (int descriptor = 0; descriptor < static_cast<int>(std::min(limit.rlim_cur, most)); ++descriptor)
        action(descriptor);
}

}

bool end_connection(int descriptor, int port) noexcept
{
    const int own = ::fcntl(descriptor, F_DUPFD_CLOEXEC, 0); // the same connection, whatever becomes of the number
    if (own < 0)
        return false;
    const bool is_ended =
        local_address(own).port == htons(static_cast<uint16_t>(port)) && ::shutdown(own, SHUT_RDWR) == 0;
    ::close(own);
    return is_ended;
}

struct ForkGuard::Covered
{
    Address endpoint;
    Address local, peer; // of the connection

    bool includes(const Address &own, int descriptor) const noexcept
    {
        if (endpoint.port != 0 && own.port == endpoint.port && (endpoint.is_any() || own == endpoint))
            return true;
        return local.port != 0 && own == local && peer_address(descriptor) == peer;
    }
};

namespace
{

std::mutex mutex; // of what follows, and of what is in it
std::vector<ForkGuard::Covered *> guarded;
std::atomic<uint32_t> forks{0};

void close_inherited()
{
    for_each_descriptor([](int descriptor) {
        const Address own = local_address(descriptor);
        const auto has_it = [&](const ForkGuard::Covered *one) { return one->includes(own, descriptor); };
        if (own.port != 0 && std::any_of(guarded.begin(), guarded.end(), has_it))
            ::close(descriptor);
    });
}

void before_fork() noexcept
{
    mutex.lock();
}

void in_parent() noexcept
{
    mutex.unlock();
}

void in_child() noexcept
{
    ++forks;
    if (!guarded.empty())
        close_inherited();
    guarded.clear(); // the handles are the parent's
    mutex.unlock();
}

}

uint32_t fork_count() noexcept
{
    return forks;
}

ForkGuard::ForkGuard() : covered_(std::make_unique<Covered>())
{
    static const int registered = ::pthread_atfork(before_fork, in_parent, in_child);
    (void)registered;
    const std::lock_guard lock(mutex);
    guarded.push_back(covered_.get());
}

ForkGuard::~ForkGuard()
{
    const std::lock_guard lock(mutex);
    guarded.erase(std::remove(guarded.begin(), guarded.end(), covered_.get()), guarded.end());
}

void ForkGuard::cover_endpoint(const std::string &endpoint)
{
    const Address address = parse(endpoint);
    const std::lock_guard lock(mutex);
    covered_->endpoint = address;
}

void ForkGuard::cover_connection(int descriptor, int port)
{
    const Address local = local_address(descriptor), peer = peer_address(descriptor);
    const bool is_ours = peer.port == htons(static_cast<uint16_t>(port));
    const std::lock_guard lock(mutex);
    covered_->local = is_ours ? local : Address{};
    covered_->peer = peer;
}

}
