// The keywords' lock among the handles of one process, of which its word says nothing.
#include "base/error.hpp"
#include "segment/keyword_access.hpp"
#include "segment/life.hpp"
#include "segment/writer_lock.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <string>

namespace dao::segment
{
namespace
{

constexpr uint32_t room = 2;

IMAGE_KEYWORD keyword(int64_t value)
{
    IMAGE_KEYWORD made = unused_keyword();
    made.type = 'L';
    made.name[0] = 'K';
    made.value.numl = value;
    return made;
}

class KeywordLockOfTwoHandles : public testing::Test
{
  protected:
    KeywordLockOfTwoHandles()
    {
        format::Geometry geometry;
        geometry.naxis = 1;
        geometry.size[0] = 4;
        geometry.atype = _DATATYPE_UINT8;
        geometry.depth = 1;
        geometry.keywords = room;
        const std::string base = "dao_kw_" + std::to_string(platform::random_number() % 100'000'000) + ".im.shm";
        name_ = (std::filesystem::temp_directory_path() / base).string();
        EXPECT_EQ(create(name_.c_str(), geometry, {}, first_), Status::success) << base::last_error_message();
        EXPECT_EQ(open(name_.c_str(), false, second_), Status::success) << base::last_error_message();
    }
    ~KeywordLockOfTwoHandles() override { (void)remove(name_.c_str()); }

    int64_t value_at(uint32_t place)
    {
        IMAGE_KEYWORD found = unused_keyword();
        EXPECT_EQ(read_keyword(*second_, interrupts_, place, found), Status::success) << base::last_error_message();
        return found.value.numl;
    }
    void take_away() { EXPECT_EQ(unlock_by_hand(*second_, true), Status::success) << base::last_error_message(); }

    std::string name_;
    SegmentPointer first_;
    SegmentPointer second_;
    base::Interrupts interrupts_;
};

TEST_F(KeywordLockOfTwoHandles, WhoLostItNeitherWritesNorFreesTheOthers)
{
    KeywordLock loser(*first_);
    ASSERT_EQ(loser.take(interrupts_), Status::success);
    take_away();
    KeywordLock winner(*second_);
    ASSERT_EQ(winner.take(interrupts_), Status::success);
    loser.write(0, keyword(1));
    EXPECT_EQ(value_at(0), 0);
    EXPECT_EQ(loser.give_back(), Status::error);
    EXPECT_EQ(base::last_error_code(), DAO_E_STATE) << base::last_error_message();
    winner.write(0, keyword(2));
    winner.write(1, keyword(3));
    EXPECT_EQ(winner.give_back(), Status::success) << base::last_error_message();
    EXPECT_EQ(value_at(0), 2);
    EXPECT_EQ(value_at(1), 3);
}

TEST_F(KeywordLockOfTwoHandles, WhoLostItAndEndsEarlyLeavesTheOthers)
{
    KeywordLock winner(*second_);
    {
        KeywordLock loser(*first_);
        ASSERT_EQ(loser.take(interrupts_), Status::success);
        take_away();
        ASSERT_EQ(winner.take(interrupts_), Status::success);
    }
    EXPECT_EQ(winner.give_back(), Status::success) << base::last_error_message();
}

TEST_F(KeywordLockOfTwoHandles, ThatWasTakenAwayAndIsFreeIsNoLongerHeld)
{
    KeywordLock loser(*first_);
    ASSERT_EQ(loser.take(interrupts_), Status::success);
    take_away();
    loser.write(0, keyword(1));
    EXPECT_EQ(value_at(0), 0);
    EXPECT_EQ(loser.give_back(), Status::error);
}

}
}
