// What a subscriber says to its publisher: how many frames may come, again and again, whatever is lost.
#include "camera.hpp"
#include "raw_publisher.hpp"

using namespace test;

namespace
{

constexpr uint64_t window = 2; // of `latest`

// The first credit that says that frames up to this number have come; no one before it gives room for more than the window.
std::string credit_for(RawPublisher &publisher, uint64_t seq)
{
    const auto end = std::chrono::steady_clock::now() + patience;
    std::string credit = publisher.next_credit(patience);
    while (!credit.empty() && number_of(credit, "got") < seq && std::chrono::steady_clock::now() < end)
    {
        EXPECT_LE(number_of(credit, "credit"), seq + window);
        credit = publisher.next_credit(patience);
    }
    EXPECT_EQ(number_of(credit, "got"), seq);
    EXPECT_EQ(number_of(credit, "credit"), seq + window);
    return credit;
}

}

TEST(NetCredit, IsSaidAgainEachHalfSecond)
{
    RawPublisher publisher;
    Subscriber subscriber(SubscriberOptions(publisher.port()).of("wfs"));
    const std::string topic = publisher.next_session().first;
    publisher.send(topic, 1, 1);
    std::string credit = credit_for(publisher, 1);
    const auto begin = std::chrono::steady_clock::now();
    for (int count = 0; count < 4; ++count)
    {
        credit = credit_for(publisher, 1);
        EXPECT_EQ(number_of(credit, "ask"), 1u);
        EXPECT_EQ(number_of(credit, "after"), 1u);
    }
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

// Messages keep their order: what the publisher has sent before its answer, and is not here, does not come any more.
TEST(NetCredit, GoesOnAfterFramesThatDidNotCome)
{
    RawPublisher publisher;
    Subscriber subscriber(SubscriberOptions(publisher.port()).of("wfs"));
    const std::string topic = publisher.next_session().first;
    publisher.send(topic, 1, 1);
    ASSERT_TRUE(subscriber.receives(1));
    publisher.answer(topic, 3);
    (void)credit_for(publisher, 3);
    publisher.send(topic, 4, 10);
    ASSERT_TRUE(subscriber.receives(10));
    EXPECT_EQ(subscriber.info().lost, 2u);
    EXPECT_EQ(subscriber.info().skipped, 6u);
    (void)credit_for(publisher, 4);
}

// Until it answers, it may be a plain one, whose numbers are not those of the subscriber's own topic: they give no credit for
// frames that nobody asked for.
TEST(NetCredit, OfAPublisherThatAnswersLateIsNoMoreThanTheWindow)
{
    RawPublisher publisher;
    Subscriber subscriber(SubscriberOptions(publisher.port()).of("wfs"));
    const auto [topic, first_credit] = publisher.next_session();
    EXPECT_EQ(number_of(first_credit, "credit"), window);
    uint64_t cnt0 = 0;
    ASSERT_TRUE(comes_true([&] {
        ++cnt0;
        publisher.send(std::string("wfs\0", 4), 1000 + cnt0, cnt0);
        std::this_thread::sleep_for(20ms);
        return subscriber.info().frames >= 3;
    })) << "it is taken for a plain one";
    ASSERT_TRUE(subscriber.receives(cnt0));
    publisher.answer(topic, 0);
    ASSERT_TRUE(comes_true([&] { return subscriber.info().round_trip_ns != 0; }));
    for (uint64_t seq = 0; seq <= 3; ++seq)
    {
        if (seq > 0)
            publisher.send(topic, seq, ++cnt0);
        (void)credit_for(publisher, seq);
    }
    EXPECT_TRUE(subscriber.receives(cnt0));
    EXPECT_EQ(subscriber.info().lost, 0u);
}

// A frame by the subscriber's own topic is a sign of life as an answer is: the link may break between the two.
TEST(NetCredit, IsSaidAnewToAPublisherThatIsSilentSinceItsFirstFrame)
{
    RawPublisher publisher;
    Subscriber subscriber(SubscriberOptions(publisher.port()).of("wfs"));
    const std::string topic = publisher.next_session().first;
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    publisher.send(topic, 1, 1, std::chrono::nanoseconds(now).count()); // else it seems to have been under way for long
    ASSERT_TRUE(subscriber.receives(1));
    EXPECT_FALSE(publisher.next_session(topic).first.empty()) << "no new connection";
}
