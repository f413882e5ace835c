// The one socket of a publisher. Frames are sent by the threads that wait for them, so that a frame costs one wake-up and
// not two; libzmq allows that where a lock separates the threads (docs/decisions/022). Everything that touches the socket
// is in this class.
#pragma once

#include "keys/secret.hpp"
#include "publisher/inbox.hpp"
#include "socket/socket.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <set>

namespace dao::net
{

// What has changed in who has subscribed.
struct SubscriptionChanges
{
    std::set<std::string> wanted;             // by strangers who came
    std::set<std::string, std::less<>> ended; // private topics
    uint64_t greedy = 0;                      // connections that subscribed to too much
    uint64_t ended_connections = 0;           // those of them that were ended for it
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
    // Takes in what has come: `limit` of it at most. False when there was nothing; until then there may be more, and after
    // each send: sending can take note of what came. `dropped` grows by what there was no room for.
    bool take_in(size_t limit, uint64_t &dropped);
    // The connection has ended: what it has said and nobody has handled is of no use, and would keep the next one of its descriptor
    // waiting.
    void forget(int connection);
    // The next message that was taken in, each connection in its turn.
    std::optional<Incoming> next();
    // Since the last time.
    SubscriptionChanges changes();

    // Whether a stranger has subscribed to a topic that `topic` begins with.
    bool is_wanted(const std::string &topic) const;
    // Who opened a private topic that is subscribed to: the key of its connection, empty without encryption.
    std::optional<std::string> user_of_private(const std::string &topic) const;

  private:
    using Topics = std::set<std::string, std::less<>>;

    void note(std::string_view topic, bool begins, std::string &&user);
    void count_subscription(std::string_view topic, bool begins, int connection);

    mutable std::mutex mutex_;
    zmq::socket_t socket_;
    zmq::fd_t descriptor_;
    std::string endpoint_;
    int number_ = 0;                                                 // of the port
    std::set<std::string, std::less<>> strangers_;                   // what they have subscribed to
    std::map<std::string, std::string, std::less<>> private_topics_; // and who opened them
    std::map<int, Topics> topics_;                                   // that each connection has subscribed to
    SubscriptionChanges changes_;
    Inbox inbox_;
};

}
