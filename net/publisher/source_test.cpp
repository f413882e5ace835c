#include "publisher/source.hpp"

#include <array>
#include <gtest/gtest.h>

using namespace dao::net;

namespace
{

class NetSourceWaits : public testing::Test
{
  protected:
    NetSourceWaits()
    {
        uint32_t size[] = {1};
        EXPECT_EQ(daoShmImageCreate(image_.get(), "waits", 1, size, _DATATYPE_UINT8, 0, 0), DAO_SUCCESS);
        source_.emplace("", image_.get(), "wfs", "here");
    }
    void publish()
    {
        const uint8_t value = 1;
        ASSERT_EQ(daoShmSetData(image_.get(), &value, 1), DAO_SUCCESS);
    }

    Image image_;
    std::optional<Source> source_;
};

}

// A subscriber may come between a look and the next wait, and wants it.
TEST_F(NetSourceWaits, FrameThatNobodyWantedIsLeftToTheNextWait)
{
    EXPECT_EQ(source_->look(), Source::Wait::nothing);
    publish();
    EXPECT_EQ(source_->look(), Source::Wait::nothing);
    EXPECT_EQ(source_->wait(0), Source::Wait::frame);
    EXPECT_EQ(source_->wait(0), Source::Wait::nothing);
}

TEST_F(NetSourceWaits, FrameThatCouldNotBeSentIsToldOfAgain)
{
    publish();
    EXPECT_EQ(source_->wait(0), Source::Wait::frame);
    source_->wait_again();
    EXPECT_EQ(source_->wait(0), Source::Wait::frame);
}

TEST_F(NetSourceWaits, LookTellsOfAnImageThatWasReplacedWhateverFramesAreLeft)
{
    publish();
    ASSERT_EQ(daoShmRetirePrivate(image_.get(), 1), DAO_SUCCESS);
    EXPECT_EQ(source_->look(), Source::Wait::replaced);
}
