#include "platform/multicast_system.hpp"

namespace dao::net::platform
{

GroupSender::GroupSender(const Group &group, std::string from)
    : group_(group), from_(std::move(from)), socket_(open_sending_socket())
{
}

GroupSender::~GroupSender()
{
    if (socket_ >= 0)
        close_socket(socket_);
}

void GroupSender::send(std::string_view bytes) noexcept
{
    if (socket_ < 0)
        socket_ = open_sending_socket(); // there was no descriptor for it
    if (socket_ < 0)
        return;
    const sockaddr_in to = socket_address(group_.address, group_.port);
    const in_addr only = socket_address(from_.c_str(), 0).sin_addr;
    const auto send = [&](const in_addr &address) {
        if (from_.empty() || address.s_addr == only.s_addr)
            send_through(socket_, address, to, bytes);
    };
    for_each_interface(std::ref(send)); // needs no memory
}

}
