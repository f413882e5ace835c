#include "network/inquiry.hpp"

#include <atomic>
#include <chrono>
#include <stdexcept>

#include <gtest/gtest.h>

#include "platform/platform.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t second_ns = 1'000'000'000;

Address number(int port)
{
    return {"host", port, {}};
}

std::optional<std::vector<DAO_NET_OFFER>> nobody(int64_t timeout_ns)
{
    std::this_thread::sleep_for(std::chrono::nanoseconds(timeout_ns));
    return std::nullopt;
}

TEST(Inquiry, EachIsAskedOnceAndAnswersInOrder)
{
    std::atomic<int> asked{0};
    Inquiry inquiry(
        [&](const Address &address, int64_t) -> std::optional<std::vector<DAO_NET_OFFER>> {
            ++asked;
            if (address.port == 2)
                throw std::runtime_error("refused");
            return std::vector<DAO_NET_OFFER>(static_cast<size_t>(address.port));
        },
        steady_ns() + 60 * second_ns, false);
    inquiry.add({number(3), number(2), number(1), number(3)});
    const std::vector<Answer> answers = inquiry.finish();
    ASSERT_EQ(answers.size(), 3u);
    EXPECT_EQ(answers[0].offers.value().size(), 3u);
    EXPECT_FALSE(answers[1].offers);
    EXPECT_EQ(answers[1].problem, "refused");
    EXPECT_EQ(answers[2].offers.value().size(), 1u);
    EXPECT_EQ(asked, 3);
}

TEST(Inquiry, FalseAddressesKeepNobodyFromBeingAsked)
{
    std::atomic<int> at_once{0};
    std::atomic<int> most{0};
    const int64_t began_ns = steady_ns();
    Inquiry inquiry(
        [&](const Address &address, int64_t timeout_ns) -> std::optional<std::vector<DAO_NET_OFFER>> {
            const int now = ++at_once;
            int seen = most;
            while (seen < now && !most.compare_exchange_weak(seen, now))
                ;
            auto answer = address.port == 200 ? std::vector<DAO_NET_OFFER>(1) : nobody(timeout_ns);
            --at_once;
            return answer;
        },
        began_ns + 6 * second_ns, true);
    for (int port = 1; port <= 200; ++port)
        inquiry.add({number(port)});
    const std::vector<Answer> answers = inquiry.finish();
    EXPECT_LE(steady_ns() - began_ns, 60 * second_ns); // one after the other they would take minutes
    ASSERT_EQ(answers.size(), 200u);
    EXPECT_FALSE(answers[0].offers);
    EXPECT_EQ(answers[0].problem, "");
    EXPECT_TRUE(answers[199].offers);
    EXPECT_LE(most, 16);
}

TEST(Inquiry, WhoDidNotAnswerIsAskedAgain)
{
    std::atomic<int> asked{0};
    Inquiry inquiry(
        [&](const Address &, int64_t timeout_ns) -> std::optional<std::vector<DAO_NET_OFFER>> {
            return ++asked < 3 ? nobody(timeout_ns / 100) : std::vector<DAO_NET_OFFER>(1);
        },
        steady_ns() + 60 * second_ns, false);
    inquiry.add({number(1)});
    EXPECT_TRUE(inquiry.finish().front().offers);
    EXPECT_EQ(asked, 3);
}

TEST(Inquiry, WithoutAddressesItEndsAtOnce)
{
    Inquiry inquiry([](const Address &, int64_t timeout_ns) { return nobody(timeout_ns); },
                    steady_ns() + 3600 * second_ns, true);
    EXPECT_TRUE(inquiry.finish().empty());
}

}

}
