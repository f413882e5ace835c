#include "keys/gate.hpp"

#include "daoNet.h"

#include <array>

namespace dao::net
{

namespace
{

constexpr size_t request_parts = 7; // version, request, domain, address, identity, mechanism, key
constexpr size_t raw_key_bytes = 32;
constexpr int answers_at_once = 64;

std::string key_of(const Parts &request)
{
    if (request.size() != request_parts || view(request[5]) != "CURVE" || request[6].size() != raw_key_bytes)
        return {};
    std::array<char, DAO_NET_KEY_SIZE> text{};
    return zmq_z85_encode(text.data(), static_cast<const uint8_t *>(request[6].data()), raw_key_bytes) != nullptr
               ? text.data()
               : "";
}

}

Gate::Gate(zmq::context_t &context, AllowedClients &clients, std::function<void(const std::string &)> refused)
    : socket_(context, zmq::socket_type::rep), clients_(clients), refused_(std::move(refused))
{
    socket_.set(zmq::sockopt::linger, 0);
    socket_.bind("inproc://zeromq.zap.01");
}

void Gate::serve()
{
    Parts request;
    bool is_whole = false;
    for (int count = 0; count < answers_at_once && receive(socket_, request, is_whole, request_parts); ++count)
        answer(request);
}

void Gate::answer(Parts &request)
{
    const std::string key = key_of(request);
    const bool is_allowed = !key.empty() && clients_.allows(key);
    if (!is_allowed)
        refused_(key);
    const std::string id = request.size() > 1 ? request[1].to_string() : "";
    const std::array<std::string, 6> reply = {
        "1.0", id, is_allowed ? "200" : "400", is_allowed ? "OK" : "this key may not subscribe", key, ""};
    for (size_t index = 0; index < reply.size(); ++index)
        socket_.send(zmq::buffer(reply[index]),
                     index + 1 < reply.size() ? zmq::send_flags::sndmore : zmq::send_flags::none);
}

}
