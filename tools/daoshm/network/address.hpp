/// Segments on other machines as users name them: HOST[:PORT]:SEGMENT.
#pragma once

#include <optional>
#include <string>

namespace daoshm
{

struct Address
{
    std::string host;
    int port;
    std::string topic; ///< the segment's name there; empty: what the port offers
};

/// "host:wfs", "host:5556:wfs", "host:5556", "[fe80::1]:wfs"; nothing for other texts: a path, and "c:wfs", where one letter
/// is a drive. Digits alone are a port. Throws a usage error for a number that is no port, and for "tcp://host".
std::optional<Address> parse_address(const std::string &text);

/// The same, or a host alone. Throws a usage error for other texts.
Address parse_publisher(const std::string &text);

/// "host:5556:wfs"
std::string address_text(const Address &address);

}
