// A segment whose name was removed or given to another: what readers see, by this library's calls or by a plain rm or mv.
#include "dao_bytes.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <chrono>
#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace
{

using namespace test;
using std::chrono::milliseconds;

constexpr uint32_t size = 10;
constexpr uint32_t depth = 4;

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(size);
    fill(frame, number);
    require(daoShmImage2Shm(frame.data(), size, image), "publish");
}

// A segment with its writer and a reader.
struct Pair
{
    Pair()
    {
        writer.create(name.text(), {size}, _DATATYPE_UINT32, depth);
        reader.open(name.text());
    }
    SegmentName name;
    Image writer, reader;
};

const auto take_away = [](const std::string &path) { std::filesystem::remove(path); };
const auto remove = [](const std::string &path) { require(daoShmRemove(path.c_str()), "remove"); };
const auto replace = [](const std::string &path) {
    Image other;
    other.create(path, {3}, _DATATYPE_UINT8);
};
const auto move_over = [](const std::string &path) {
    Image other;
    other.create(path + ".other", {3}, _DATATYPE_UINT8);
    std::filesystem::rename(path + ".other", path);
};
using End = std::pair<std::function<void(const std::string &)>, int_fast8_t>;

// Windows keeps the name of a file that is in use: there, only this library's calls take one.
bool others_take_names()
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32);
    return name.delete_file();
}

const std::vector<End> &possible_ends()
{
    static const std::vector<End> ends = [] {
        std::vector<End> found = {{remove, DAO_REMOVED}, {replace, DAO_REPLACED}};
        if (others_take_names())
            found.insert(found.end(), {{take_away, DAO_REMOVED}, {move_over, DAO_REPLACED}});
        return found;
    }();
    return ends;
}

// In a loop that only looks, whatever became of the name, and after the frames that were there.
TEST(EndOfASegment, IsToldToWhoBorrowsInOrder)
{
    for (const auto &[end, told] : possible_ends())
    {
        Pair pair;
        auto &[name, writer, reader] = pair;
        void *slot = nullptr;
        uint32_t index = 0;
        uint64_t counter = 0;
        EXPECT_EQ(daoShmGetNextSegment(reader, &slot, &index, &counter), DAO_NOTREADY);
        publish(writer, 1);
        publish(writer, 2);
        EXPECT_EQ(daoShmGetNextSegment(reader, &slot, &index, &counter), DAO_SUCCESS);
        end(name.text());
        std::this_thread::sleep_for(milliseconds(250));
        EXPECT_EQ(daoShmGetNextSegment(reader, &slot, &index, &counter), DAO_SUCCESS);
        EXPECT_EQ(counter, 2u) << "which had been published";
        for (int attempt = 0; attempt < 3; ++attempt)
        {
            EXPECT_EQ(daoShmGetNextSegment(reader, &slot, &index, &counter), told);
            EXPECT_EQ(slot, nullptr);
        }
    }
}

// A wait said so: what others publish into the old file afterwards is no frame any more.
TEST(EndOfASegment, ThatAWaitToldIsTheEndOfReadingInOrder)
{
    for (const auto &[end, told] : possible_ends())
    {
        Pair pair;
        auto &[name, writer, reader] = pair;
        publish(writer, 1);
        require(daoShmResetTail(reader, nullptr, nullptr), "reset");
        end(name.text());
        EXPECT_EQ(daoShmWaitForFrame(reader, 1, -1), told);
        Frame frame(size);
        (void)daoShmImage2Shm(frame.data(), size, writer);
        EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), told);
    }
}

TEST(EndOfASegment, OfAPrivateImageHasNothingToDoWithFiles)
{
    SegmentName name;
    Image file, image;
    file.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    image.create(name.text(), {size}, _DATATYPE_UINT32, depth, 0, 0);
    ASSERT_EQ(daoShmRetirePrivate(image, 0), DAO_SUCCESS);
    EXPECT_EQ(daoShmWaitForFrame(image, 0, -1), DAO_REMOVED);
}

