#include "segments/liveness.hpp"
#include "segments/status.hpp"

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

SegmentStatus written_by(uint32_t alive)
{
    SegmentStatus status;
    status.path = "/tmp/a.im.shm";
    status.geometry = {_DATATYPE_FLOAT, {4}};
    status.cnt0 = 7;
    status.info.writer_pid = 4711;
    status.info.writer_alive = alive;
    return status;
}

}

TEST(Liveness, HasAWordForEach)
{
    EXPECT_STREQ(liveness_text(DAO_ALIVE), "yes");
    EXPECT_STREQ(liveness_text(DAO_DEAD), "no");
    EXPECT_STREQ(liveness_text(DAO_UNKNOWN), "unknown");
    EXPECT_EQ(process_text(4711, DAO_ALIVE, "fill"), "4711 fill");
    EXPECT_EQ(process_text(4711, DAO_ALIVE, ""), "4711");
    EXPECT_EQ(process_text(4711, DAO_DEAD, ""), "4711 (gone)");
    EXPECT_EQ(process_text(4711, DAO_UNKNOWN, ""), "4711 (unknown)");
}

TEST(Liveness, UnknownIsNullInJson)
{
    EXPECT_EQ(liveness_json(DAO_ALIVE), Json(true));
    EXPECT_EQ(liveness_json(DAO_DEAD), Json(false));
    EXPECT_TRUE(liveness_json(DAO_UNKNOWN).is_null());
    EXPECT_TRUE(status_json(written_by(DAO_UNKNOWN)).at("writer_alive").is_null());
}

TEST(Liveness, AWriterOfWhichNothingIsKnownIsNotGone)
{
    EXPECT_EQ(state_text(written_by(DAO_DEAD)).text, "writer gone");
    EXPECT_EQ(state_text(written_by(DAO_UNKNOWN)).text, "writer unknown");
    EXPECT_EQ(writer_text(written_by(DAO_UNKNOWN).info), "4711 (unknown)");
}

TEST(Liveness, ReadersAreCountedByWhatIsKnown)
{
    ReaderCount readers;
    for (const uint32_t alive : {DAO_ALIVE, DAO_DEAD, DAO_ALIVE})
        readers.add(alive);
    EXPECT_EQ(readers.text(), "2");
    readers.add(DAO_UNKNOWN);
    EXPECT_EQ(readers.text(), "2+1?");
    EXPECT_FALSE(readers.is_none());
    ReaderCount dead;
    dead.add(DAO_DEAD);
    EXPECT_TRUE(dead.is_none());
}

}
