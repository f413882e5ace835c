#include "platform/platform.hpp"

#include <chrono>
#include <thread>

namespace daoshm
{

using namespace std::chrono;

int64_t now_ns()
{
    return duration_cast<nanoseconds>(system_clock::now().time_since_epoch()).count();
}

void sleep_ns(int64_t duration_ns)
{
    std::this_thread::sleep_for(nanoseconds(duration_ns));
}

}
