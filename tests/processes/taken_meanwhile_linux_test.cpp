// The name is given to another segment while a process waits for its turn to remove or make it.
#include "image.hpp"
#include "segment_name.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>
#include <unistd.h>
#include <utility>

namespace
{

using namespace test;

class TakenMeanwhile : public testing::Test
{
  protected:
    void SetUp() override
    {
        old_.create(name_.text(), {4}, _DATATYPE_UINT32);
        newer_.create(newer_name_.text(), {4}, _DATATYPE_UINT32);
        hold();
    }
    ~TakenMeanwhile() override { close(file_); }

    // As a process does that makes or removes the segment.
    void hold()
    {
        file_ = open(name_.c_str(), O_RDWR);
        struct flock place = {};
        place.l_type = F_WRLCK;
        place.l_whence = SEEK_SET;
        place.l_start = off_t{1} << 62; // docs/format.md
        place.l_len = 1;
        if (fcntl(file_, F_OFD_SETLK, &place) != 0)
            throw std::runtime_error("lock");
    }
    // What `act` returns, beside which the name is taken once it waits.
    template <class Act>
    int_fast8_t beside(Act &&act)
    {
        std::thread taker([this] {
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            if (std::rename(newer_name_.c_str(), name_.c_str()) != 0)
                abort();
            close(std::exchange(file_, -1));
        });
        const int_fast8_t status = act();
        taker.join();
        return status;
    }
    uint64_t id_under_the_name()
    {
        Image found;
        found.open(name_.text());
        return found.info().segment_id;
    }

    SegmentName name_, newer_name_;
    Image old_, newer_;
    int file_ = -1;
};

TEST_F(TakenMeanwhile, NameIsNotRemoved)
{
    EXPECT_EQ(beside([&] { return daoShmRemove(name_.c_str()); }), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY) << daoLastErrorMessage();
    EXPECT_EQ(id_under_the_name(), newer_.info().segment_id);
}

TEST_F(TakenMeanwhile, NameIsUsedAsItIsThen)
{
    Image made;
    EXPECT_EQ(beside([&] { return made.try_create(name_.text(), {4}, _DATATYPE_UINT32); }), DAO_SUCCESS);
    EXPECT_EQ(made.info().segment_id, newer_.info().segment_id) << "reused";
    EXPECT_EQ(id_under_the_name(), newer_.info().segment_id);
}

}
