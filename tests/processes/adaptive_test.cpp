// The adaptive wait with a rhythm learnt: nothing that ends a wait has to wait for the frame that is due.
#include "rhythmic_reader.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace test;

TEST(Adaptive, IsEndedSoonByWhateverEndsAWaitAlsoWithARhythmOfHalfASecond)
{
    RhythmicReader early, removed, replaced, interrupted;
    teach(early, removed, replaced, interrupted);
    const Lateness lateness;
    const auto check = [&](RhythmicReader &reader, Clock::time_point since, int_fast8_t expected) {
        const auto [status, taken_ms] = reader.end(since);
        EXPECT_EQ(status, expected);
        EXPECT_LT(taken_ms, soon_ms(lateness));
    };

    const auto begin = Clock::now();
    early.publish(RhythmicReader::frames_to_learn + 1);
    ASSERT_EQ(daoShmRemove(removed.name().c_str()), DAO_SUCCESS);
    Image other;
    other.create(replaced.name(), {9}, _DATATYPE_UINT32, 2);
    check(early, begin, DAO_SUCCESS);
    check(removed, begin, DAO_REMOVED);
    check(replaced, begin, DAO_REPLACED);

    const auto interrupt = Clock::now();
    daoShmInterrupt();
    check(interrupted, interrupt, DAO_INTERRUPTED);
}

}
