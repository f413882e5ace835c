// What a handle lends: slots by pointer, their descriptions, memory that stays.
#include "dao_bytes.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <dao.h>
#include <filesystem>
#include <gtest/gtest.h>

using namespace test;

namespace
{

constexpr uint32_t size = 50;

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(image->md->nelement);
    fill(frame, number);
    require(daoShmSetData(image, frame.data(), frame.size()), "publish");
}

// A check of a borrowed frame concerns that frame, not the last read.
TEST(BorrowedFrame, IsOverwrittenAlthoughTheLastReadIsWhole)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 2);
    publish(image, 1);
    void *slot = nullptr;
    DAO_FRAME borrowed = DAO_FRAME_INIT;
    require(daoShmGetNewestSegment(image, &slot, nullptr, nullptr), "newest");
    require(daoShmGetFrame(image, &borrowed), "frame");
    publish(image, 2);
    EXPECT_EQ(daoShmCheckFrame(image, &borrowed), DAO_SUCCESS);
    publish(image, 3);
    Frame data(size);
    require(daoShmReadNewest(image, data.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmCheckFrame(image, &borrowed), DAO_OVERWRITE);
    DAO_FRAME outside = borrowed;
    outside.slot = 2;
    EXPECT_EQ(daoShmCheckFrame(image, &outside), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT) << "the first slot that is none";
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image), DAO_OVERWRITE) << "of the slot that was lent";
    require(daoShmGetNewestSegment(image, &slot, nullptr, nullptr), "newest");
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image), DAO_SUCCESS);
    Image other;
    other.open(name.text());
    EXPECT_EQ(daoShmCheckSegmentOverwrite(other), DAO_NOTREADY);
    require(daoShmReadNewest(other, data.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmCheckSegmentOverwrite(other), DAO_SUCCESS);
    publish(image, 4);
    publish(image, 5);
    EXPECT_EQ(daoShmCheckSegmentOverwrite(other), DAO_OVERWRITE) << "where nothing was lent: of the last read";
}

// Made again, a segment counts from 1 again: its frames are none of those before.
TEST(BorrowedFrame, OfASegmentOfDaosIsNoneOfTheOneThatTookItsPlace)
{
    SegmentName name;
    const DaoSegment layout{{size}, _DATATYPE_UINT32, 2, 0, false};
    const auto make = [&](uint32_t value) {
        Bytes bytes = make_bytes(layout, name.text());
        put(bytes, layout.metadata_bytes() + at::cnt0, uint64_t{1});
        put(bytes, layout.data_offset() + layout.slot_bytes(), value);
        std::filesystem::remove(name.text());
        write_file(name.text(), bytes);
    };
    make(5);
    Image image;
    image.open(name.text());
    void *slot = nullptr;
    DAO_FRAME borrowed = DAO_FRAME_INIT;
    require(daoShmGetNewestSegment(image, &slot, nullptr, nullptr), "newest");
    require(daoShmGetFrame(image, &borrowed), "frame");
    EXPECT_EQ(borrowed.cnt0, 1u);
    EXPECT_EQ(daoShmCheckFrame(image, &borrowed), DAO_SUCCESS);
    make(6);
    require(daoShmReopen(image), "re-open");
    EXPECT_EQ(daoShmCheckFrame(image, &borrowed), DAO_OVERWRITE);
}

TEST(BorrowedFrame, MemoryStaysWhileItIsHeld)
{
    SegmentName name;
    const uint32_t *data = nullptr;
    DAO_MEMORY *memory = nullptr;
    {
        Image image;
        image.create(name.text(), {size}, _DATATYPE_UINT32);
        publish(image, 8);
        data = image->array.UI32;
        require(daoShmHoldMemory(image, &memory), "hold");
    }
    EXPECT_TRUE(is_frame(data, size, 8)) << "after the close";
    daoShmReleaseMemory(memory);
    daoShmReleaseMemory(nullptr);
}

// In order, the oldest frame in reach is the one that is overwritten next.
TEST(BorrowedFrame, InOrderIsNotTheOneThatIsBeingOverwritten)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, 2);
    reader.open(name.text());
    publish(writer, 1);
    publish(writer, 2);
    void *loan = nullptr;
    require(daoShmLoanBegin(writer, &loan), "loan");
    void *slot = nullptr;
    uint32_t index = 0;
    uint64_t counter = 0;
    EXPECT_EQ(daoShmGetNextSegment(reader, &slot, &index, &counter), DAO_OVERWRITE);
    EXPECT_EQ(counter, 2u);
    EXPECT_TRUE(is_frame(static_cast<uint32_t *>(slot), size, 2));
    EXPECT_EQ(daoShmCheckSegmentOverwrite(reader), DAO_SUCCESS);
    EXPECT_EQ(daoShmGetNextSegment(reader, &slot, &index, &counter), DAO_NOTREADY);
}

TEST(FrameAt, DescribesEachSlotAndSaysWhichHasNone)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, 3);
    DAO_FRAME frame = DAO_FRAME_INIT;
    EXPECT_EQ(daoShmGetNewestFrame(image, &frame), DAO_NOTREADY);
    require(daoShmSetFrameId(image, 77), "id");
    require(daoShmSetAcquisitionTime(image, 123'456), "time");
    publish(image, 1);
    require(daoShmGetNewestFrame(image, &frame), "newest");
    EXPECT_EQ(frame.cnt0, 1u);
    EXPECT_EQ(frame.cnt2, 77u);
    EXPECT_EQ(frame.atime_ns, 123'456);
    require(daoShmGetFrameAt(image, 3, &frame), "slot 0, modulo depth");
    EXPECT_EQ(frame.cnt0, 1u);
    EXPECT_EQ(daoShmGetFrameAt(image, 1, &frame), DAO_NOTREADY);
    void *slot = nullptr;
    publish(image, 2);
    publish(image, 3);
    require(daoShmLoanBegin(image, &slot), "loan");
    frame = DAO_FRAME_INIT;
    EXPECT_EQ(daoShmGetFrameAt(image, 0, &frame), DAO_NOTREADY) << "it is being written";
    require(daoShmLoanAbort(image), "abort");
}

TEST(ExclusiveCreate, FailsWhenAnythingHasTheNameAndLeavesItAlone)
{
    SegmentName name;
    Image first, second;
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.exclusive = 1;
    uint32_t shape[1] = {size};
    require(daoShmImageCreateWith(first.taken(), name.c_str(), 1, shape, _DATATYPE_UINT32, &options), "create");
    publish(first, 4);
    EXPECT_EQ(daoShmImageCreateWith(second.taken(), name.c_str(), 1, shape, _DATATYPE_UINT32, &options), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_EXISTS);
    EXPECT_EQ(daoShmGetCounter(first), 1u);
    EXPECT_EQ(name.file_count(), 1u);
}

}
