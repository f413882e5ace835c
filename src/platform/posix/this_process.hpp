// What each of the two systems knows in its own way about this process.
#pragma once

#include "platform/platform.hpp"

namespace dao::platform
{

ProcessInfo find_this_process() noexcept;

}
