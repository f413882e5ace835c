#include "publisher/offer.hpp"

#include <array>
#include <gtest/gtest.h>

using namespace dao::net;

// Its connection has ended while the credit was on its way: a thread may have taken it before another one heard of the end.
TEST(Offer, CreditOfASubscriptionThatHasEndedMakesNoPeer)
{
    Image image;
    std::array<uint32_t, 1> size = {1};
    ASSERT_EQ(daoShmImageCreate(image.get(), "offer", 1, size.data(), _DATATYPE_UINT8, 0, 0), DAO_SUCCESS);
    const uint8_t value = 1;
    ASSERT_EQ(daoShmSetData(image.get(), &value, 1), DAO_SUCCESS);
    zmq::context_t context;
    Port port(context, "127.0.0.1", -1, Secret());
    Offer offer(port, "", image.get(), "wfs", "host", [] {});
    wire::Credit credit;
    credit.topic = credit.subscriber = wire::random_id();
    credit.credit = 2;
    offer.take_credit(credit, "", 0);
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    offer.add_totals(info);
    EXPECT_EQ(info.peers, 0u);
    EXPECT_EQ(info.frames, 0u);
}
