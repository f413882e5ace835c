// The rows of the takeover table of docs/protocol.md: a writer is killed right after the instruction that begins the row,
// and what is done about it must be what the row says. Each test fails when that is left out.
#include "scene.hpp"
#include "steps.hpp"
#include "words.hpp"

#include <thread>

namespace kills
{
namespace
{

constexpr uint32_t dead_tag = 66;
constexpr uint32_t next_tag = 77;

// Who repairs what the dead process left.
enum class By
{
    next_writer,
    hand // daoShmUnlock()
};

class DeadWriter
{
  public:
    // A segment with as many frames as it has slots and one more, so that no word has its first value.
    explicit DeadWriter(uint32_t depth) : depth_(depth)
    {
        place_.create(writer_, depth);
        words_.emplace(writer_);
        for (uint32_t tag = 1; tag <= depth + 1; ++tag)
            publish(writer_, tag);
        witness_.emplace(place_.name);
        last_ = depth + 1;
        next_ = words_->next();
    }

    void kill_once(const std::function<bool(const Words &)> &reached, const std::function<void(IMAGE *)> &call)
    {
        Image victim;
        ASSERT_TRUE(kills::kill_once([&] { return reached(*words_); }, [&] { victim.open(place_.name); },
                                     [&] { call(victim); }))
            << "the call ended before that state came";
    }
    void kill_publish_once(const std::function<bool(const Words &)> &reached)
    {
        kill_once(reached, [](IMAGE *image) { publish(image, dead_tag); });
    }
    void kill_reuse_once(const std::function<bool(const Words &)> &reached)
    {
        kill_once(reached, [this](IMAGE *) {
            Image again;
            place_.create(again, depth_);
        });
    }

