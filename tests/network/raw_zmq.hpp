// The other end of a publisher or subscriber, by ZeroMQ alone.
#pragma once

#include "net.hpp"

#include <string>
#include <vector>
#include <zmq.hpp>

namespace test
{

using Message = std::vector<std::string>;

inline std::string endpoint(int port)
{
    return "tcp://127.0.0.1:" + std::to_string(port);
}

// The next message, all parts; empty when none comes in time.
inline Message next_message(zmq::socket_t &socket, std::chrono::milliseconds limit = patience)
{
    socket.set(zmq::sockopt::rcvtimeo, static_cast<int>(limit.count()));
    Message parts;
    zmq::message_t part;
    do
    {
        if (!socket.recv(part))
            return {};
        parts.push_back(part.to_string());
    } while (part.more());
    return parts;
}

// Of a message's JSON; the largest number when it has no such member.
inline uint64_t number_of(const std::string &json, const std::string &key)
{
    const size_t at = json.find("\"" + key + "\":");
    return at == std::string::npos ? UINT64_MAX : std::stoull(json.substr(at + key.size() + 3));
}

}
