#include "kept_images.hpp"

#include <gtest/gtest.h>
#include <vector>

using namespace dao::net;

namespace
{

class NetKeptImages : public testing::Test
{
  protected:
    // Adds a new image of so many bytes, of which the system has only those that somebody writes. Returns its number.
    uint32_t add(uint32_t bytes = 1)
    {
        Image image;
        EXPECT_EQ(daoShmImageCreate(image.get(), "kept", 1, &bytes, _DATATYPE_UINT8, 0, 0), DAO_SUCCESS)
            << daoLastErrorMessage();
        kept_.add(image.get());
        return kept_.newest().number;
    }
    // The numbers of those that are given up.
    std::vector<uint32_t> make_room()
    {
        std::vector<uint32_t> given_up;
        kept_.make_room([&](KeptImages::Kept &oldest) { given_up.push_back(oldest.number); });
        return given_up;
    }

    KeptImages kept_;
};

}

TEST_F(NetKeptImages, AreTakenInTurn)
{
    EXPECT_EQ(kept_.find_after(0), nullptr);
    for (uint32_t number = 1; number <= 3; ++number)
        EXPECT_EQ(add(), number);
    for (uint32_t number = 0; number < 3; ++number)
        EXPECT_EQ(kept_.find_after(number)->number, number + 1);
    EXPECT_EQ(kept_.find_after(3), nullptr);
    EXPECT_EQ(kept_.newest().number, 3u);
}

TEST_F(NetKeptImages, AHandleOnOneIsKnown)
{
    add();
    Image stranger, first;
    first.duplicate(kept_.newest().image.get());
    add();
    EXPECT_EQ(kept_.number_of(first), 1u);
    EXPECT_EQ(kept_.number_of(stranger), 0u) << "it is not open";
    kept_.forget_before(2);
    EXPECT_EQ(kept_.number_of(first), 0u);
    EXPECT_EQ(kept_.find_after(kept_.number_of(first))->number, 2u) << "one that fell behind goes on with the oldest";
}

TEST_F(NetKeptImages, TheNewestIsNeverForgotten)
{
    kept_.forget_before(UINT32_MAX);
    EXPECT_TRUE(kept_.is_empty());
    add();
    add();
    kept_.forget_before(UINT32_MAX);
    EXPECT_EQ(kept_.count(), 1u);
    EXPECT_EQ(kept_.newest().number, 2u);
    EXPECT_EQ(add(), 3u) << "numbers are not used again";
}

TEST_F(NetKeptImages, TooManyAreGivenUpOldestFirst)
{
    for (size_t count = 1; count < KeptImages::most_images; ++count)
        add();
    EXPECT_TRUE(make_room().empty()) << "there is room for one";
    add();
    EXPECT_EQ(make_room(), std::vector<uint32_t>{1});
    add();
    EXPECT_EQ(make_room(), std::vector<uint32_t>{2});
    EXPECT_EQ(kept_.count(), KeptImages::most_images - 1);
}

TEST_F(NetKeptImages, TooLargeOnesAreGivenUpButTheNewest)
{
    constexpr uint32_t half = KeptImages::most_bytes / 2;
    add(half);
    add(half);
    EXPECT_TRUE(make_room().empty()) << "the limit is reached and not passed";
    add(half + 1);
    EXPECT_EQ(make_room(), (std::vector<uint32_t>{1, 2}));
    add(2 * half + 1);
    EXPECT_EQ(make_room(), std::vector<uint32_t>{3});
    EXPECT_TRUE(make_room().empty()) << "too large as it is, it is the newest";
    add();
    EXPECT_EQ(make_room(), std::vector<uint32_t>{4});
    EXPECT_EQ(kept_.newest().number, 5u);
}

TEST_F(NetKeptImages, ForgottenOnesTakeNoRoom)
{
    constexpr uint32_t half = KeptImages::most_bytes / 2;
    for (int count = 0; count < 4; ++count)
    {
        add(half);
        kept_.forget_before(kept_.newest().number);
    }
    add(half);
    EXPECT_TRUE(make_room().empty());
}

TEST_F(NetKeptImages, OneThatCannotBeAddedChangesNothing)
{
    add();
    IMAGE closed = {};
    EXPECT_THROW(kept_.add(&closed), Failure);
    EXPECT_EQ(kept_.count(), 1u);
    EXPECT_EQ(add(), 2u);
}
