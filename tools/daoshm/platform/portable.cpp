// What is the same on every system.
#include "platform/platform.hpp"

#include <chrono>
#include <cstdlib>

namespace daoshm
{

int64_t steady_ns()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string environment(const char *name)
{
    const char *value = std::getenv(name);
    return value != nullptr ? value : "";
}

}
