// A ZeroMQ context for connections to a host that may have to be asked for by name.
#pragma once

#include <string>
#include <zmq.hpp>

namespace dao::net
{

// libzmq asks name servers in a thread of its own, and a context ends when that thread does: one that gives no answer would keep
// whoever closes a handle for 20 s. Nothing ends such a question, so nobody waits for it. Declared before its sockets, which are to be
// closed when it ends.
class Context
{
  public:
    explicit Context(const std::string &host);
    ~Context();
    Context(const Context &) = delete;
    Context &operator=(const Context &) = delete;

    operator zmq::context_t &() noexcept { return context_; }

  private:
    zmq::context_t context_;
    const bool is_name_;
};

}
