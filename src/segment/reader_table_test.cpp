// The table of readers while others change it.
#include "segment/life.hpp"
#include "segment/reader_table.hpp"

#include <gtest/gtest.h>

namespace dao::segment
{
namespace
{

TEST(ReaderTable, LeavesOutWhoIsJustBeingEntered)
{
    format::Geometry geometry;
    geometry.naxis = 1;
    geometry.size[0] = 4;
    geometry.atype = _DATATYPE_FLOAT;
    geometry.depth = 1;
    SegmentPointer segment;
    ASSERT_EQ(create_private("reader-table", geometry, segment), Status::success);
    ASSERT_TRUE(segment->show_presence());
    DAO_READER reader = DAO_READER_INIT;
    segment->extension()->readers[2].owner = segment->self() | 1; // the fields are of the one before
    EXPECT_EQ(list_readers(*segment, &reader, 1), 0u);
    segment->extension()->readers[2].owner = segment->self();
    EXPECT_EQ(list_readers(*segment, &reader, 1), 1u);
    EXPECT_EQ(reader.pid, base::token_pid(segment->self()));
}

}
}
