/// A host of which all that it offers is taken, what it offers later as well.
#pragma once

#include <exception>
#include <set>
#include <string>
#include <vector>

#include <daoNet.h>

#include "network/address.hpp"
#include "network/commands.hpp"

namespace daoshm
{

class Host
{
  public:
    Host(Address address, Keys keys) : address_(std::move(address)), keys_(std::move(keys)) {}

    /// Ask it, a second at most, and return what it did not offer before. What is odd is noted, once. Throws ToolError
    /// only the first time; later problems are notes, too.
    std::vector<Address> newly_offered();
    /// That one cannot be taken now: it counts as newly offered again. Noted once.
    void offer_again(const Address &address, const std::exception &problem);
    bool was_asked() const { return was_asked_; }

  private:
    std::vector<Address> ask();
    std::vector<Address> fresh_of(const std::vector<DAO_NET_OFFER> &offers);
    void note(const std::string &problem); ///< each once

    Address address_;
    Keys keys_;
    bool was_asked_ = false;
    std::set<std::string> seen_;
    std::set<std::string> noted_;
};

}
