// Datagrams to all machines of the local network. They do not pass a router.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dao::net::platform
{

// An IPv4 group and a port, the same for all.
struct Group
{
    const char *address;
    uint16_t port;
};

// Sends through every interface that is up and can, or through that of one address alone.
class GroupSender
{
  public:
    // `from` is an IPv4 address of this machine; empty: all. Never throws: without a network nobody hears.
    GroupSender(const Group &group, std::string from);
    ~GroupSender();
    GroupSender(const GroupSender &) = delete;
    GroupSender &operator=(const GroupSender &) = delete;
    void send(std::string_view bytes) noexcept;

  private:
    Group group_;
    std::string from_;
    std::intptr_t socket_ = -1;
};

struct Datagram
{
    std::string from; // IPv4 address
    std::string bytes;
};

// Receives, through every interface.
class GroupListener
{
  public:
    // Throws Failure.
    explicit GroupListener(const Group &group);
    ~GroupListener();
    GroupListener(const GroupListener &) = delete;
    GroupListener &operator=(const GroupListener &) = delete;
    // Nothing when none came in time. Throws Interrupted for a signal. At most `most_bytes` of one are read.
    std::optional<Datagram> receive(int64_t timeout_ns, size_t most_bytes);

  private:
    std::intptr_t socket_ = -1;
};

}
