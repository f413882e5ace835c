/// A publisher or subscriber of daoNet.h, and what it throws.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <daoNet.h>
#include <daoShm.hpp>

#include "network/address.hpp"
#include "network/commands.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

struct CloseNet
{
    void operator()(DAO_NET *net) const { daoNetClose(net); }
};
using NetHandle = std::unique_ptr<DAO_NET, CloseNet>;

/// Throw a ToolError with the library's message unless `status` is DAO_SUCCESS.
void require(int_fast8_t status);
DAO_NET_INFO info_of(const NetHandle &net);
/// How far a subscriber has come: a word of the guide's table.
const char *state_word(const DAO_NET_INFO &info);
/// The same with the last problem.
std::string state_text(const DAO_NET_INFO &info);
/// A rate that somebody else tells, where it can be one.
std::optional<double> plausible_rate(double hertz);
/// "998.7 Hz", "-" where it can be none.
std::string plausible_rate_text(double hertz);
/// "512x512 uint16"
std::string geometry_text(const DAO_NET_OFFER &offer);

struct SubscribeDetails
{
    std::string name; ///< file of the copy; empty: private
    bool every = false;
    uint32_t depth = 0; ///< 0: the publisher's
};
/// It cannot be subscribed to for want of descriptors or memory: later, perhaps.
class NotNow : public ToolError
{
  public:
    using ToolError::ToolError;
};
/// Throws NotNow, or another ToolError.
NetHandle subscribe(const Address &address, const SubscribeDetails &details, const Keys &keys);
NetHandle open_publisher(const PublisherPlace &place);
/// Who can subscribe to that publisher.
std::string exposure_text(const DAO_NET_INFO &info);

/// What a publisher offers; nothing when it does not answer in time, or the tool is interrupted. Throws ToolError.
std::optional<std::vector<DAO_NET_OFFER>> query_offers(const Address &address, const Keys &keys, int64_t timeout_ns);

/// Open the copy that there is, or wait for the first; nothing when the time is up or the tool is interrupted.
std::optional<Dao::Image> open_copy(const NetHandle &net, int64_t timeout_ns);
/// The same of private copies in turn, for who passes them on.
std::optional<Dao::Image> open_next_copy(const NetHandle &net, int64_t timeout_ns);

}
