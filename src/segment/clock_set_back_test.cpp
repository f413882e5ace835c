// What is done again after a while on the computer's clock is done at once when that clock was set back.
#include "segment/life.hpp"
#include "segment/name_watch.hpp"
#include "segment/reader_table.hpp"

#include <gtest/gtest.h>

namespace dao::segment
{
namespace
{

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t noon_ns = 1'700'000'000 * second_ns;

class ClockSetBack : public testing::Test
{
  protected:
    void SetUp() override
    {
        format::Geometry geometry;
        geometry.naxis = 1;
        geometry.size[0] = 4;
        geometry.atype = _DATATYPE_FLOAT;
        geometry.depth = 1;
        ASSERT_EQ(create_private("clock-set-back", geometry, segment_), Status::success);
    }

    SegmentPointer segment_;
};

TEST_F(ClockSetBack, TheNameIsCheckedAgain)
{
    NameWatch watch;
    ASSERT_EQ(watch.check(*segment_, noon_ns), Status::success);
    EXPECT_FALSE(watch.is_due(noon_ns + second_ns / 20));
    EXPECT_TRUE(watch.is_due(noon_ns + second_ns / 5));
    EXPECT_TRUE(watch.is_due(noon_ns - 3600 * second_ns));
}

TEST_F(ClockSetBack, AReaderWithoutAnEntryAsksAgain)
{
    ASSERT_TRUE(segment_->show_presence());
    for (format::ReaderEntry &entry : segment_->extension()->readers)
        entry.owner = segment_->self();
    ReaderPlace place;
    note_reader(*segment_, place, 0, 0, noon_ns);
    ASSERT_EQ(place.entry, nullptr);
    segment_->extension()->readers[5].owner = 0;
    note_reader(*segment_, place, 0, 0, noon_ns + second_ns / 2);
    ASSERT_EQ(place.entry, nullptr) << "once a second";
    note_reader(*segment_, place, 7, 0, noon_ns - 3600 * second_ns);
    ASSERT_EQ(place.entry, &segment_->extension()->readers[5]);
    EXPECT_EQ(place.entry->last_counter, 7u);
    leave_readers(*segment_, place);
}

}
}
