// next() of a reader that follows a segment which takes the name: same shape, another one, another type.
#include "../processes/timing.hpp"
#include "next_options.hpp"
#include "pair.hpp"

#include <gtest/gtest.h>
#include <thread>

namespace
{
using namespace std::chrono_literals;

/** A follower that read three frames of a segment of four floats and depth 4. */
struct Followed : Pair
{
    Followed() : Pair(4)
    {
        reader.set_follow(true);
        publish(3);
        Frame frame;
        for (int number = 0; number < 3; ++number)
        {
            Dao::check(reader.next(frame, in_order()).status);
        }
    }
};

// It is no file's: there is nothing to follow to.
TEST(ShmFollow, PrivateImageThatWasReplacedSaysSo)
{
    const SegmentName name;
    auto shm = Dao::Shm<float>::make_private(name, {4});
    shm.set_follow(true);
    Dao::require(daoShmRetirePrivate(shm.image(), 1));
    Frame frame;
    EXPECT_EQ(shm.next(frame, newest(1s)).status, DAO_REPLACED);
    EXPECT_EQ(shm.borrow_next(newest(1s)).status(), DAO_REPLACED);
}

TEST(ShmFollow, SameShapeGoesOnWithTheFirstFrame)
{
    Followed old;
    Dao::Shm<float> writer(old.name, {4}, nullptr, 8); // another depth, so that it is no reuse
    writer.set_frame(frame_of(10));
    writer.set_frame(frame_of(20));
    Frame frame;
    for (uint64_t number = 1; number <= 2; ++number)
    {
        const auto result = old.reader.next(frame, in_order());
        EXPECT_EQ(result.status, DAO_SUCCESS);
        EXPECT_EQ(result.cnt0, number);
        EXPECT_EQ(result.missed, 0u);
        EXPECT_EQ(frame, frame_of(10 * number));
    }
    EXPECT_EQ(old.reader.replaced(), DAO_SUCCESS);
    EXPECT_EQ(old.reader.get_depth(), 8u) << "C followed by itself";
    EXPECT_EQ(old.reader.get_meta_data(9), old.reader.get_meta_data(1));
    EXPECT_EQ(old.reader.next(frame, in_order(0ns)).status, DAO_TIMEOUT);
}

TEST(ShmFollow, NewestOfTheNewSegmentIsUnseen)
{
    Followed old;
    Dao::Shm<float> writer(old.name, {4}, nullptr, 8);
    for (uint64_t number = 1; number <= 3; ++number)
    {
        writer.set_frame(frame_of(10 * number));
    }
    Frame frame;
    const auto result = old.reader.next(frame, newest());
    EXPECT_EQ(result.status, DAO_SUCCESS);
    EXPECT_EQ(result.cnt0, 3u) << "its counter equals that of the old segment's last frame";
    EXPECT_EQ(frame, frame_of(30));
}

TEST(ShmFollow, AnotherShapeResizesTheFrame)
{
    Followed old;
    Dao::Shm<float> writer(old.name, {2, 3}, nullptr, 4);
    writer.set_frame(frame_of(10, 6));
    writer.set_frame(frame_of(20, 6));
    Frame frame;
    for (uint64_t number = 1; number <= 2; ++number)
    {
        const auto result = old.reader.next(frame, in_order());
        EXPECT_EQ(result.status, DAO_SUCCESS);
        EXPECT_EQ(result.cnt0, number);
        EXPECT_EQ(frame, frame_of(10 * number, 6));
    }
    EXPECT_EQ(old.reader.get_shape(), (Dao::Shape{2, 3}));
}

TEST(ShmFollow, GivenPlaceIsToldOfAnotherShape)
{
    Followed old;
    Dao::Shm<float> writer(old.name, {2}, nullptr, 4);
    writer.set_frame(frame_of(10, 2));
    float place[4] = {-1, -1, -1, -1};
    const auto replaced = old.reader.next(place, 4, in_order());
    EXPECT_EQ(replaced.status, DAO_REPLACED);
    EXPECT_FALSE(replaced.whole);
    EXPECT_EQ(place[0], -1.0f);
    EXPECT_EQ(old.reader.get_shape(), Dao::Shape{2});
    EXPECT_EQ(old.reader.next(place, 2, in_order()).cnt0, 1u);
    EXPECT_EQ(place[1], 10.0f);
    EXPECT_EQ(place[2], -1.0f);
}

TEST(ShmFollow, AnotherTypeClosesAShm)
{
    Followed old;
    const Dao::Shm<double> writer(old.name, {4});
    Frame frame;
    try
    {
        old.reader.next(frame, in_order());
        FAIL() << "float64 was read as float32";
    }
    catch (const Dao::Error &error)
    {
        EXPECT_EQ(error.code(), DAO_E_TYPE);
        EXPECT_NE(std::string(error.what()).find("float64"), std::string::npos) << error.what();
    }
    EXPECT_TRUE(old.reader.is_closed());
    EXPECT_EQ(error_of([&] { old.reader.next(frame, in_order()); }), DAO_E_CLOSED);
}

TEST(ShmFollow, ImageGoesToAnyTypeAndIsTold)
{
    Pair old(4);
    Dao::Image reader(old.name);
    Dao::NextOptions how = in_order();
    how.follow = true;
    std::vector<std::byte> bytes;
    old.publish(1);
    ASSERT_TRUE(reader.next(bytes, how));
    EXPECT_EQ(bytes.size(), 16u);
    Dao::Shm<double> writer(old.name, {4}, nullptr, 4);
    writer.set_frame(std::vector<double>(4, 2.5));
    EXPECT_EQ(reader.next(bytes, how).status, DAO_REPLACED) << "its program checks type and shape again";
    EXPECT_EQ(reader.get_type(), _DATATYPE_DOUBLE);
    const auto result = reader.next(bytes, how);
    EXPECT_EQ(result.status, DAO_SUCCESS);
    EXPECT_EQ(result.cnt0, 1u);
    ASSERT_EQ(bytes.size(), 32u);
    double last = 0;
    std::memcpy(&last, bytes.data() + 24, sizeof last);
    EXPECT_EQ(last, 2.5);
}

TEST(ShmFollow, OptionOfTheCallCounts)
{
    Followed old;
    Dao::Shm<float> writer(old.name, {6});
    writer.set_frame(frame_of(10, 6));
    Frame frame;
    Dao::NextOptions how = in_order();
    how.follow = false;
    EXPECT_EQ(old.reader.next(frame, how).status, DAO_REPLACED);
    EXPECT_EQ(old.reader.next(frame, how).status, DAO_REPLACED);
    EXPECT_EQ(old.reader.get_shape(), Dao::Shape{4});
    EXPECT_EQ(old.reader.next(frame, in_order()).cnt0, 1u);
}

// The replacement comes in the middle of the limit: a busy machine has half of it for each of what may be late here.
TEST(ShmFollow, TimeLimitHoldsThroughAnotherShape)
{
    constexpr auto limit = 4s;
    Followed old;
    Frame frame;
    const test::Lateness lateness;
    const auto start = std::chrono::steady_clock::now();
    std::thread replacer([&] {
        std::this_thread::sleep_until(start + limit / 2);
        const Dao::Shm<float> writer(old.name, {6});
    });
    EXPECT_EQ(old.reader.next(frame, in_order(limit)).status, DAO_TIMEOUT);
    const auto elapsed = std::chrono::steady_clock::now() - start;
    replacer.join();
    EXPECT_GE(elapsed, limit);
    EXPECT_LT(elapsed, limit / 2 + limit + lateness.allowance()) << "the limit did not begin anew";
    EXPECT_EQ(old.reader.get_shape(), Dao::Shape{6});
}
} // namespace
