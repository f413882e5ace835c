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

TEST(NetLives, TheLargestNumberIsNoSettingBack)
{
    Lives lives;
    const Place newest = lives.see_newest(first, UINT64_MAX);
    EXPECT_EQ(lives.see_newest(first, UINT64_MAX), newest);
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

TEST(NetLives, ReaderWhoseCounterWasSetBackAboveItsPlaceIsInTheNewLife)
{
    Lives lives;
    Place place;
    lives.move(place, first, 2);
    lives.see_newest(first, 110);
    const Place set_back = lives.see_newest(first, 5);
    EXPECT_FALSE(lives.is_last(place.life, first));
    EXPECT_TRUE(lives.is_last(set_back.life, first));
    EXPECT_EQ(lives.move(place, first, 3), 108u);
    EXPECT_EQ(place, (Place{set_back.life, 3}));
}

TEST(NetLives, LivesOfWhichAReaderSawNothingCountWhole)
{
    Lives lives;
    Place place;
    lives.move(place, first, 100);
    lives.see_newest(first, 110);
    lives.see_newest(second, 7);
    const Place set_back = lives.see_newest(second, 5);
    lives.see_newest(second, 6);
    const Place newest = lives.see_newest(other_file, 3);
    EXPECT_EQ(lives.between(place, newest), 10u + 7 + 2 + 3);
    EXPECT_EQ(lives.between(set_back, newest), 1u + 3);
    EXPECT_EQ(lives.between({newest.life, 1}, newest), 2u);
    EXPECT_EQ(lives.move(place, other_file, 2), 10u + 7 + 2);
    EXPECT_EQ(place, (Place{newest.life, 2}));
}

TEST(NetLives, LifeThatIsOverIsNoNewOneToWhoStillReadsIt)
{
    Lives lives;
    Place ahead, behind;
    lives.move(ahead, first, 5);
    lives.move(behind, first, 5);
    EXPECT_EQ(lives.move(ahead, second, 1), 0u);
    EXPECT_EQ(lives.see_newest(first, 8), (Place{behind.life, 8}));
    EXPECT_EQ(lives.move(behind, first, 6), 0u);
    EXPECT_EQ(lives.see_newest(second, 2), (Place{ahead.life, 2}));
    EXPECT_EQ(lives.move(behind, second, 1), 2u);
    EXPECT_EQ(behind, ahead);
    EXPECT_EQ(lives.size(), 2u);
}

TEST(NetLives, AreForgottenWhenTheyAreMany)
{
    Lives lives;
    const Place old = lives.see_newest({1, 1}, 5);
    for (uint32_t generation = 2; generation <= 1000; ++generation)
        lives.see_newest({1, generation}, 5);
    EXPECT_EQ(lives.size(), Lives::most);
    EXPECT_EQ(lives.between(old, {old.life + 999, 5}), 5 * lives.size());
}