// The file that has its name is another's.
TEST(EndOfASegment, OfAPrivateImageIsNotFollowed)
{
    SegmentName name;
    Image file, image;
    file.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    publish(file, 1);
    image.create(name.text(), {size}, _DATATYPE_UINT32, depth, 0, 0);
    ASSERT_EQ(daoShmRetirePrivate(image, 1), DAO_SUCCESS);
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.follow = 1;
    Frame frame(size);
    EXPECT_EQ(daoShmNext(image, &how, frame.data(), size, nullptr, nullptr), DAO_REPLACED) << daoLastErrorMessage();
    EXPECT_EQ(image->md->shared, 0);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, image), DAO_REPLACED);
    EXPECT_EQ(daoShmGetCounter(file), 1u);
}

// Who only asks, and neither reads nor waits.
TEST(EndOfASegment, IsSeenInItsDescription)
{
    for (const auto &[end, told] : possible_ends())
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {size}, _DATATYPE_UINT32, depth);
        EXPECT_EQ(image.info().state, 0u);
        end(name.text());
        EXPECT_EQ(image.info().state, told == DAO_REMOVED ? 2u : 1u);
    }
}

TEST(EndOfASegment, OfDaosIsSeenInItsDescription)
{
    for (const auto &[end, told] : possible_ends())
    {
        SegmentName name;
        Image image;
        write_file(name.text(), make_bytes({{size}, _DATATYPE_UINT32, depth}, name.text()));
        image.open(name.text());
        EXPECT_EQ(image.info().state, 0u);
        end(name.text());
        EXPECT_EQ(image.info().state, told == DAO_REMOVED ? 2u : 1u);
    }
}

// The calls that lend a slot of whatever age say it too, and lend it all the same.
TEST(EndOfASegment, IsToldByWhatLendsASlot)
{
    for (const auto &[end, told] : possible_ends())
    {
        Pair pair;
        auto &[name, writer, reader] = pair;
        publish(writer, 1);
        void *newest = nullptr, *slot = nullptr;
        uint64_t counter = 0;
        EXPECT_EQ(daoShmGetNewestSegment(reader, &newest, nullptr, &counter), DAO_SUCCESS);
        EXPECT_EQ(daoShmGetArbitrarySegment(reader, &slot, 0), DAO_SUCCESS);
        end(name.text());
        std::this_thread::sleep_for(milliseconds(250));
        for (int attempt = 0; attempt < 3; ++attempt)
        {
            void *lent = nullptr;
            EXPECT_EQ(daoShmGetNewestSegment(reader, &lent, nullptr, &counter), told);
            EXPECT_EQ(lent, newest);
            EXPECT_EQ(counter, 1u);
            EXPECT_EQ(daoShmGetArbitrarySegment(reader, &lent, 0), told);
            EXPECT_EQ(lent, slot);
        }
        EXPECT_TRUE(is_frame(static_cast<uint32_t *>(newest), size, 1)) << "the memory stays";
    }
}

// Also while a frame is never finished: a receiver whose last packets are lost.
TEST(EndOfASegment, IsToldToWhoWritesPackets)
{
    for (const auto &[end, told] : possible_ends())
    {
        Pair pair;
        auto &[name, writer, reader] = pair;
        Frame frame(size);
        const auto put = [&](uint16_t packet) {
            return daoShmImagePart2Shm(reinterpret_cast<char *>(frame.data()), 1, writer, packet, packet, size, 1);
        };
        EXPECT_EQ(put(0), DAO_SUCCESS) << daoLastErrorMessage();
        end(name.text());
        std::this_thread::sleep_for(milliseconds(250));
        (void)put(1); // may be the one that looks
        EXPECT_EQ(put(2), told);
        EXPECT_EQ(put(3), told);
    }
}

TEST(EndOfASegment, IsNoticedByALoopOfLooksInTime)
{
    SegmentName name;
    Image writer, reader;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    reader.open(name.text());
    void *slot = nullptr;
    uint32_t index = 0;
    uint64_t counter = 0;
    int_fast8_t status = daoShmGetNextSegment(reader, &slot, &index, &counter);
    EXPECT_EQ(status, DAO_NOTREADY);
    if (!name.delete_file())
        GTEST_SKIP() << "this system keeps a file that is in use";
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (status == DAO_NOTREADY && std::chrono::steady_clock::now() < give_up)
        status = daoShmGetNextSegment(reader, &slot, &index, &counter);
    EXPECT_EQ(status, DAO_REMOVED);
}

}
