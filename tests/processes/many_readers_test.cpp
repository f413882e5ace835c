// Readers that died, and more of them than the list holds.
#include "readers.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <memory>

namespace
{

using namespace test;

// Reads the newest frame, and stays.
int play_staying_reader(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    Frame frame(size);
    require(daoShmReadNewest(image, frame.data(), size, nullptr, nullptr), "read");
    say("read");
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
}

const Role staying_reader("staying-reader", play_staying_reader);

TEST(Readers, DeadOnesAreShownAsDeadAndTheirPlacesAreUsedAgain)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    publish(writer, 1);
    Child child("staying-reader", {name.text()});
    ASSERT_EQ(child.line(), "read");
    const auto pid = static_cast<uint32_t>(child.pid());
    ASSERT_EQ(readers_of(writer).size(), 1u);
    EXPECT_EQ(readers_of(writer)[0].pid, pid);
    EXPECT_EQ(alive_count(writer), 1u);
    child.kill();
    ASSERT_EQ(readers_of(writer).size(), 1u);
    EXPECT_EQ(readers_of(writer)[0].alive, 0u);
    EXPECT_EQ(alive_count(writer), 0u);
    constexpr uint32_t capacity = 128;
    std::vector<std::unique_ptr<Image>> readers;
    Frame frame(size);
    for (uint32_t index = 0; index < capacity; ++index)
    {
        readers.push_back(std::make_unique<Image>());
        readers.back()->open(name.text());
        require(daoShmReadNewest(*readers.back(), frame.data(), size, nullptr, nullptr), "read");
    }
    EXPECT_EQ(alive_count(writer), capacity);
    for (const DAO_READER &reader : readers_of(writer))
        EXPECT_EQ(reader.pid, process_id());
}

// Further handles on one mapping: each is a reader.
std::vector<std::unique_ptr<Image>> many_readers(IMAGE *image, uint32_t count)
{
    std::vector<std::unique_ptr<Image>> readers;
    Frame frame(size);
    for (uint32_t index = 0; index < count; ++index)
    {
        readers.push_back(std::make_unique<Image>());
        require(daoShmDuplicate(image, readers.back()->taken()), "duplicate");
        EXPECT_EQ(daoShmReadNewest(*readers.back(), frame.data(), size, nullptr, nullptr), DAO_SUCCESS);
        EXPECT_TRUE(is_frame(frame, 1));
        EXPECT_EQ(daoShmWaitForFrame(*readers.back(), 0, 0), DAO_SUCCESS);
    }
    return readers;
}

TEST(Readers, BeyondTheTableAreCountedAndMoreThanTheListHoldsMayReadAndWait)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    publish(writer, 1);
    const uint32_t capacity = writer.info().reader_capacity;
    const auto some = many_readers(writer, 200);
    EXPECT_EQ(writer.info().reader_count, 200u);
    EXPECT_EQ(alive_count(writer), 200u);
    for (const DAO_READER &reader : readers_of(writer))
        EXPECT_EQ(reader.pid, process_id());
    EXPECT_EQ(readers_of(writer).at(127).last_cnt0, 1u);
    EXPECT_EQ(readers_of(writer).at(128).last_seen_ns, 0) << "only who it is";
    const auto rest = many_readers(writer, capacity - 180);
    EXPECT_EQ(writer.info().reader_count, capacity);
}

TEST(Readers, BeyondTheTableGetAnEntryWhenOneIsFree)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    publish(writer, 1);
    auto readers = many_readers(writer, 130);
    readers.erase(readers.begin(), readers.begin() + 10);
    EXPECT_EQ(writer.info().reader_count, 120u);
    std::this_thread::sleep_for(milliseconds(1100)); // who has no entry asks once a second
    Frame frame(size);
    for (const auto &reader : readers)
        require(daoShmReadNewest(*reader, frame.data(), size, nullptr, nullptr), "read");
    ASSERT_EQ(readers_of(writer).size(), 120u);
    for (const DAO_READER &reader : readers_of(writer))
        EXPECT_NE(reader.last_seen_ns, 0);
    readers.clear();
    EXPECT_EQ(writer.info().reader_count, 0u);
}

TEST(Readers, BeyondAllPlacesAreListedOnceThereIsOne)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    publish(writer, 1);
    const uint32_t capacity = writer.info().reader_capacity;
    auto first = many_readers(writer, capacity);
    const auto late = many_readers(writer, 3);
    Image read_only;
    read_only.open_read_only(name.text());
    EXPECT_EQ(writer.info().reader_count, capacity);
    first.clear();
    EXPECT_EQ(writer.info().reader_count, 0u);
    std::this_thread::sleep_for(milliseconds(1100)); // who has no place asks once a second
    Frame frame(size);
    void *slot = nullptr;
    uint32_t index = 0;
    uint64_t counter = 0;
    require(daoShmReadNewest(*late[0], frame.data(), size, nullptr, nullptr), "read");
    EXPECT_EQ(daoShmWaitForFrame(*late[1], 1, 0), DAO_TIMEOUT);
    require(daoShmGetNewestSegment(*late[2], &slot, &index, &counter), "borrow");
    require(daoShmReadNewest(read_only, frame.data(), size, nullptr, nullptr), "read");
    ASSERT_EQ(readers_of(writer).size(), 3u);
    for (const DAO_READER &reader : readers_of(writer))
    {
        EXPECT_EQ(reader.pid, process_id());
        EXPECT_EQ(reader.last_cnt0, 1u);
        EXPECT_NE(reader.last_seen_ns, 0);
    }
}

// Its places beyond the table are used again too.
int play_many_readers(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const auto readers = many_readers(image, 640);
    say("read");
    std::this_thread::sleep_for(std::chrono::seconds(60));
    return 0;
}

const Role many("many-readers", play_many_readers);

TEST(Readers, BeyondTheTableThatDiedAreShownAsDead)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    publish(writer, 1);
    Child child("many-readers", {name.text()});
    ASSERT_EQ(child.line(milliseconds(60'000)), "read"); // 640 opens
    EXPECT_EQ(alive_count(writer), 640u);
    child.kill();
    EXPECT_EQ(alive_count(writer), 0u);
    const auto readers = many_readers(writer, 300);
    EXPECT_EQ(alive_count(writer), 300u);
    EXPECT_EQ(writer.info().reader_count, 640u);
}

TEST(Readers, CountMayExceedTheRoomGiven)
{
    SegmentName name;
    Image writer, one, two;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    publish(writer, 1);
    one.open(name.text());
    two.open(name.text());
    Frame frame(size);
    require(daoShmReadNewest(one, frame.data(), size, nullptr, nullptr), "read");
    require(daoShmReadNewest(two, frame.data(), size, nullptr, nullptr), "read");
    DAO_READER room[2] = {DAO_READER_INIT};
    uint32_t count = 0;
    EXPECT_EQ(daoShmGetReaders(writer, room, 1, &count), DAO_SUCCESS);
    EXPECT_EQ(count, 2u);
    EXPECT_EQ(room[0].pid, process_id());
    EXPECT_EQ(room[1].pid, 0u) << "nothing beyond the room is written";
}

}
