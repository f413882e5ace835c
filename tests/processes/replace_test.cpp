// Create over a segment that others use: reuse and replacement.
#include "extension_words.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"
#include "wait_modes.hpp"

#include <cstdio>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>

namespace
{

using namespace test;

constexpr uint32_t size = 20'000;
constexpr uint32_t depth = 4;

void publish(IMAGE *image, uint64_t number)
{
    Frame frame(image->md->nelement);
    fill(frame, number);
    require(daoShmImage2Shm(frame.data(), static_cast<uint32_t>(frame.size()), image), "publish");
}

// What a reader knows of the frames it has got: within a generation they only go up.
class Sequence
{
  public:
    bool take(IMAGE *image, const Frame &frame)
    {
        DAO_FRAME found = DAO_FRAME_INIT;
        if (daoShmGetFrame(image, &found) != DAO_SUCCESS || found.cnt0 == 0)
            return false;
        if (found.generation < generation_ || (found.generation == generation_ && found.cnt0 <= last_))
            return false;
        generation_ = found.generation;
        last_ = found.cnt0;
        ++count_;
        return is_frame(frame, found.cnt0);
    }
    void forget() { generation_ = 0, last_ = 0; }
    uint64_t count() const { return count_; }
    uint64_t last() const { return last_; }

  private:
    uint32_t generation_ = 0;
    uint64_t last_ = 0;
    uint64_t count_ = 0;
};

// Reads in order with one wait mode until the segment is removed; says when it got enough frames and followed often enough
// to another segment. Result 1: a frame that should not have been.
int play_following_reader(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    const WaitMode mode = wait_mode_of(arguments.at(1));
    const int32_t semaphore = std::stoi(arguments.at(2));
    const uint64_t least_frames = std::stoull(arguments.at(3)), least_followed = std::stoull(arguments.at(4));
    Sequence sequence;
    uint64_t followed = 0;
    bool has_enough = false;
    say("ready");
    for (;;)
    {
        int_fast8_t status = wait_for_frame(image, mode, sequence.last(), 20 * second_ns, semaphore);
        Frame frame(image->md->nelement);
        while (status == DAO_SUCCESS)
        {
            status = daoShmReadNext(image, frame.data(), frame.size(), nullptr, nullptr, nullptr);
            if (status == DAO_OVERWRITE)
                status = DAO_SUCCESS;
            if (status == DAO_SUCCESS && !sequence.take(image, frame))
                return 1;
        }
        if (!has_enough && sequence.count() >= least_frames && followed >= least_followed)
        {
            has_enough = true;
            say("enough");
        }
        if (status == DAO_REMOVED || daoShmCheckReplaced(image) == DAO_REMOVED)
            return 0;
        if (status == DAO_REPLACED)
        {
            if (daoShmReopen(image) != DAO_SUCCESS)
                return daoLastErrorCode() == DAO_E_NOT_FOUND ? 0 : 4;
            sequence.forget();
            ++followed;
        }
        else if (status != DAO_NOTREADY && status != DAO_OUTRUN)
            return 5;
    }
}

const Role following_reader("following-reader", play_following_reader);

// A reader for every kind of wait.
class Readers
{
  public:
    Readers(const SegmentName &name, uint64_t least_frames, uint64_t least_followed)
    {
        for (const WaitMode mode : all_wait_modes)
            readers_.emplace_back("following-reader",
                                  Arguments{name.text(), name_of(mode), std::to_string(static_cast<int>(mode)),
                                            std::to_string(least_frames), std::to_string(least_followed)});
        for (Child &reader : readers_)
            EXPECT_EQ(reader.line(), "ready");
    }

    // Whether all have enough. However late the machine lets one run, it comes to hold while the writer goes on.
    bool have_enough()
    {
        while (with_enough_ < readers_.size() && readers_[with_enough_].line(milliseconds(1)) == "enough")
            ++with_enough_;
        return with_enough_ == readers_.size() || Clock::now() > give_up_;
    }

    void expect_all_well()
    {
        EXPECT_EQ(with_enough_, readers_.size()) << name_of(all_wait_modes[with_enough_ % readers_.size()]);
        for (size_t index = 0; index < readers_.size(); ++index)
            EXPECT_EQ(readers_[index].wait(), 0) << name_of(all_wait_modes[index]);
    }

