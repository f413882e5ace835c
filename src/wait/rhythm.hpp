// What the adaptive wait has learnt of the moments at which frames come.
#pragma once

#include <cstdint>

namespace dao::wait
{

struct Rhythm
{
    int64_t period_ns = 0; // 0: unknown
    int64_t last_seen_ns = 0;
    uint64_t last_counter = 0;
    int64_t margin_ns = 100'000; // how long before a frame is due to be woken
    uint32_t oversleeps = 0;     // in a row
};

}
