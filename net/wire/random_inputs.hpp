// For the tests here: how many random inputs a parser gets.
#pragma once

namespace dao::net::wire
{

// Sanitizers take ten times as long for them. The thread sanitizer has nothing to find in one thread: a tenth do there, to
// pass once along the ways that threads take too. The address sanitizer has the fuzzers' inputs as well: a quarter.
constexpr int random_inputs(int usual)
{
#if defined(__SANITIZE_THREAD__)
    return usual / 10;
#elif defined(__SANITIZE_ADDRESS__)
    return usual / 4;
#else
    return usual;
#endif
}

}