  private:
    std::vector<Child> readers_;
    size_t with_enough_ = 0;
    Clock::time_point give_up_ = Clock::now() + std::chrono::seconds(60);
};

TEST(Reuse, ReadersInEveryKindOfWaitGoOn)
{
    SegmentName name;
    Image writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    Readers readers(name, 30, 0);
    uint32_t generations = 0;
    while (generations < 30 || !readers.have_enough())
    {
        for (uint64_t number = 1; number <= 25; ++number)
        {
            publish(writer, number);
            if (number % 5 == 0)
                std::this_thread::sleep_for(milliseconds(1));
        }
        Image again; // the writer process starts anew
        again.create(name.text(), {size}, _DATATYPE_UINT32, depth);
        ++generations;
    }
    EXPECT_EQ(writer.info().generation, generations);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    readers.expect_all_well();
}

TEST(Replacement, ReadersInEveryKindOfWaitFollow)
{
    SegmentName name;
    auto writer = std::make_unique<Image>();
    writer->create(name.text(), {size}, _DATATYPE_UINT32, depth);
    Readers readers(name, 1, 5);
    for (uint32_t round = 1; round <= 10 || !readers.have_enough(); ++round)
    {
        for (uint64_t number = 1; number <= 20; ++number)
        {
            publish(*writer, number);
            std::this_thread::sleep_for(milliseconds(2));
        }
        auto other = std::make_unique<Image>();
        other->create(name.text(), {size + round}, _DATATYPE_UINT32, depth);
        EXPECT_EQ(daoShmCheckReplaced(*writer), DAO_REPLACED);
        writer = std::move(other);
        std::this_thread::sleep_for(milliseconds(20));
    }
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    readers.expect_all_well();
    EXPECT_EQ(name.file_count(), 0u);
}

TEST(Replacement, ReaderOfTheOldSegmentKeepsItsMemory)
{
    SegmentName name;
    Image reader, writer;
    writer.create(name.text(), {size}, _DATATYPE_UINT32);
    reader.open(name.text());
    publish(writer, 1);
    Image other;
    other.create(name.text(), {3, 7}, _DATATYPE_DOUBLE, 2);
    Frame frame(size);
    EXPECT_EQ(daoShmReadNewest(reader, frame.data(), size, nullptr, nullptr), DAO_REPLACED);
    EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), DAO_SUCCESS)
        << "what was published before is still read in order";
    EXPECT_TRUE(is_frame(frame, 1));
    EXPECT_EQ(daoShmReadNext(reader, frame.data(), size, nullptr, nullptr, nullptr), DAO_REPLACED);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, writer), DAO_REPLACED) << "nobody would see it";
    EXPECT_TRUE(is_frame(reader->array.UI32, size, 1));
    EXPECT_EQ(reader.info().state, 1u);
    EXPECT_EQ(other.info().state, 0u);
    EXPECT_NE(reader.info().segment_id, other.info().segment_id);
    EXPECT_EQ(daoShmGetCounter(other), 0u);
    EXPECT_EQ(name.file_count(), 1u);
}

TEST(Reopen, OfAPrivateImageSaysThatItIsOne)
{
    Image image;
    image.create("private", {10}, _DATATYPE_UINT32, 1, 0, 0);
    for (int attempt = 0; attempt < 2; ++attempt)
    {
        EXPECT_EQ(daoShmReopen(image), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
        EXPECT_NE(std::string(daoLastErrorMessage()).find("private image"), std::string::npos);
        require(daoShmRetirePrivate(image, 1), "retire");
    }
}

// In what took its place too, which this user could write.
TEST(Reopen, OfAHandleThatOnlyReadsLeavesItSo)
{
    SegmentName name;
    Image made, reader, follower, other;
    made.create(name.text(), {10}, _DATATYPE_UINT32);
    reader.open_read_only(name.text());
    follower.open_read_only(name.text());
    other.create(name.text(), {10}, _DATATYPE_UINT32, 2);
    publish(other, 1);
    require(daoShmReopen(reader), "re-open");
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.follow = 1;
    how.timeout_ns = 20 * second_ns;
    Frame frame(10);
    ASSERT_EQ(daoShmNext(follower, &how, frame.data(), frame.size(), nullptr, nullptr), DAO_SUCCESS);
    for (Image *image : {&reader, &follower})
    {
        EXPECT_EQ(image->info().segment_id, other.info().segment_id);
        EXPECT_EQ(image->info().read_only, 1u);
        EXPECT_EQ(daoShmImage2Shm(frame.data(), 10, *image), DAO_ERROR);
        EXPECT_EQ(daoLastErrorCode(), DAO_E_READ_ONLY);
    }
    EXPECT_EQ(daoShmGetCounter(other), 1u);
}

TEST(Replacement, IsNeededWhenTypeDepthAxesOrKeywordsDiffer)
{
    SegmentName name;
    Image first;
    first.create(name.text(), {6, 2}, _DATATYPE_UINT32, 2, 1);
    uint64_t id = first.info().segment_id;
    const auto replaces = [&](const Shape &shape, uint8_t type, uint32_t slots, int keywords) {
        Image other;
        other.create(name.text(), shape, type, slots, keywords);
        const bool is_new = other.info().segment_id != id;
        id = other.info().segment_id;
        return is_new;
    };
    EXPECT_FALSE(replaces({6, 2}, _DATATYPE_UINT32, 2, 1));
    EXPECT_TRUE(replaces({6, 2}, _DATATYPE_FLOAT, 2, 1)) << "type of the same size";
    EXPECT_TRUE(replaces({2, 6}, _DATATYPE_FLOAT, 2, 1));
    EXPECT_TRUE(replaces({12}, _DATATYPE_FLOAT, 2, 1));
    EXPECT_TRUE(replaces({12}, _DATATYPE_FLOAT, 3, 1));
    EXPECT_TRUE(replaces({12}, _DATATYPE_FLOAT, 3, 0));
    EXPECT_FALSE(replaces({12}, _DATATYPE_FLOAT, 3, 0));
}

TEST(Reuse, ClearsDataCountersAndTimes)
{
    SegmentName name;
    Image first, again;
    first.create(name.text(), {4}, _DATATYPE_UINT32, 2);
    require(daoShmSetFrameId(first, 9), "frame id");
    for (uint64_t number = 1; number <= 3; ++number)
        publish(first, number);
    again.create(name.text(), {4}, _DATATYPE_UINT32, 2);
    EXPECT_EQ(again.info().segment_id, first.info().segment_id);
    for (uint32_t slot = 0; slot < 2; ++slot)
    {
        EXPECT_EQ(first->md[slot].cnt0 + first->md[slot].cnt1 + first->md[slot].cnt2 + first->md[slot].write, 0u);
        EXPECT_EQ(first->md[slot].atime.tsfixed.secondlong, 0);
        for (uint32_t index = 0; index < 4; ++index)
            EXPECT_EQ(first->array.UI32[4 * slot + index], 0u);
    }
    EXPECT_EQ(first->md->fifo_last_written, 1u);
    const timespec past{1, 0};
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(first, 0, &past), DAO_TIMEOUT) << "old posts are gone";
    Frame frame(4);
    EXPECT_EQ(daoShmReadNext(first, frame.data(), 4, nullptr, nullptr, nullptr), DAO_NOTREADY);
    EXPECT_EQ(first.info().generation, 1u);
}