    // The next writer's frame has that counter, and the witness sees it, after `missed` others.
    void expect_next_frame(uint64_t counter, uint64_t missed)
    {
        EXPECT_LT(punctual_ns([&] { publish(writer_, next_tag); }), 4'000'000'000)
            << "the dead writer's lock held it up";
        EXPECT_EQ(daoShmGetCounter(writer_), counter);
        const uint64_t missed_before = witness_->missed();
        witness_->read_on();
        EXPECT_EQ(witness_->last(), counter);
        EXPECT_EQ(witness_->tag(), next_tag);
        EXPECT_EQ(witness_->missed() - missed_before, missed);
        EXPECT_FALSE(words_->is_locked());
        EXPECT_TRUE(words_->of_all_slots([&](uint32_t slot) { return !words_->is_marked(slot); }));
    }
    void repair_by_hand() { require(daoShmUnlock(writer_, 0), "unlock"); }

    // The newest frame as a reader gets it: its number in all pixels, or 0 when there is none to be had.
    uint32_t newest_tag()
    {
        Frame frame = frame_of(0);
        const int_fast8_t status = daoShmReadNewest(witness_->image(), frame.data(), elements, nullptr, nullptr);
        EXPECT_TRUE(status == DAO_SUCCESS || status == DAO_NOTREADY) << int{status};
        EXPECT_EQ(frame, frame_of(frame[0])) << "torn";
        return status == DAO_SUCCESS ? frame[0] : 0;
    }
    bool has_whole_frame_in(uint32_t slot)
    {
        DAO_FRAME frame = DAO_FRAME_INIT;
        return daoShmGetFrameAt(witness_->image(), slot, &frame) == DAO_SUCCESS;
    }

    Words &words() { return *words_; }
    Witness &witness() { return *witness_; }
    IMAGE *writer() { return writer_; }
    uint64_t last() const { return last_; }
    uint32_t next() const { return next_; }
    uint32_t last_tag() const { return static_cast<uint32_t>(last_); }

  private:
    Place place_;
    uint32_t depth_;
    Image writer_;
    std::optional<Words> words_;
    std::optional<Witness> witness_;
    uint64_t last_ = 0; // counter of the newest frame before the death
    uint32_t next_ = 0; // the slot that was next then
};

TEST(TakeoverRow, BeforeW1NothingChanged)
{
    for (const uint32_t depth : {1u, 2u, 3u})
    {
        DeadWriter dead(depth);
        dead.kill_publish_once([](const Words &words) { return words.is_locked(); });
        EXPECT_EQ(dead.newest_tag(), dead.last_tag());
        dead.expect_next_frame(dead.last() + 1, 0);
    }
}

TEST(TakeoverRow, FromW1TheSlotStaysMarkedUntilTheNextFrameIsInIt)
{
    for (const uint32_t depth : {1u, 2u, 3u})
        for (const bool has_data : {false, true})
            for (const By by : {By::next_writer, By::hand})
            {
                DeadWriter dead(depth);
                const uint32_t slot = dead.next();
                dead.kill_publish_once([&](const Words &words) {
                    return has_data ? words.first_pixel(slot) == dead_tag : words.is_marked(slot);
                });
                if (by == By::hand)
                    dead.repair_by_hand();
                EXPECT_TRUE(dead.words().is_marked(slot));
                EXPECT_FALSE(dead.has_whole_frame_in(slot));
                EXPECT_EQ(dead.newest_tag(), depth == 1 ? 0 : dead.last_tag());
                dead.expect_next_frame(dead.last() + 1, 0);
                EXPECT_EQ(dead.words().counter(slot), dead.last() + 1) << "the same slot";
            }
}

// The id and the time of a frame go into its slot some nanoseconds before its number does.
TEST(TakeoverRow, FromW1NothingOfItsDescriptionBecomesTheNextFrames)
{
    constexpr uint64_t id = 4242;
    constexpr int64_t time_ns = 1'000'000'000;
    for (const uint32_t depth : {2u, 3u})
        for (const By by : {By::next_writer, By::hand})
        {
            DeadWriter dead(depth);
            const uint32_t slot = dead.next();
            dead.kill_once(
                [&](const Words &words) {
                    return words.frame_id(slot) == id && words.time_ns(slot) == time_ns &&
                           words.counter(slot) != dead.last() + 1;
                },
                [](IMAGE *image) {
                    require(daoShmSetFrameId(image, id), "id");
                    require(daoShmSetAcquisitionTime(image, time_ns), "time");
                    publish(image, dead_tag);
                });
            if (by == By::hand)
                dead.repair_by_hand();
            dead.expect_next_frame(dead.last() + 1, 0);
            EXPECT_EQ(dead.words().frame_id(slot), 0u) << "as in the frame before";
            EXPECT_GT(dead.words().time_ns(slot), time_ns) << "its own";
        }
}

TEST(TakeoverRow, FromW4OnTheFrameIsWholeAndBecomesTheNewest)
{
    for (const uint32_t depth : {2u, 3u})
        for (const bool is_unmarked : {false, true})
            for (const By by : {By::next_writer, By::hand})
            {
                DeadWriter dead(depth);
                const uint32_t slot = dead.next();
                dead.kill_publish_once([&](const Words &words) {
                    return words.counter(slot) == dead.last() + 1 && words.is_marked(slot) == !is_unmarked;
                });
                ASSERT_NE(dead.words().newest(), slot);
                EXPECT_EQ(dead.newest_tag(), dead.last_tag()) << "not published yet";
                EXPECT_EQ(dead.has_whole_frame_in(slot), is_unmarked) << "who looks into slots may have it already";
                if (by == By::hand)
                {
                    dead.repair_by_hand();
                    EXPECT_EQ(dead.newest_tag(), dead_tag);
                    EXPECT_EQ(dead.words().published(), dead.last() + 1);
                    dead.witness().read_on();
                    EXPECT_EQ(dead.witness().tag(), dead_tag);
                }
                dead.expect_next_frame(dead.last() + 2, 0);
                EXPECT_EQ(dead.words().first_pixel(slot), dead_tag) << "its counter stands for no other frame";
            }
}

TEST(TakeoverRow, FromW4OnInTheOnlySlotItsNumberIsUsedUpAndMissed)
{
    for (const By by : {By::next_writer, By::hand})
    {
        DeadWriter dead(1);
        dead.kill_publish_once([&](const Words &words) { return words.counter(0) == dead.last() + 1; });
        ASSERT_TRUE(dead.words().is_marked(0));
        if (by == By::hand)
            dead.repair_by_hand();
        EXPECT_EQ(dead.newest_tag(), 0u);
        dead.expect_next_frame(dead.last() + 2, 1);
    }
}

TEST(TakeoverRow, AfterW6TheFrameIsPublicAndSleepersGetIt)
{
    for (const uint32_t depth : {1u, 2u, 3u})
        for (const bool is_unlocked : {false, true})
        {
            DeadWriter dead(depth);
            const uint32_t slot = dead.next();
            // Asleep before the writer begins, or at least on the way there; the writer does not live to wake it.
            int_fast8_t woken = DAO_ERROR;
            std::thread sleeper([&, reader = dead.witness().image()] {
                woken = daoShmWaitForFrame(reader, dead.last(), int64_t{60} * 1'000'000'000);
            });
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            dead.kill_publish_once([&](const Words &words) {
                const bool is_public =
                    words.newest() == slot && words.counter(slot) == dead.last() + 1 && !words.is_marked(slot);
                return is_public && (!is_unlocked || !words.is_locked());
            });
            const int64_t killed_ns = now_ns();
            sleeper.join();
            EXPECT_EQ(woken, DAO_SUCCESS);
            EXPECT_LT(now_ns() - killed_ns, 50'000'000'000) << "no sleep lasts longer than 0.1 s";
            EXPECT_EQ(dead.newest_tag(), dead_tag);
            EXPECT_EQ(daoShmWaitForFrameSpin(dead.witness().image(), dead.last(), 1'000'000'000), DAO_SUCCESS);
            dead.witness().read_on();
            EXPECT_EQ(dead.witness().tag(), dead_tag);
            dead.expect_next_frame(dead.last() + 2, 0);
            EXPECT_EQ(dead.words().published(), dead.last() + 2);
        }
}

TEST(TakeoverRow, InAQuietWriteThereIsNoWholeFrameUntilTheNextPublish)
{
    for (const By by : {By::next_writer, By::hand})
    {
        DeadWriter dead(1);
        dead.kill_once([](const Words &words) { return words.first_pixel(0) == dead_tag && words.is_marked(0); },
                       [](IMAGE *image) {
                           Frame frame = frame_of(dead_tag);
                           require(daoShmImage2ShmQuiet(frame.data(), elements, image), "write quietly");
                       });
        if (by == By::hand)
            dead.repair_by_hand();
        EXPECT_EQ(dead.newest_tag(), 0u);
        dead.expect_next_frame(dead.last() + 1, 0);
    }
}

// The states that a reuse of two slots goes through, in their order.
const std::pair<const char *, std::function<bool(const Words &, uint32_t generation)>> reuse_states[] = {
    {"told", [](const Words &words, uint32_t) { return words.is_resetting(); }},
    {"one slot marked", [](const Words &words, uint32_t) { return words.is_marked(0); }},
    {"all slots marked", [](const Words &words, uint32_t) { return words.is_marked(0) && words.is_marked(1); }},
    {"one slot cleared", [](const Words &words, uint32_t) { return words.first_pixel(0) == 0; }},
    {"all slots cleared", [](const Words &words, uint32_t) { return words.first_pixel(1) == 0; }},
    {"one counter 0", [](const Words &words, uint32_t) { return words.counter(0) == 0; }},
    {"all counters 0", [](const Words &words, uint32_t) { return words.counter(1) == 0; }},
    {"newest at its beginning", [](const Words &words, uint32_t) { return words.newest() == 1; }},
    {"published 0", [](const Words &words, uint32_t) { return words.published() == 0; }},
    {"next generation", [](const Words &words, uint32_t before) { return words.generation() != before; }},
    {"one slot whole",
     [](const Words &words, uint32_t before) { return words.generation() != before && !words.is_marked(0); }},
    {"all slots whole", [](const Words &words, uint32_t before) {
         return words.generation() != before && !words.is_marked(0) && !words.is_marked(1);
     }}};

TEST(TakeoverRow, InAReuseItIsDoneAgainFromItsBeginning)
{
    for (const auto &[state, reached] : reuse_states)
        for (const By by : {By::next_writer, By::hand})
        {
            SCOPED_TRACE(state);
            DeadWriter dead(2);
            const uint32_t before = dead.words().generation();
            dead.kill_reuse_once([&](const Words &words) { return reached(words, before); });
            ASSERT_TRUE(dead.words().is_resetting());
            if (by == By::hand)
            {
                dead.repair_by_hand();
                EXPECT_EQ(dead.newest_tag(), 0u);
            }
            publish(dead.writer(), next_tag);
            EXPECT_FALSE(dead.words().is_resetting());
            EXPECT_NE(dead.words().generation(), before);
            EXPECT_EQ(dead.words().published(), 1u);
            EXPECT_EQ(daoShmGetCounter(dead.writer()), 1u) << "counters begin anew";
            EXPECT_EQ(dead.newest_tag(), next_tag);
            EXPECT_FALSE(dead.has_whole_frame_in(1)) << "no frame of the generation before is left";
            EXPECT_EQ(dead.words().first_pixel(1), 0u);
            dead.witness().forget();
            dead.witness().read_on();
            EXPECT_EQ(dead.witness().last(), 1u);
        }
}

// It wrote no slice: the next one is the first.
TEST(DeadWriterOfASlice, LeavesTheFirstOneToTheNext)
{
    Place place;
    Image writer, victim;
    writer.create(place.name, {3, 2, 4}, _DATATYPE_UINT32, 2, 1);
    const Words words(writer);
    const uint32_t slice[8] = {dead_tag};
    ASSERT_TRUE(kill_once([&] { return words.first_pixel(words.next()) == dead_tag; }, [&] { victim.open(place.name); },
                          [&] { require(daoShmWriteSlice(victim, slice, 8), "slice"); }))
        << "the call ended before that state came";
    for (uint64_t index = 0; index < 2; ++index)
    {
        require(daoShmWriteSlice(writer, slice, 8), "slice");
        EXPECT_EQ(writer->md[words.newest()].cnt1, index);
    }
}

}
}
