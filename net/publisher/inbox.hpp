// What subscribers have said and nobody has handled yet: in turn for each connection, so that one that speaks without pause
// keeps no other waiting.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>

namespace dao::net
{

// A message from a subscriber, or from somebody who is none.
struct Incoming
{
    std::string text; // empty: it is bad
    std::string user; // public key of the connection
    int connection = -1;
    int64_t heard_ns = 0;
};

class Inbox
{
  public:
    // More than all subscribers of a port say at once.
    static constexpr size_t limit = 4096;

    // Returns how many had to be dropped for it: the older ones of the connection that has most here.
    size_t put(Incoming &&incoming);
    // The oldest of the connection whose turn it is. None when there is nothing.
    std::optional<Incoming> next();
    // What a connection has said and nobody has handled is of no use any more.
    void forget(int connection);

  private:
    size_t make_room();

    std::map<int, std::deque<Incoming>> waiting_; // by connection; none is empty
    int last_turn_ = -1;
    size_t size_ = 0;
};

}
