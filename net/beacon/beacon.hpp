// How publishers are found: each announces its port to the local network every second. Whoever hears it learns an address
// and nothing else; the publisher itself says what it offers.
#pragma once

#include "platform/multicast.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>

namespace dao::net
{

constexpr platform::Group beacon_group = {"239.255.68.65", 5554};
constexpr size_t beacon_bytes = 10;
constexpr size_t beacon_limit = 1024; // publishers that discover() returns at most

// "daoNet", the version 1, a byte 0, the port (big-endian).
std::string write_beacon(uint16_t port);
// The port; nothing when the bytes are anything else.
std::optional<uint16_t> read_beacon(std::string_view bytes);

// Announces a publisher as long as it lives.
class Announcer
{
  public:
    // `from` is the IPv4 address at which the publisher listens; empty: all of this machine.
    Announcer(uint16_t port, std::string from);
    ~Announcer();
    Announcer(const Announcer &) = delete;
    Announcer &operator=(const Announcer &) = delete;

  private:
    void run(uint16_t port, const std::string &from);

    std::mutex mutex_;
    std::condition_variable ends_;
    bool is_over_ = false;
    std::thread thread_;
};

// The endpoints of all who announce themselves during that time. Throws Failure.
std::set<std::string> discover(int64_t time_ns);

}
