// Who may connect: ZeroMQ asks here (its protocol ZAP) about each client that has shown a key.
#pragma once

#include "keys/keys.hpp"
#include "socket/socket.hpp"

#include <functional>

namespace dao::net
{

class Gate
{
  public:
    // `refused` is called with the key of each client that is not let in.
    Gate(zmq::context_t &context, AllowedClients &clients, std::function<void(const std::string &)> refused);

    zmq::pollitem_t poll_item() { return {socket_.handle(), 0, ZMQ_POLLIN, 0}; }
    // Answers what was asked, or some of it: the rest is polled for again.
    void serve();

  private:
    void answer(Parts &request);

    zmq::socket_t socket_;
    AllowedClients &clients_;
    std::function<void(const std::string &)> refused_;
};

}
