// A semaphore of one's own: claimed by a handle, and free again when it is released, closed, or its process has died.
#include "dao_bytes.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <deque>
#include <gtest/gtest.h>
#include <set>

namespace
{

using namespace test;

class Claims : public testing::TestWithParam<int>
{
  protected:
    void SetUp() override { writer_.create(name_.text(), {4}, _DATATYPE_UINT32, 1, 0, GetParam()); }
    void publish() { require(daoShmImage2Shm(data_, 4, writer_), "publish"); }
    IMAGE *another()
    {
        Image &image = images_.emplace_back();
        require(daoShmDuplicate(writer_, image.taken()), "duplicate");
        return image;
    }

    SegmentName name_;
    Image writer_;
    std::deque<Image> images_;
    uint32_t data_[4] = {};
};

INSTANTIATE_TEST_SUITE_P(Kinds, Claims, testing::Values(1, 0),
                         [](const auto &row) { return row.param ? "Shared" : "Private"; });

TEST_P(Claims, GiveEachHandleANumberOfItsOwn)
{
    std::set<int32_t> numbers;
    for (int handle = 0; handle < 10; ++handle)
    {
        IMAGE *image = another();
        const int32_t number = daoShmClaimSem(image);
        EXPECT_EQ(number, handle) << "the lowest that is free";
        EXPECT_EQ(daoShmClaimSem(image), number) << "and keeps it";
        EXPECT_EQ(daoShmSemInUse(writer_, number), 1);
        uint32_t pid = 0;
        EXPECT_EQ(daoShmGetSemUser(writer_, number, &pid), DAO_SUCCESS);
        EXPECT_EQ(pid, process_id());
        numbers.insert(number);
    }
    EXPECT_EQ(numbers.size(), 10u);
    EXPECT_EQ(daoShmClaimSem(another()), -1);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE) << daoLastErrorMessage();
    EXPECT_EQ(daoShmWaitSem(&*images_.back(), DAO_SEM_AUTO), DAO_ERROR) << "none left is no reason to share one";
}

TEST_P(Claims, EndWithReleaseAndWithClose)
{
    IMAGE *first = another(), *second = another(), *third = another();
    EXPECT_EQ(daoShmClaimSem(first), 0);
    EXPECT_EQ(daoShmClaimSem(second), 1);
    EXPECT_EQ(daoShmReleaseSem(first), DAO_SUCCESS);
    EXPECT_EQ(daoShmReleaseSem(first), DAO_SUCCESS);
    EXPECT_EQ(daoShmSemInUse(writer_, 0), 0);
    EXPECT_EQ(daoShmSemInUse(writer_, 1), 1);
    EXPECT_EQ(daoShmClaimSem(third), 0);
    require(daoShmCloseShm(second), "close");
    EXPECT_EQ(daoShmSemInUse(writer_, 1), 0);
    EXPECT_EQ(daoShmClaimSem(first), 1);
}

TEST_P(Claims, AreOfTheSemaphoresThatTheSegmentHas)
{
    require(daoShmImageCreateSem(writer_, 2), "fewer semaphores");
    EXPECT_EQ(daoShmClaimSem(another()), 0);
    EXPECT_EQ(daoShmClaimSem(another()), 1);
    EXPECT_EQ(daoShmClaimSem(another()), -1);
    EXPECT_EQ(daoShmSemInUse(writer_, 2), 0);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE);
    EXPECT_EQ(daoShmSemInUse(writer_, -1), 0);
    EXPECT_EQ(daoShmGetSemUser(writer_, 0, nullptr), DAO_ERROR);
    EXPECT_EQ(daoShmClaimSem(nullptr), -1);
}

TEST_P(Claims, BeginWithTheNextFrame)
{
    publish();
    IMAGE *reader = another();
    const timespec past{1, 0};
    EXPECT_EQ(daoShmWaitSemTimeout(reader, DAO_SEM_AUTO, &past), DAO_TIMEOUT);
    publish();
    EXPECT_EQ(daoShmWaitSem(reader, DAO_SEM_AUTO), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitSemTimeout(reader, DAO_SEM_AUTO, &past), DAO_TIMEOUT);
    EXPECT_EQ(daoShmPostSem(writer_, daoShmClaimSem(reader)), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitSem(reader, DAO_SEM_AUTO), DAO_SUCCESS);
    EXPECT_EQ(daoShmPostSemAll(writer_), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitSem(reader, 7), DAO_SUCCESS) << "a number that is given is taken as it is";
    EXPECT_EQ(daoShmWaitSemTimeout(reader, 0, nullptr), DAO_ERROR);
}

