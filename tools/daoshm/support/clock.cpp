#include "clock.hpp"

#include <chrono>

namespace daoshm
{

int64_t steady_ns()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

}
