// daoShmDuplicate(): another handle on the same memory, with a place of its own.
#include "image.hpp"
#include "segment_name.hpp"

#include <dao.h>
#include <gtest/gtest.h>

using namespace test;

namespace
{

class Duplicate : public testing::Test
{
  protected:
    void publish(float value) { require(daoShmSetData(first_, &value, 1), "publish"); }
    static int_fast8_t next(IMAGE *image, float &value)
    {
        return daoShmReadNext(image, &value, 1, nullptr, nullptr, nullptr);
    }
    void duplicate() { require(daoShmDuplicate(first_, second_.taken()), "duplicate"); }

    SegmentName name_;
    Image first_, second_;
    float value_ = 0;
};

TEST_F(Duplicate, HasAPlaceOfItsOwnAfterTheNewestFrame)
{
    first_.create(name_.text(), {1}, _DATATYPE_FLOAT, 4);
    publish(1);
    duplicate();
    EXPECT_EQ(next(second_, value_), DAO_NOTREADY);
    publish(2);
    EXPECT_EQ(next(second_, value_), DAO_SUCCESS);
    EXPECT_EQ(value_, 2);
    EXPECT_EQ(next(first_, value_), DAO_SUCCESS);
    EXPECT_EQ(value_, 1);
}

TEST_F(Duplicate, SharesTheMemoryAndOutlivesTheFirst)
{
    first_.create(name_.text(), {1}, _DATATYPE_FLOAT, 2);
    duplicate();
    IMAGE *second = second_;
    EXPECT_EQ(second->md, static_cast<IMAGE *>(first_)->md);
    publish(3);
    require(daoShmCloseShm(first_), "close");
    require(daoShmReadNewest(second, &value_, 1, nullptr, nullptr), "read");
    EXPECT_EQ(value_, 3);
}

TEST_F(Duplicate, OfAPrivateImage)
{
    first_.create("private", {1}, _DATATYPE_FLOAT, 2, 0, 0);
    duplicate();
    publish(4);
    EXPECT_EQ(next(second_, value_), DAO_SUCCESS);
    EXPECT_EQ(value_, 4);
}

TEST_F(Duplicate, OfASegmentThatIsNoLongerUnderItsName)
{
    first_.create(name_.text(), {1}, _DATATYPE_FLOAT, 2);
    publish(5);
    require(daoShmRemove(name_.text().c_str()), "remove");
    duplicate();
    EXPECT_EQ(daoShmCheckReplaced(second_), DAO_REMOVED);
    EXPECT_EQ(*static_cast<IMAGE *>(second_)->array.F, static_cast<IMAGE *>(first_)->array.F[0]);
}

TEST_F(Duplicate, IsReadOnlyWhenTheFirstIs)
{
    Image writer;
    writer.create(name_.text(), {1}, _DATATYPE_FLOAT, 2);
    first_.open_read_only(name_.text());
    duplicate();
    EXPECT_EQ(daoShmSetData(second_, &value_, 1), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_READ_ONLY);
}

TEST_F(Duplicate, ALoanIsOfTheHandleThatBeganIt)
{
    first_.create(name_.text(), {1}, _DATATYPE_FLOAT, 2);
    duplicate();
    void *slot = nullptr;
    require(daoShmLoanBegin(first_, &slot), "begin");
    EXPECT_EQ(daoShmLoanCommit(second_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_STATE);
    require(daoShmLoanCommit(first_), "commit");
    require(daoShmLoanBegin(second_, &slot), "begin");
}

TEST_F(Duplicate, OfNothingAndOfItself)
{
    IMAGE closed{};
    EXPECT_EQ(daoShmDuplicate(&closed, second_.taken()), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_CLOSED);
    first_.create(name_.text(), {1}, _DATATYPE_FLOAT, 1);
    EXPECT_EQ(daoShmDuplicate(first_, first_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    publish(6);
    EXPECT_EQ(daoShmDuplicate(first_, nullptr), DAO_ERROR);
}

}
