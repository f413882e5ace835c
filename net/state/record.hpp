// How a handle shows the other processes of its user how it is doing: a small segment in the user's state folder.
#pragma once

#include "daoNet.h"
#include "image.hpp"

#include <string>
#include <vector>

namespace dao::net
{

constexpr uint32_t refused_limit = 64; // keys of strangers that a publisher knows, the newest ones

class StateRecord
{
  public:
    StateRecord() = default;
    StateRecord(const StateRecord &) = delete;
    StateRecord &operator=(const StateRecord &) = delete;
    ~StateRecord();

    // Where there can be no record now, nothing is shown; it is tried again each time.
    void write(const DAO_NET_INFO &info, const std::vector<DAO_NET_PEER> &peers,
               const std::vector<std::string> &refused) noexcept;

  private:
    bool create();

    std::string name_;
    Image image_;
};

struct Shown
{
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    std::vector<DAO_NET_PEER> peers;
    std::vector<std::string> refused; // keys, newest first
};

// What the handles of living processes show. Removes what the dead have left.
std::vector<Shown> read_records();

}
