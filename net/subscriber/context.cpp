#include "subscriber/context.hpp"

#include "platform/platform.hpp"
#include "socket/socket.hpp"

#include <system_error>
#include <thread>

namespace dao::net
{

Context::Context(const std::string &host) : is_name_(!is_address(host) && host != "localhost") {}

Context::~Context()
{
    if (is_name_)
        try
        {
            platform::stay_loaded(); // the program may unload this library before the question ends
            const platform::NoSignals no_signals;
            std::thread([context = std::move(context_)]() mutable { context.close(); }).detach();
        }
        catch (const std::system_error &) // no thread to be had: waited for, here
        {
        }
}

}
