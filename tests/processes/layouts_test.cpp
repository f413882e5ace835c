// Segments made by DAO, before and since its FIFO: opened, read, written; nothing of ours is added to them.
#include "dao_bytes.hpp"
#include "frames.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <iterator>
#include <thread>

namespace
{

using namespace test;

const DaoSegment layouts[] = {
    {{30}, _DATATYPE_UINT32, 1, 0, true},       {{5, 6}, _DATATYPE_UINT32, 1, 3, true},
    {{2, 3, 5}, _DATATYPE_UINT32, 1, 1, true},  {{30}, _DATATYPE_UINT32, 1, 0, false},
    {{5, 6}, _DATATYPE_UINT32, 1, 3, false},    {{30}, _DATATYPE_UINT32, 4, 0, false},
    {{2, 3, 5}, _DATATYPE_UINT32, 7, 2, false}, {{10, 3}, _DATATYPE_FLOAT, 2, 5, false},
};

class Layouts : public testing::TestWithParam<size_t>
{
  protected:
    const DaoSegment &layout() const { return layouts[GetParam()]; }
    // Puts frame `number` into the bytes as DAO writes it.
    void write_as_dao(Bytes &bytes, uint32_t number)
    {
        const uint32_t slot = (number - 1) % layout().depth;
        fill(reinterpret_cast<uint32_t *>(&bytes[layout().data_offset() + slot * layout().slot_bytes()]), 30, number);
        const size_t start = slot * layout().metadata_bytes();
        put(bytes, start + at::cnt0, uint64_t{number});
        put(bytes, start + at::cnt2, uint64_t{1000 + number});
        put(bytes, start + at::atime + 8, int64_t{1'700'000'000'000'000'000 + number});
        if (!layout().before_fifo)
            put(bytes, at::fifo_last_written, slot);
    }

