// A mutex that no thread holds while the process forks: nobody would unlock the child's.
#pragma once

#include "platform/platform.hpp"

#include <mutex>

namespace dao::platform
{

// To be called once for each, as at_fork().
template <std::mutex &mutex>
bool keep_free_at_forks() noexcept
{
    const auto unlock = []() noexcept { mutex.unlock(); };
    at_fork([]() noexcept { mutex.lock(); }, unlock, unlock);
    return true;
}

}
