// A segment that DAO made, made again by us: it goes on in place, and its readers with it.
#include "dao_bytes.hpp"
#include "dao_program.hpp"
#include "dao_semaphores.hpp"
#include "frames.hpp"
#include "segment_name.hpp"

#include <gtest/gtest.h>
#include <semaphore.h>

namespace
{

using namespace test;

constexpr uint32_t size = 30;
constexpr uint32_t depth = 3;
const DaoSegment layout{{5, 6}, _DATATYPE_UINT32, depth, 1, false};

// A segment that DAO made, made again here with the same geometry.
class Adopted : public testing::TestWithParam<DaoSegment>
{
  protected:
    void SetUp() override
    {
        Bytes bytes = make_bytes(GetParam(), name_.text());
        write_file(name_.text(), bytes);
        DaoProgram maker(name_.text()); // makes the semaphores
    }
    void TearDown() override
    {
        daoShmRemove(name_.c_str());
        EXPECT_EQ(count_semaphores(name_.text()), 0);
        for (const char *which : which_semaphores)
            sem_unlink(semaphore_name(name_.text(), which).c_str());
    }
    int_fast8_t make_again(uint32_t slots)
    {
        return image_.try_create(name_.text(), GetParam().shape, GetParam().atype, slots, GetParam().keywords);
    }

    SegmentName name_;
    Image image_;
};

INSTANTIATE_TEST_SUITE_P(Layouts, Adopted, testing::Values(layout, DaoSegment{{5, 6}, _DATATYPE_UINT32, 1, 0, false}),
                         [](const auto &row) { return "Depth" + std::to_string(row.param.depth); });

TEST_P(Adopted, GoesOnInPlaceAndItsReadersAreWokenByOurFrames)
{
    DaoProgram dao(name_.text());
    for (uint32_t number = 1; number <= 7; ++number)
        dao.publish(number);
    for (size_t semaphore = 0; semaphore < which_semaphores.size(); ++semaphore)
        EXPECT_TRUE(dao.wait(semaphore));
    ASSERT_EQ(make_again(GetParam().depth), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(image_.info().has_extension, 0u);
    EXPECT_EQ(daoShmGetCounter(image_), 7u);
    EXPECT_TRUE(dao.newest_is(7)) << "nothing is cleared";
    Frame frame(size);
    fill(frame, 8);
    require(daoShmImage2Shm(frame.data(), size, image_), "publish");
    for (size_t semaphore = 0; semaphore < which_semaphores.size(); ++semaphore)
        EXPECT_TRUE(dao.wait(semaphore));
    EXPECT_EQ(dao.newest_counter(), 8u);
    EXPECT_TRUE(dao.newest_is(8));
    EXPECT_EQ(daoShmCheckReplaced(image_), DAO_SUCCESS);
    for (int number = 0; number < 10; ++number)
        EXPECT_EQ(sem_post(image_->semptr[number]), 0) << "and its semaphores are there";
}

TEST_P(Adopted, OnlyWhenTheGeometryIsTheSame)
{
    DaoProgram dao(name_.text());
    dao.publish(1);
    ASSERT_EQ(make_again(GetParam().depth + 1), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(image_.info().has_extension, 1u);
    EXPECT_EQ(daoShmGetCounter(image_), 0u);
    EXPECT_EQ(dao.newest_counter(), 1u) << "the old one stays what it was";
}

TEST_P(Adopted, NotByAnExclusiveCreate)
{
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.depth = GetParam().depth;
    options.keywords = GetParam().keywords;
    options.exclusive = 1;
    EXPECT_EQ(
        daoShmImageCreateWith(image_.taken(), name_.c_str(), 2, GetParam().shape.data(), GetParam().atype, &options),
        DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_EXISTS);
}

TEST(AdoptedBeforeTheFifo, GoesOnInPlaceToo)
{
    SegmentName name;
    DaoSegment early{{5, 6}, _DATATYPE_UINT32, 1, 2, true};
    Bytes bytes = make_bytes(early, name.text());
    put(bytes, at::cnt0, uint64_t{41});
    write_file(name.text(), bytes);
    Image image;
    image.create(name.text(), early.shape, early.atype, 1, early.keywords);
    EXPECT_EQ(daoShmGetCounter(image), 41u);
    Frame frame(size);
    fill(frame, 42);
    require(daoShmImage2Shm(frame.data(), size, image), "publish");
    const Bytes after = read_file(name.text());
    ASSERT_EQ(after.size(), bytes.size());
    EXPECT_EQ(get<uint64_t>(after.data(), at::cnt0), 42u);
    EXPECT_TRUE(is_frame(reinterpret_cast<const uint32_t *>(after.data() + early.data_offset()), size, 42));
}

}