TEST_P(Claims, AreNotOfAHistoricCall)
{
    EXPECT_EQ(daoShmWaitForSemaphore(writer_, DAO_SEM_AUTO), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_SEMAPHORE);
}

// Claims, says which, and waits for frames until it is killed.
int play_claimant(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    say(std::to_string(daoShmClaimSem(image)));
    while (daoShmWaitSem(image, DAO_SEM_AUTO) == DAO_SUCCESS)
        say("frame");
    return 0;
}

const Role claimant("claimant", play_claimant);

TEST(ClaimsOfProcesses, EachGetsEveryFrameAndTheDeadHoldNothing)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    std::vector<Child> readers;
    for (int number = 0; number < 4; ++number)
    {
        readers.emplace_back("claimant", Arguments{name.text()});
        ASSERT_EQ(readers.back().line(), std::to_string(number));
        uint32_t pid = 0;
        EXPECT_EQ(daoShmGetSemUser(writer, number, &pid), DAO_SUCCESS);
        EXPECT_EQ(pid, readers.back().pid());
    }
    uint32_t data[4] = {};
    for (int frame = 0; frame < 10; ++frame)
    {
        require(daoShmImage2Shm(data, 4, writer), "publish");
        for (Child &reader : readers)
            ASSERT_EQ(reader.line(), "frame");
    }
    readers[1].kill();
    EXPECT_EQ(daoShmSemInUse(writer, 1), 0);
    EXPECT_EQ(daoShmSemInUse(writer, 2), 1);
    Child next("claimant", {name.text()});
    EXPECT_EQ(next.line(), "1");
}

TEST(ClaimsOfProcesses, GoOnWhenTheSegmentIsReusedAndWhenItIsReplaced)
{
    SegmentName name;
    Image writer, again, other;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    Image first, reader;
    first.open(name.text());
    reader.open(name.text());
    EXPECT_EQ(daoShmClaimSem(first), 0);
    EXPECT_EQ(daoShmClaimSem(reader), 1);
    again.create(name.text(), {4}, _DATATYPE_UINT32);
    EXPECT_EQ(daoShmSemInUse(writer, 1), 1);
    EXPECT_EQ(daoShmClaimSem(reader), 1);
    other.create(name.text(), {5}, _DATATYPE_UINT32);
    uint32_t data[5] = {};
    require(daoShmImage2Shm(data, 5, other), "publish");
    require(daoShmReopen(reader), "reopen");
    EXPECT_EQ(daoShmSemInUse(other, 0), 0);
    EXPECT_EQ(daoShmSemInUse(other, 1), 1) << "the same number";
    EXPECT_EQ(daoShmClaimSem(reader), 1);
    const timespec past{1, 0};
    EXPECT_EQ(daoShmWaitTimeout(reader, &past), DAO_SUCCESS) << "the post of the frame that it has not seen";
    EXPECT_EQ(daoShmWaitTimeout(reader, &past), DAO_TIMEOUT);
    EXPECT_EQ(daoSemPost(other, 1), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitTimeout(reader, &past), DAO_SUCCESS) << "of its own number still";
}

TEST(ClaimsOfProcesses, AreOfAnotherNumberWhereTheirsIsTakenInTheSegmentThatIsFollowed)
{
    SegmentName name;
    Image writer, reader, other, faster;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    reader.open(name.text());
    EXPECT_EQ(daoShmClaimSem(reader), 0);
    other.create(name.text(), {4, 1}, _DATATYPE_UINT32);
    faster.open(name.text());
    EXPECT_EQ(daoShmClaimSem(faster), 0);
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.follow = 1;
    how.timeout_ns = 0;
    uint32_t data[4];
    EXPECT_EQ(daoShmNext(reader, &how, data, 4, nullptr, nullptr), DAO_REPLACED) << "of another shape";
    EXPECT_EQ(daoShmSemInUse(other, 1), 1);
    EXPECT_EQ(daoShmClaimSem(reader), 1);
}

TEST(ClaimsOfProcesses, NeedASegmentThatCanHoldThem)
{
    SegmentName name, dao_name;
    Image writer, reader, dao;
    writer.create(name.text(), {4}, _DATATYPE_UINT32);
    reader.open_read_only(name.text());
    EXPECT_EQ(daoShmClaimSem(reader), -1);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_READ_ONLY);
    EXPECT_EQ(daoShmClaimSem(writer), 0);
    EXPECT_EQ(daoShmSemInUse(reader, 0), 1);
    write_file(dao_name.text(), make_bytes({{4}}, dao_name.text()));
    dao.open(dao_name.text());
    EXPECT_EQ(daoShmClaimSem(dao), -1);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_UNSUPPORTED);
    EXPECT_EQ(daoShmSemInUse(dao, 0), 0);
}

}
