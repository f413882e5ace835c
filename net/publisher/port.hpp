// The one socket of a publisher. Frames are sent by the threads that wait for them, so that a frame costs one wake-up and
// not two; libzmq allows that where a lock separates the threads (docs/decisions/022). Everything that touches the socket
// is in this class.
#pragma once

#include "keys/secret.hpp"
#include "socket/socket.hpp"

#include <mutex>
#include <set>

namespace dao::net
{

// What came in: somebody's subscription that begins or ends, or a message of ours.
struct Incoming
{
    enum class Kind
    {
        subscribed,
        unsubscribed,
        message,
        bad
    };
    Kind kind = Kind::bad;
    std::string text;
    std::string user; // public key of the connection

    bool is_subscription() const { return kind == Kind::subscribed || kind == Kind::unsubscribed; }
};

class Port
{
  public:
    // Listens. Throws Failure. With keys, `secret_key` is the publisher's.
    Port(zmq::context_t &context, const std::string &address, int port, const Secret &secret_key);

    const std::string &endpoint() const { return endpoint_; }
    zmq::socket_t &socket() { return socket_; }
    // For a thread that polls: readable when take() may have something.
    zmq::fd_t descriptor() const { return descriptor_; }

    // To all who have subscribed to the topic. `data` and `last` may be null.
    void send(const std::string &topic, const std::string &header, zmq::message_t *data, const std::string *last);
    // What has come, oldest first: `limit` of it at most. There may be more until nothing comes, and after each send: sending
    // can take note of what came.
    std::vector<Incoming> take(size_t limit);

    // Whether a stranger has subscribed to a topic that `topic` begins with.
    bool is_wanted(const std::string &topic) const;
    bool has_private(const std::string &topic) const;

  private:
    Incoming sort(zmq::message_t &part);
    void note(const std::string &topic, bool begins);

    mutable std::mutex mutex_;
    zmq::socket_t socket_;
    zmq::fd_t descriptor_;
    std::string endpoint_;
    std::set<std::string, std::less<>> strangers_; // what they have subscribed to
    std::set<std::string, std::less<>> private_topics_;
    bool has_too_many_ = false; // then everything is wanted
};

}
