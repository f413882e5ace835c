// A reader is stopped after an instruction, others go on, and then it may: all over a read.
//
// DAO_KILLS_STRIDE: each so many instructions is tried, from one that differs with DAO_KILLS_SEED; 1: each one. Usually 40
// attempts are made all over the read, in mixed order, and fewer where a busy machine needs more than 20 s for them.
#include "scene.hpp"
#include "steps.hpp"
#include "words.hpp"

namespace kills
{
namespace
{

constexpr uint32_t depth = 2;

// In the stepped process, where nothing else tells.
void insist(bool holds, const std::string &what)
{
    if (!holds)
        throw std::runtime_error(what);
}

// The next frame, if there is one: it must be one that was published.
void read_one(IMAGE *image, uint32_t order, uint32_t generation, uint64_t seen)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = order;
    how.timeout_ns = 0;
    Frame frame = frame_of(0);
    DAO_FRAME found = DAO_FRAME_INIT;
    uint64_t missed = 0;
    const int_fast8_t status = daoShmNext(image, &how, frame.data(), elements, &found, &missed);
    if (status == DAO_TIMEOUT || status == DAO_NOTREADY || status == DAO_OUTRUN)
        return;
    insist(status == DAO_SUCCESS || status == DAO_OVERWRITE, std::string("next: ") + daoLastErrorMessage());
    insist(frame == frame_of(frame[0]), "torn");
    const std::string name = "frame " + std::to_string(found.cnt0) + " of generation " +
                             std::to_string(found.generation) + ", " + std::to_string(missed) + " missed, content " +
                             std::to_string(frame[0]);
    const uint64_t before = found.generation == generation ? seen : 0;
    insist(found.cnt0 == before + missed + 1, name);
    insist(frame[0] == 100 * (found.generation - generation) + found.cnt0, name);
}

// What happens while the reader stands still.
using Meanwhile = std::function<void(const std::string &name, IMAGE *writer, Words &words)>;

// So many instructions of the process, and notes its way where there is no trail yet. Returns how many it went.
size_t step_on(SteppedProcess &process, size_t count, Trail &trail)
{
    if (trail.is_empty())
        process.record(trail);
    return process.follow(trail, count);
}

// One read that stops after `count` instructions. Returns how many it went.
size_t pause_after(size_t count, Trail &trail, uint32_t order, const Meanwhile &meanwhile)
{
    Place place;
    Image writer, reader;
    place.create(writer, depth);
    Words words(writer);
    publish(writer, 1);
    const auto read = [&] { read_one(reader, order, 0, 1); };
    SteppedProcess process(
        [&] {
            reader.open(place.name);
            read(); // what only the first call does is not of interest
        },
        read);
    publish(writer, 2);
    const size_t done = step_on(process, count, trail);
    meanwhile(place.name, writer, words);
    EXPECT_TRUE(process.finish());
    return done;
}

// Stops after so many instructions, and returns how many there were.
using Attempt = std::function<size_t(size_t count, Trail &trail)>;

void pause_all_over(const Attempt &attempt_after)
{
    constexpr size_t usual_attempts = 40;
    constexpr size_t prime = 17;
    constexpr int64_t limit_ns = 20'000'000'000;
    const bool is_limited = std::getenv("DAO_KILLS_STRIDE") == nullptr;
    const int64_t begun_ns = now_ns();
    Trail trail;
    const size_t all = attempt_after(SIZE_MAX, trail);
    const size_t stride = number_from("DAO_KILLS_STRIDE", all / usual_attempts + 1);
    const size_t first = number_from("DAO_KILLS_SEED", 1) % stride;
    const size_t attempts = (all + stride - 1) / stride;
    for (size_t attempt = 0; attempt < attempts && !(is_limited && now_ns() - begun_ns > limit_ns); ++attempt)
    {
        const size_t count = first + attempt * prime % attempts * stride;
        SCOPED_TRACE("stopped after instruction " + std::to_string(count) + " of " + std::to_string(all));
        if (trail.is_empty())
            attempt_after(SIZE_MAX, trail);
        on_trail(trail, [&] { return attempt_after(count, trail); });
        if (testing::Test::HasFailure())
            return;
    }
}

void pause_all_over(uint32_t order, const Meanwhile &meanwhile)
{
    pause_all_over([&](size_t count, Trail &trail) { return pause_after(count, trail, order, meanwhile); });
}

void make_again(const std::string &name)
{
    Image maker;
    maker.create(name, {4, 6}, _DATATYPE_UINT32, depth, 3);
}

// A process makes the segment again, and dies before it has released the lock.
void die_making_again(const std::string &name, const Words &words, const std::function<bool()> &reached, Trail &trail)
{
    EXPECT_TRUE(kill_once(reached, [] {}, [&] { make_again(name); }, &trail));
    EXPECT_TRUE(words.is_resetting());
}

class PausedReading : public testing::TestWithParam<uint32_t>
{
};

TEST_P(PausedReading, TakesNoFrameOfASegmentThatIsMadeAgain)
{
    pause_all_over(GetParam(), [](const std::string &name, IMAGE *, Words &) { make_again(name); });
}

TEST_P(PausedReading, TakesNoFrameOfOneWhoseMakerStopsWhenAllCountersAre0)
{
    pause_all_over(GetParam(), [makers = Trail()](const std::string &name, IMAGE *, Words &words) mutable {
        die_making_again(name, words, [&] { return words.published() == 0; }, makers);
    });
}

TEST_P(PausedReading, TakesNoFrameOfOneWhoseMakerStopsWhenAllSlotsAreWhole)
{
    pause_all_over(GetParam(), [makers = Trail()](const std::string &name, IMAGE *, Words &words) mutable {
        const auto are_whole = [&, before = words.generation()] {
            return words.generation() != before &&
                   words.of_all_slots([&](uint32_t slot) { return !words.is_marked(slot); });
        };
        die_making_again(name, words, are_whole, makers);
    });
}

TEST_P(PausedReading, CountsInTheNewGenerationWhatItMissed)
{
    pause_all_over(GetParam(), [](const std::string &name, IMAGE *writer, Words &) {
        make_again(name);
        for (uint32_t tag = 101; tag <= 105; ++tag)
            publish(writer, tag);
    });
}

TEST_P(PausedReading, MissesWhatIsOverwrittenMeanwhileAndSaysSo)
{
    pause_all_over(GetParam(), [](const std::string &, IMAGE *writer, Words &) {
        for (uint32_t tag = 3; tag <= 7; ++tag)
            publish(writer, tag);
    });
}

// What begins, waits or borrows while the segment is made again goes on with the new generation: the next frame, which
// the stepped process publishes itself, is not missed.
using Call = std::function<void(IMAGE *image)>;

void make_again_during(const Call &call, const Call &expect_next)
{
    pause_all_over([&](size_t count, Trail &trail) {
        Place place;
        Image writer, reader;
        place.create(writer, depth);
        for (uint32_t tag = 1; tag <= 9; ++tag)
            publish(writer, tag);
        SteppedProcess process([&] { reader.open(place.name); }, [&] { call(reader); },
                               [&] {
                                   publish(reader, 104);
                                   expect_next(reader);
                               });
        publish(writer, 10);
        const size_t done = step_on(process, count, trail);
        make_again(place.name);
        for (uint32_t tag = 101; tag <= 103; ++tag)
            publish(writer, tag);
        EXPECT_TRUE(process.finish());
        return done;
    });
}

// Reads on in order until the frame that was published last.
void expect_the_last_in_order(IMAGE *image)
{
    uint64_t counter = 0;
    Frame frame = frame_of(0);
    for (int reads = 0; reads < 20 && frame[0] != 104; ++reads)
        (void)daoShmReadNext(image, frame.data(), elements, &counter, nullptr, nullptr);
    insist(frame == frame_of(104), "the frame published last is not read, but " + std::to_string(frame[0]));
}

TEST(PausedReader, OpensASegmentThatIsMadeAgainAndMissesNoFrame)
{
    make_again_during(
        [](IMAGE *image) {
            const std::string name = image->name;
            require(daoShmCloseShm(image), "close");
            require(daoShmShm2Img(name.c_str(), image), "open");
        },
        expect_the_last_in_order);
}

TEST(PausedReader, GoesOnAfterTheNewestOfASegmentThatIsMadeAgain)
{
    make_again_during([](IMAGE *image) { require(daoShmResetTail(image, nullptr, nullptr), "reset"); },
                      expect_the_last_in_order);
}

TEST(PausedReader, WaitsForTheNextFrameOfASegmentThatIsMadeAgain)
{
    make_again_during([](IMAGE *image) { (void)daoShmWaitForFrame(image, 9, 0); },
                      [](IMAGE *image) {
                          timespec until = {};
                          clock_gettime(CLOCK_REALTIME, &until);
                          until.tv_sec += 2;
                          insist(daoShmWaitTimeout(image, &until) == DAO_SUCCESS, "the wait does not end");
                      });
}

TEST(PausedReader, BorrowsInOrderFromASegmentThatIsMadeAgainAndIsToldOfWhatItMisses)
{
    make_again_during(
        [](IMAGE *image) {
            void *slot = nullptr;
            uint64_t counter = 0;
            const int_fast8_t status = daoShmGetNextSegment(image, &slot, nullptr, &counter);
            // 10 of the old generation; of the new one its first, or a later one and a word about it.
            insist(status == DAO_NOTREADY || status == DAO_OVERWRITE || counter == 10 || counter == 1,
                   "frame " + std::to_string(counter));
        },
        [](IMAGE *) {});
}

INSTANTIATE_TEST_SUITE_P(Orders, PausedReading, testing::Values(uint32_t{DAO_NEXT_NEWEST}, uint32_t{DAO_NEXT_IN_ORDER}),
                         [](const auto &order) { return order.param == DAO_NEXT_NEWEST ? "Newest" : "InOrder"; });

}
}