    SegmentName name_;
};

TEST_P(Layouts, FramesOfDaoAreRead)
{
    Bytes bytes = make_bytes(layout(), name_.text());
    for (uint32_t number = 1; number <= 5; ++number)
        write_as_dao(bytes, number);
    write_file(name_.text(), bytes);
    Image image;
    ASSERT_EQ(image.try_open(name_.text()), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(image.info().has_extension, 0u);
    EXPECT_EQ(image.info().depth, layout().depth);
    EXPECT_EQ(image.info().segment_id, 0u);
    EXPECT_EQ(daoShmGetFrameBytes(image), layout().slot_bytes());
    EXPECT_EQ(image->memsize, layout().file_bytes());
    EXPECT_EQ(image->md->NBkw, layout().keywords);
    EXPECT_EQ(daoShmGetCounter(image), 5u);
    Frame read(30);
    DAO_FRAME found = DAO_FRAME_INIT;
    ASSERT_EQ(daoShmReadNewest(image, read.data(), 30, nullptr, nullptr), DAO_SUCCESS);
    EXPECT_TRUE(is_frame(read, 5));
    ASSERT_EQ(daoShmGetFrame(image, &found), DAO_SUCCESS);
    EXPECT_EQ(found.cnt0, 5u);
    EXPECT_EQ(found.cnt2, 1005u);
    EXPECT_EQ(found.atime_ns, 1'700'000'000'000'000'005);
    const uint32_t frames = std::min(layout().depth, 5u);
    Frame history(30 * layout().depth);
    uint64_t first = 0;
    ASSERT_EQ(daoShmReadLast(image, history.data(), frames, &first), DAO_SUCCESS);
    for (uint32_t index = 0; index < frames; ++index)
        EXPECT_TRUE(is_frame(&history[30 * index], 30, first + index));
}

TEST_P(Layouts, FramesOfOursLieWhereDaoLooks)
{
    write_file(name_.text(), make_bytes(layout(), name_.text()));
    {
        Image image;
        image.open(name_.text());
        Frame frame(30), read(30);
        for (uint64_t number = 1; number <= 9; ++number)
        {
            fill(frame, number);
            require(daoShmSetFrameId(image, 50 + number), "frame id");
            require(daoShmSetAcquisitionTime(image, static_cast<int64_t>(number)), "time");
            ASSERT_EQ(daoShmImage2Shm(frame.data(), 30, image), DAO_SUCCESS);
            ASSERT_EQ(daoShmReadNext(image, read.data(), 30, nullptr, nullptr, nullptr), DAO_SUCCESS);
            EXPECT_EQ(read, frame);
        }
    }
    const Bytes bytes = read_file(name_.text());
    ASSERT_EQ(bytes.size(), layout().file_bytes()) << "the file stays as long as it was";
    const uint32_t slot = 8 % layout().depth;
    const unsigned char *metadata = &bytes[slot * layout().metadata_bytes()];
    EXPECT_TRUE(is_frame(
        reinterpret_cast<const uint32_t *>(&bytes[layout().data_offset() + slot * layout().slot_bytes()]), 30, 9));
    EXPECT_EQ(get<uint64_t>(metadata, at::cnt0), 9u);
    EXPECT_EQ(get<uint64_t>(metadata, at::cnt2), 59u);
    EXPECT_EQ(get<int64_t>(metadata, at::atime), 0);
    EXPECT_EQ(get<int64_t>(metadata, at::atime + 8), 9);
    EXPECT_EQ(metadata[at::write], 0);
    EXPECT_GT(get<double>(metadata, at::last_access), 1.7e9);
    if (!layout().before_fifo)
    {
        EXPECT_EQ(get<uint32_t>(bytes.data(), at::fifo_last_written), slot);
        EXPECT_EQ(get<uint32_t>(bytes.data(), at::fifo_size), layout().depth);
    }
}

TEST_P(Layouts, KeywordsAreReadAndWritten)
{
    if (layout().keywords == 0)
        GTEST_SKIP() << "this one has no room for any";
    Bytes bytes = make_bytes(layout(), name_.text());
    unsigned char *keyword = &bytes[layout().keyword_offset()];
    std::memcpy(keyword, "SIXTEENBYTESLONG", 16);
    keyword[16] = 'D';
    const double value = 2.5;
    std::memcpy(keyword + 24, &value, 8);
    std::memcpy(keyword + 40, "unit", 4);
    write_file(name_.text(), bytes);
    Image image;
    image.open(name_.text());
    IMAGE_KEYWORD found;
    ASSERT_EQ(daoShmGetKeyword(image, "SIXTEENBYTESLONG", &found), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(found.value.numf, 2.5);
    EXPECT_STREQ(found.comment, "unit");
    ASSERT_EQ(daoShmSetKeywordLong(image, "SIXTEENBYTESLONG", 77, nullptr), DAO_SUCCESS);
    const Bytes after = read_file(name_.text());
    EXPECT_EQ(after[layout().keyword_offset() + 16], 'L');
    EXPECT_EQ(get<int64_t>(&after[layout().keyword_offset()], 24), 77);
    EXPECT_EQ(after.size(), layout().file_bytes());
}

TEST_P(Layouts, WaitsWithoutSemaphoresSeeTheFramesOfAnother)
{
    write_file(name_.text(), make_bytes(layout(), name_.text()));
    Image reader, writer;
    reader.open(name_.text());
    writer.open(name_.text());
    uint64_t number = 0;
    for (const WaitMode mode : {WaitMode::sleeping, WaitMode::spinning, WaitMode::adaptive})
    {
        EXPECT_EQ(wait_for_frame(reader, mode, number, 5 * millisecond_ns), DAO_TIMEOUT) << name_of(mode);
        std::thread later([&] {
            std::this_thread::sleep_for(milliseconds(20));
            Frame frame(30);
            fill(frame, number + 1);
            EXPECT_EQ(daoShmImage2Shm(frame.data(), 30, writer), DAO_SUCCESS);
        });
        EXPECT_EQ(wait_for_frame(reader, mode, number, 60 * second_ns), DAO_SUCCESS) << name_of(mode);
        later.join();
        ++number;
    }
}

TEST_P(Layouts, EveryOtherKindOfWriteWorksToo)
{
    write_file(name_.text(), make_bytes(layout(), name_.text()));
    Image image;
    image.open(name_.text());
    Frame frame(30), read(30);
    fill(frame, 1);
    for (uint16_t packet = 0; packet < 3; ++packet)
        require(
            daoShmImagePart2Shm(reinterpret_cast<char *>(&frame[10 * packet]), 10, image, 10 * packet, packet, 3, 1),
            "packet");
    require(daoShmImagePart2ShmFinalize(image), "finalise");
    require(daoShmReadNewest(image, read.data(), 30, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 1));
    void *slot = nullptr;
    require(daoShmLoanBegin(image, &slot), "begin");
    fill(static_cast<uint32_t *>(slot), 30, 2);
    require(daoShmLoanCommit(image), "commit");
    require(daoShmReadNewest(image, read.data(), 30, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 2));
    fill(frame, 3);
    require(daoShmImage2ShmQuiet(frame.data(), 30, image), "quiet");
    EXPECT_EQ(daoShmGetCounter(image), 2u);
    require(daoShmImagePart2ShmFinalize(image), "finalise");
    require(daoShmReadNewest(image, read.data(), 30, nullptr, nullptr), "read");
    EXPECT_TRUE(is_frame(read, 3));
    require(daoShmTimestampShm(image), "timestamp");
    uint32_t readers = 9;
    EXPECT_EQ(daoShmCountReaders(image, &readers), DAO_SUCCESS);
    EXPECT_EQ(readers, 0u);
}

TEST_P(Layouts, CreateAdoptsThem)
{
    write_file(name_.text(), make_bytes(layout(), name_.text()));
    Image old, image;
    old.open(name_.text());
    Frame frame(30);
    fill(frame, 1);
    require(daoShmImage2Shm(frame.data(), 30, old), "publish");
    ASSERT_EQ(image.try_create(name_.text(), layout().shape, layout().atype, layout().depth, layout().keywords),
              DAO_SUCCESS)
        << daoLastErrorMessage();
    EXPECT_EQ(image.info().has_extension, 0u);
    EXPECT_EQ(daoShmGetCounter(image), 1u);
    EXPECT_EQ(read_file(name_.text()).size(), layout().file_bytes());
    fill(frame, 2);
    require(daoShmImage2Shm(frame.data(), 30, image), "publish");
    EXPECT_EQ(daoShmWaitForFrame(old, 1, 60 * second_ns), DAO_SUCCESS);
}

TEST_P(Layouts, CreateWithAnotherGeometryReplacesThem)
{
    write_file(name_.text(), make_bytes(layout(), name_.text()));
    Image old, image;
    old.open(name_.text());
    ASSERT_EQ(image.try_create(name_.text(), layout().shape, layout().atype, layout().depth, layout().keywords + 1),
              DAO_SUCCESS)
        << daoLastErrorMessage();
    EXPECT_EQ(image.info().has_extension, 1u);
    EXPECT_EQ(daoShmCheckReplaced(old), DAO_REPLACED);
    EXPECT_EQ(daoShmWaitForFrame(old, 0, 60 * second_ns), DAO_REPLACED);
    EXPECT_EQ(daoShmReopen(old), DAO_SUCCESS);
    EXPECT_EQ(old.info().segment_id, image.info().segment_id);
}

INSTANTIATE_TEST_SUITE_P(Made, Layouts, testing::Range(size_t{0}, std::size(layouts)), [](const auto &row) {
    const DaoSegment &layout = layouts[row.param];
    return std::string(layout.before_fifo ? "BeforeFifo" : "Fifo") + std::to_string(layout.shape.size()) + "AxesDepth" +
           std::to_string(layout.depth) + "Keywords" + std::to_string(layout.keywords) +
           (layout.atype == _DATATYPE_FLOAT ? "Float" : "");
});

// Our own files have DAO's layout in front.
TEST(OwnLayout, BeginsAsDaoExpects)
{
    for (const uint32_t depth : {1u, 3u})
    {
        SegmentName name;
        const DaoSegment expected{{5, 6}, _DATATYPE_UINT32, depth, 2, false};
        Image image;
        image.create(name.text(), expected.shape, expected.atype, depth, 2);
        Frame frame(30);
        fill(frame, 1);
        require(daoShmImage2Shm(frame.data(), 30, image), "publish");
        require(daoShmSetKeywordLong(image, "K", 5, nullptr), "keyword");
        const Bytes bytes = read_file(name.text());
        ASSERT_GT(bytes.size(), expected.file_bytes());
        EXPECT_EQ(image->memsize, expected.file_bytes()) << "what DAO programs take for the file's length";
        EXPECT_EQ(image.info().mapped_bytes, bytes.size());
        EXPECT_EQ(get<uint64_t>(bytes.data(), at::nelement), 30u);
        EXPECT_EQ(get<uint64_t>(bytes.data(), at::cnt0), 1u);
        EXPECT_EQ(get<uint32_t>(bytes.data(), at::fifo_size), depth);
        EXPECT_EQ(get<uint32_t>(bytes.data(), at::fifo_last_written), 0u);
        EXPECT_TRUE(is_frame(reinterpret_cast<const uint32_t *>(&bytes[expected.data_offset()]), 30, 1));
        EXPECT_EQ(bytes[expected.keyword_offset()], 'K');
        EXPECT_EQ(get<int64_t>(&bytes[expected.keyword_offset()], 24), 5);
    }
}

}
