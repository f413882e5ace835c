// For the tests here: how many random inputs a parser gets.
#pragma once

namespace dao::net::wire
{

// The thread sanitizer takes ten times as long for them, and has nothing to find in one thread: a tenth do there, to pass
// once along the ways that threads take too. The counts are those of the other builds, the address sanitizer's among them.
constexpr int random_inputs(int usual)
{
#if defined(__SANITIZE_THREAD__)
    return usual / 10;
#else
    return usual;
#endif
}

}
