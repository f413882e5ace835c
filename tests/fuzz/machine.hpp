// A machine of the fuzzer's own under the library: time that passes only when the library looks at the clock, waits or
// pauses, and mappings between pages that nobody may touch. The linker puts it in the place of the real one (--wrap).
//
// Each such moment is one at which another process could alter the segment: `at_each_moment` is called then.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fuzz
{

struct Machine
{
    void (*at_each_moment)() = nullptr;
    int64_t now_ns = 1'000'000'000'000'000'000;
    uint64_t moments = 0;
};
extern Machine machine;

}
