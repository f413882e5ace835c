#include "base/checked.hpp"

#include <gtest/gtest.h>

namespace dao::base
{
namespace
{

constexpr uint64_t most = UINT64_MAX;

TEST(Checked, AddsUpToTheLargestNumberAndNoFurther)
{
    EXPECT_EQ(add(2, 3), Checked(5));
    EXPECT_EQ(add(most, 0), Checked(most));
    EXPECT_EQ(add(most - 1, 1), Checked(most));
    EXPECT_EQ(add(most, 1), std::nullopt);
    EXPECT_EQ(add(most, most), std::nullopt);
}

TEST(Checked, MultipliesUpToTheLargestNumberAndNoFurther)
{
    EXPECT_EQ(multiply(6, 7), Checked(42));
    EXPECT_EQ(multiply(most, 0), Checked(0));
    EXPECT_EQ(multiply(0, most), Checked(0));
    EXPECT_EQ(multiply(most, 1), Checked(most));
    EXPECT_EQ(multiply(uint64_t{1} << 32, uint64_t{1} << 32), std::nullopt);
    EXPECT_EQ(multiply(uint64_t{1} << 32, (uint64_t{1} << 32) - 1), Checked(most - UINT32_MAX));
    EXPECT_EQ(multiply(most, 2), std::nullopt);
}

TEST(Checked, AlignsUpAndNoFurther)
{
    EXPECT_EQ(align_up(0, 64), Checked(0));
    EXPECT_EQ(align_up(1, 64), Checked(64));
    EXPECT_EQ(align_up(64, 64), Checked(64));
    EXPECT_EQ(align_up(65, 64), Checked(128));
    EXPECT_EQ(align_up(most, 64), std::nullopt);
    EXPECT_EQ(align_up(most - 63, 64), Checked(most - 63));
}

TEST(Checked, OverflowStaysOverflow)
{
    EXPECT_EQ(add(std::nullopt, 1), std::nullopt);
    EXPECT_EQ(add(1, std::nullopt), std::nullopt);
    EXPECT_EQ(multiply(std::nullopt, 0), std::nullopt);
    EXPECT_EQ(multiply(0, std::nullopt), std::nullopt);
    EXPECT_EQ(align_up(std::nullopt, 64), std::nullopt);
}

}
}