// As an earlier version of the library would leave it.
void make_of_version(const SegmentName &name, uint32_t version)
{
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32, depth, 1);
    extension_of(image).version = version;
}

TEST(OtherVersions, AreRefusedByOpenAndReplacedByCreate)
{
    SegmentName name;
    make_of_version(name, 1);
    Image image;
    EXPECT_EQ(image.try_open(name.text()), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_VERSION);
    EXPECT_NE(std::string(daoLastErrorMessage()).find("extension version 1; expected 2"), std::string::npos);
    EXPECT_EQ(image.try_open(""), DAO_ERROR);
    image.create(name.text(), {size}, _DATATYPE_UINT32, depth);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NAME) << "of the last call that failed";
    publish(image, 1);
    EXPECT_EQ(daoShmGetCounter(image), 1u);
    EXPECT_EQ(name.file_count(), 1u);
}

TEST(OtherVersions, AreRemoved)
{
    SegmentName name;
    make_of_version(name, 3);
    EXPECT_EQ(daoShmRemove(""), DAO_ERROR);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NAME) << "of the last call that failed";
    EXPECT_EQ(name.file_count(), 0u);
}

// A process that changes its folder goes on with the segments that it opened by relative names.
class OtherFolder
{
  public:
    explicit OtherFolder(const std::filesystem::path &folder) { std::filesystem::current_path(folder); }
    ~OtherFolder() { std::filesystem::current_path(before_); }

  private:
    std::filesystem::path before_ = std::filesystem::current_path();
};

TEST(RelativeName, IsFollowedFromAnyFolder)
{
    SegmentName folder;
    const std::string name = "relative.im.shm", full = (folder.folder() / name).string();
    std::filesystem::create_directory(folder.folder() / "other");
    Image opened, made, following, writer;
    {
        const OtherFolder here(folder.folder());
        made.create(name, {4}, _DATATYPE_UINT32);
        opened.open(name);
        following.open(name);
    }
    const OtherFolder elsewhere(folder.folder() / "other");
    for (uint32_t elements : {8u, 4u, 8u})
    {
        writer.create(full, {elements}, _DATATYPE_UINT32, 2);
        for (Image *image : {&opened, &made})
        {
            EXPECT_EQ(daoShmCheckReplaced(*image), DAO_REPLACED);
            ASSERT_EQ(daoShmReopen(*image), DAO_SUCCESS) << daoLastErrorMessage();
            EXPECT_EQ(daoShmCheckReplaced(*image), DAO_SUCCESS);
            EXPECT_EQ((*image)->md->nelement, elements);
            EXPECT_EQ((*image)->name, name);
        }
        DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
        how.follow = 1;
        how.timeout_ns = 0;
        EXPECT_EQ(daoShmNext(following, &how, nullptr, 0, nullptr, nullptr), DAO_REPLACED) << "of another shape";
        publish(writer, 1);
        Frame frame(elements);
        EXPECT_EQ(daoShmNext(following, &how, frame.data(), elements, nullptr, nullptr), DAO_SUCCESS)
            << daoLastErrorMessage();
        require(daoShmCloseShm(writer), "close");
    }
    EXPECT_EQ(daoShmRemove(full.c_str()), DAO_SUCCESS);
    EXPECT_EQ(daoShmCheckReplaced(opened), DAO_REMOVED);
}

}
