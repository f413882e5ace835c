#include "text/letters.hpp"

#include <gtest/gtest.h>

namespace
{

TEST(Letters, OfEnglishAloneChangeTheirCase)
{
    const std::string other = "@[`{\xc3\x84\xc4\xb0\xff 019"; // their neighbours, and letters of other languages
    EXPECT_EQ(daoshm::lower_case("AIZaiz" + other), "aizaiz" + other);
    EXPECT_EQ(daoshm::upper_case("AIZaiz" + other), "AIZAIZ" + other);
}

}
