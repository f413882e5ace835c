// For the tests here: how many random inputs a parser gets.
#pragma once

#include <cstdlib>

namespace dao::net::wire
{

// The address sanitizer takes ten times as long for them, and has the fuzzers' inputs as well: a quarter. An emulator takes
// thirty times as long.
inline int random_inputs(int usual)
{
#if defined(__SANITIZE_ADDRESS__)
    return usual / 4;
#else
    return std::getenv("DAO_TEST_EMULATOR") != nullptr ? usual / 10 : usual;
#endif
}

}
