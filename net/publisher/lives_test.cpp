#include "publisher/lives.hpp"

#include <gtest/gtest.h>

using namespace dao::net;

namespace
{

constexpr Birth first{7, 1}, second{7, 2}, other_file{8, 1};

}

TEST(NetLives, CounterThatIsSetBackBeginsALife)
{
    Lives lives;
    lives.see_newest(first, 50);
    lives.see_newest(first, 49); // a moment before the next one is published
    EXPECT_EQ(lives.set_backs(first), 0u);
    lives.see_newest(first, 3);
    EXPECT_EQ(lives.set_backs(first), 1u);
    lives.see_newest(first, 1);
    EXPECT_EQ(lives.set_backs(first), 2u);
    lives.see_newest(second, 1);
    EXPECT_EQ(lives.set_backs(second), 0u);
}

TEST(NetLives, ReadersNoticeInAnyOrderAndAgree)
{
    Lives lives;
    Place ahead, behind;
    lives.move(ahead, first, 80);
    lives.move(behind, first, 50);
    EXPECT_EQ(lives.set_backs(first), 0u) << "being behind is no setting back";
    lives.move(ahead, first, 1);
    EXPECT_EQ(lives.set_backs(first), 1u);
    lives.move(behind, first, 1);
    lives.see_newest(first, 2);
    EXPECT_EQ(lives.set_backs(first), 1u);
}

TEST(NetLives, WhatIsLeftOfALifeThatEndedIsCounted)
{
    Lives lives;
    Place place;
    EXPECT_EQ(lives.move(place, first, 100), 0u) << "what came before it began is not its own";
    lives.see_newest(first, 120);
    EXPECT_EQ(lives.move(place, second, 1), 20u);
    EXPECT_EQ(lives.move(place, second, 2), 0u);
    lives.see_newest(second, 9);
    lives.see_newest(second, 1);
    EXPECT_EQ(lives.move(place, second, 1), 7u);
    lives.see_newest(other_file, 5);
    EXPECT_EQ(lives.move(place, second, 2), 0u) << "of the file that was replaced";
    EXPECT_EQ(lives.move(place, other_file, 1), 0u);
}
