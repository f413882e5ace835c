#include "publisher/inbox.hpp"

#include <gtest/gtest.h>

using namespace dao::net;

namespace
{

Incoming of(int connection, int number)
{
    return {std::to_string(number), "", connection, 0};
}

}

TEST(NetInbox, EachConnectionHasItsTurn)
{
    Inbox inbox;
    for (int number = 0; number < 3; ++number)
        inbox.put(of(7, number));
    inbox.put(of(9, 10));
    inbox.put(of(3, 20));
    std::string order;
    while (const std::optional<Incoming> one = inbox.next())
        order += one->text + " ";
    EXPECT_EQ(order, "20 0 10 1 2 ");
}

TEST(NetInbox, WhoSaysMostLosesTheOldestAndNobodyElseAny)
{
    Inbox inbox;
    size_t dropped = 0;
    for (int number = 0; number < 100; ++number)
        dropped += inbox.put(of(5, number));
    for (int number = 0; number < 20'000; ++number)
        dropped += inbox.put(of(1, number)) + inbox.put(of(2, number));
    size_t left = 0, quiet = 0;
    int newest = -1;
    while (const std::optional<Incoming> one = inbox.next())
    {
        ++left;
        if (one->connection == 5)
            EXPECT_EQ(one->text, std::to_string(quiet++));
        else if (one->connection == 1)
        {
            EXPECT_GT(std::stoi(one->text), newest);
            newest = std::stoi(one->text);
        }
    }
    EXPECT_EQ(quiet, 100u);
    EXPECT_EQ(newest, 19'999);
    EXPECT_LE(left, Inbox::limit);
    EXPECT_EQ(left + dropped, 40'100u);
}

TEST(NetInbox, WhoTakesADescriptorOverNeedNotWaitForWhatWasSaidByItBefore)
{
    Inbox inbox;
    for (int number = 0; number < 3000; ++number)
        inbox.put(of(7, number));
    inbox.put(of(9, 1));
    inbox.forget(7);
    inbox.forget(8);
    inbox.put(of(7, 5000));
    EXPECT_EQ(inbox.next()->text, "5000");
    EXPECT_EQ(inbox.next()->text, "1");
    EXPECT_FALSE(inbox.next());
    size_t dropped = 0;
    for (size_t number = 0; number < Inbox::limit; ++number)
        dropped += inbox.put(of(3, 0));
    EXPECT_EQ(dropped, 0u) << "what was forgotten takes no room";
}

TEST(NetInbox, MoreConnectionsThanThereIsRoomForAreTakenInAllTheSame)
{
    Inbox inbox;
    size_t dropped = 0;
    for (int connection = 0; connection < 5000; ++connection)
        dropped += inbox.put(of(connection, connection));
    EXPECT_EQ(dropped, 5000u - Inbox::limit);
    size_t left = 0;
    while (inbox.next())
        ++left;
    EXPECT_EQ(left, Inbox::limit);
    inbox.put(of(1, 1));
    EXPECT_EQ(inbox.next()->text, "1");
    EXPECT_FALSE(inbox.next());
}
