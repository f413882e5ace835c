/// Names of machines that lead nowhere: ZeroMQ goes on trying, and does not say so.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "network/address.hpp"

namespace daoshm
{

/// "rtc: cannot be resolved: ..." when the host's name leads to no address; empty when it does, or when that is not known
/// within the time, or before Ctrl-C.
std::string unresolved(const Address &address, int64_t timeout_ns);

/// Say which of the hosts cannot be resolved, where that is known at once. They may be later.
void note_unresolved(const std::vector<Address> &addresses);

}
