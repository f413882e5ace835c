// Every element type, number of axes and depth, shared and private: what is written is what is read.
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <chrono>
#include <gtest/gtest.h>
#include <tuple>

namespace
{

using namespace test;
using Bytes = std::vector<unsigned char>;

#define TYPE_CODE(NAME, code, type, member, name) code,
constexpr uint8_t type_codes[] = {DAO_ELEMENT_TYPES(TYPE_CODE)};
#undef TYPE_CODE

const Shape shapes[] = {{7}, {3, 5}, {2, 3, 4}};
constexpr uint32_t depths[] = {1, 2, 3, 8};

Bytes frame_bytes(size_t count, uint64_t number)
{
    Bytes bytes(count);
    for (size_t index = 0; index < count; ++index)
        bytes[index] = static_cast<unsigned char>(number * 31 + index * 7 + 1);
    return bytes;
}

class Matrix : public testing::TestWithParam<std::tuple<uint8_t, int>>
{
  protected:
    uint8_t type() const { return std::get<0>(GetParam()); }
    int shared() const { return std::get<1>(GetParam()); }

    // Runs `action` on a fresh segment of each shape and depth.
    template <class Action>
    void for_each_geometry(Action &&action)
    {
        for (const Shape &shape : shapes)
            for (const uint32_t depth : depths)
            {
                SCOPED_TRACE(std::to_string(shape.size()) + " axes, depth " + std::to_string(depth));
                SegmentName name;
                Image image;
                image.create(name.text(), shape, type(), depth, 2, shared());
                uint64_t count = 1;
                for (const uint32_t axis : shape)
                    count *= axis;
                action(name, image, shape, count, depth);
            }
    }
};

TEST_P(Matrix, MetadataSayWhatWasAskedFor)
{
    for_each_geometry([&](SegmentName &name, Image &image, const Shape &shape, uint64_t count, uint32_t depth) {
        const double now = static_cast<double>(time(nullptr));
        for (uint32_t slot = 0; slot < depth; ++slot)
        {
            const IMAGE_METADATA &metadata = image->md[slot];
            EXPECT_STREQ(metadata.name, name.c_str());
            EXPECT_EQ(metadata.naxis, shape.size());
            for (size_t axis = 0; axis < 3; ++axis)
                EXPECT_EQ(metadata.size[axis], axis < shape.size() ? shape[axis] : 0u);
            EXPECT_EQ(metadata.nelement, count);
            EXPECT_EQ(metadata.atype, type());
            EXPECT_EQ(metadata.shared, shared());
            EXPECT_EQ(metadata.sem, IMAGE_NB_SEMAPHORE);
            EXPECT_EQ(metadata.NBkw, 2);
            EXPECT_EQ(metadata.cnt0 + metadata.cnt1 + metadata.cnt2 + metadata.write, 0u);
            EXPECT_NEAR(metadata.creation_time, now, 5.0);
            EXPECT_NEAR(metadata.last_access, now, 5.0);
        }
        EXPECT_EQ(image->md[0].fifo_size, depth);
        EXPECT_EQ(image->md[0].fifo_last_written, depth - 1);
        EXPECT_EQ(image->used, 1);
        EXPECT_STREQ(image->name, name.c_str());
        EXPECT_NE(image->kw, nullptr);
        EXPECT_EQ(std::filesystem::exists(name.text()), shared() != 0);
    });
}

TEST_P(Matrix, EveryReadGivesTheFrameThatWasPublished)
{
    for_each_geometry([&](SegmentName &, Image &image, const Shape &, uint64_t count, uint32_t depth) {
        const size_t bytes = count * daoTypeSize(type());
        Bytes read(bytes);
        for (uint64_t number = 1; number <= 2 * depth + 1; ++number)
        {
            Bytes written = frame_bytes(bytes, number);
            const Bytes expected = written;
            ASSERT_EQ(daoShmImage2Shm(written.data(), static_cast<uint32_t>(count), image), DAO_SUCCESS);
            uint64_t counter = 0;
            uint64_t missed = 99;
            int64_t time_ns = 0;
            ASSERT_EQ(daoShmReadNewest(image, read.data(), count, &counter, &time_ns), DAO_SUCCESS);
            EXPECT_EQ(read, expected);
            EXPECT_EQ(counter, number);
            EXPECT_EQ(daoShmGetCounter(image), number);
            std::fill(read.begin(), read.end(), 0);
            ASSERT_EQ(daoShmReadNext(image, read.data(), count, &counter, &time_ns, &missed), DAO_SUCCESS);
            EXPECT_EQ(read, expected);
            EXPECT_EQ(counter, number);
            EXPECT_EQ(missed, 0u);
            void *slot = nullptr;
            uint32_t slot_index = 99;
            ASSERT_EQ(daoShmGetNewestSegment(image, &slot, &slot_index, &counter), DAO_SUCCESS);
            EXPECT_EQ(slot_index, (number - 1) % depth);
            EXPECT_EQ(counter, number);
            EXPECT_EQ(slot, static_cast<unsigned char *>(image->array.V) + slot_index * bytes);
            EXPECT_EQ(std::memcmp(slot, expected.data(), bytes), 0);
            EXPECT_EQ(daoShmCheckSegmentOverwrite(image), DAO_SUCCESS);
            EXPECT_EQ(image->md[0].fifo_last_written, slot_index);
            EXPECT_EQ(image->md[slot_index].cnt0, number);
            EXPECT_EQ(image->md[slot_index].write, 0);
            EXPECT_EQ(image->md[slot_index].atime.tsfixed.secondlong, time_ns);
            EXPECT_EQ(image->md[slot_index].atime.tsfixed.firstlong, 0);
        }
    });
}

TEST_P(Matrix, HistoryIsOldestFirst)
{
    for_each_geometry([&](SegmentName &, Image &image, const Shape &, uint64_t count, uint32_t depth) {
        const size_t bytes = count * daoTypeSize(type());
        Bytes history(bytes * depth);
        uint64_t first = 0;
        EXPECT_EQ(daoShmReadLast(image, history.data(), 1, &first), DAO_NOTREADY);
        for (uint64_t number = 1; number <= depth + 2; ++number)
        {
            Bytes written = frame_bytes(bytes, number);
            ASSERT_EQ(daoShmImage2Shm(written.data(), static_cast<uint32_t>(count), image), DAO_SUCCESS);
        }
        for (uint32_t frames = 1; frames <= depth; ++frames)
        {
            ASSERT_EQ(daoShmReadLast(image, history.data(), frames, &first), DAO_SUCCESS);
            EXPECT_EQ(first, depth + 2 - frames + 1);
            for (uint32_t index = 0; index < frames; ++index)
                EXPECT_EQ(std::memcmp(&history[index * bytes], frame_bytes(bytes, first + index).data(), bytes), 0);
        }
    });
}

TEST_P(Matrix, AnotherHandleSeesTheSameSegment)
{
    if (shared() == 0)
        GTEST_SKIP() << "a private image has one handle";
    for_each_geometry([&](SegmentName &name, Image &image, const Shape &shape, uint64_t count, uint32_t depth) {
        const size_t bytes = count * daoTypeSize(type());
        Image other;
        other.open(name.text());
        EXPECT_EQ(other->md->naxis, shape.size());
        EXPECT_EQ(other.info().depth, depth);
        EXPECT_EQ(other.info().segment_id, image.info().segment_id);
        Bytes read(bytes);
        for (uint64_t number = 1; number <= depth + 1; ++number)
        {
            Bytes written = frame_bytes(bytes, number);
            const Bytes expected = written;
            uint64_t counter = 0;
            ASSERT_EQ(daoShmImage2Shm(written.data(), static_cast<uint32_t>(count), number % 2 ? image : other),
                      DAO_SUCCESS);
            ASSERT_EQ(daoShmReadNext(other, read.data(), count, &counter, nullptr, nullptr), DAO_SUCCESS);
            EXPECT_EQ(read, expected);
            EXPECT_EQ(counter, number);
        }
    });
}

TEST_P(Matrix, SlotsAreBorrowedInOrder)
{
    for_each_geometry([&](SegmentName &, Image &image, const Shape &, uint64_t count, uint32_t depth) {
        const size_t bytes = count * daoTypeSize(type());
        void *slot = &image;
        EXPECT_EQ(daoShmGetNextSegment(image, &slot, nullptr, nullptr), DAO_NOTREADY);
        EXPECT_EQ(slot, nullptr);
        for (uint64_t number = 1; number <= depth; ++number)
        {
            Bytes written = frame_bytes(bytes, number);
            ASSERT_EQ(daoShmImage2Shm(written.data(), static_cast<uint32_t>(count), image), DAO_SUCCESS);
        }
        for (uint64_t number = 1; number <= depth; ++number)
        {
            uint32_t index = 99;
            uint64_t counter = 0;
            ASSERT_EQ(daoShmWaitForNextSegment(image), DAO_SUCCESS);
            ASSERT_EQ(daoShmGetNextSegment(image, &slot, &index, &counter), DAO_SUCCESS);
            EXPECT_EQ(counter, number);
            EXPECT_EQ(index, number - 1);
            EXPECT_EQ(image->fifo_last_read, index);
            EXPECT_EQ(image->fifo_last_read_cnt0, number);
            EXPECT_EQ(std::memcmp(slot, frame_bytes(bytes, number).data(), bytes), 0);
            ASSERT_EQ(daoShmGetArbitrarySegment(image, &slot, index + depth), DAO_SUCCESS);
            EXPECT_EQ(std::memcmp(slot, frame_bytes(bytes, number).data(), bytes), 0);
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Types, Matrix, testing::Combine(testing::ValuesIn(type_codes), testing::Values(1, 0)),
                         [](const auto &row) {
                             return std::string(daoTypeName(std::get<0>(row.param))) +
                                    (std::get<1>(row.param) ? "Shared" : "Private");
                         });

TEST(Types, SizesAndNamesBelongToTheCodes)
{
#define CHECK_TYPE(NAME, code, type, member, name) \
    EXPECT_EQ(daoTypeSize(code), sizeof(type));    \
    EXPECT_STREQ(daoTypeName(code), name);
    DAO_ELEMENT_TYPES(CHECK_TYPE)
#undef CHECK_TYPE
    for (const uint8_t unknown : {uint8_t{0}, uint8_t{13}, uint8_t{255}})
    {
        EXPECT_EQ(daoTypeSize(unknown), 0u);
        EXPECT_EQ(daoTypeName(unknown), nullptr);
    }
}

}
