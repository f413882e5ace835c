// What there is of the network in a build without ZeroMQ: the constant that says so.
#include "segment.hpp"

namespace daopython
{

void bind_network(nb::module_ &module)
{
    module.attr("HAS_NETWORK") = false;
}

} // namespace daopython
