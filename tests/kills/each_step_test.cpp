// A process is broken off after every step of a call: killed, ended by _exit(), or stopped and continued later. The others go
// on: the next writer writes at once, or is told who stands still, the next reader reads, no frame is torn, no counter stands
// for two frames, nothing is left of a file.
//
// Marked steps, after which a byte of the segment is another one, are tried in each of these ways. Of the instructions between
// them, each so many is tried in one of the ways: DAO_KILLS_STRIDE says of how many, 1: each one; DAO_KILLS_SEED where to begin.
#include "changes.hpp"
#include "scene.hpp"
#include "steps.hpp"

#include <algorithm>
#include <vector>

namespace kills
{
namespace
{

constexpr uint32_t victims_tag = 3;
constexpr int64_t short_limit_ns = 20'000'000;

// How long calls of this thread wait for a lock, while the object lives.
class LockLimit
{
  public:
    explicit LockLimit(int64_t limit_ns) : before_(daoShmSetLockLimit(limit_ns)) {}
    ~LockLimit() { (void)daoShmSetLockLimit(before_); }
    LockLimit(const LockLimit &) = delete;
    LockLimit &operator=(const LockLimit &) = delete;

  private:
    int64_t before_;
};

// The failure of a call that needs what the stopped process has says who that is.
void expect_told_of(unsigned process)
{
    const std::string message = daoLastErrorMessage();
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY) << message;
    EXPECT_NE(message.find("process " + std::to_string(process) + " "), std::string::npos) << message;
}

struct Attempt
{
    size_t step;
    Way way;
};

std::vector<Attempt> attempts_of(const Course &course, size_t strides)
{
    std::vector<Attempt> attempts;
    for (const size_t step : course.marked)
        for (const Way way : all_ways)
            attempts.push_back({step, way});
    const size_t stride = strides * number_from("DAO_KILLS_STRIDE", 23);
    size_t turn = 0;
    for (size_t step = number_from("DAO_KILLS_SEED", 1) % stride; step < course.steps + stride; step += stride)
        attempts.push_back({std::min(step, course.steps), all_ways[turn++ % std::size(all_ways)]});
    std::printf("%zu attempts, %zu marked steps of %zu instructions\n", attempts.size(), course.marked.size(),
                course.steps);
    return attempts;
}

// Each attempt at a call that changes one segment: `meanwhile(id)` while the process stands still, `after()` when it is gone.
void break_off_at_each_step(const std::string &name, const std::function<void()> &prepare,
                            const std::function<void()> &call, const std::function<void(unsigned)> &meanwhile,
                            const std::function<void()> &after, size_t strides = 1)
{
    Changes changes(name);
    Course course = course_of([&] { return changes.are_new(); }, prepare, call);
    after();
    for (const Attempt &attempt : attempts_of(course, strides))
    {
        SCOPED_TRACE(std::string(name_of(attempt.way)) + " after instruction " + std::to_string(attempt.step));
        if (course.trail.is_empty()) // it was left, and without one each attempt takes long
        {
            course.trail = course_of([] { return false; }, prepare, call).trail;
            after();
        }
        on_trail(course.trail, [&] {
            SteppedProcess process(prepare, call);
            process.follow(course.trail, attempt.step);
            process.break_off(attempt.way);
            if (attempt.way != Way::stopped)
                return;
            meanwhile(process.id());
            EXPECT_TRUE(process.go_on_after_stop()) << "the call that had been stopped";
        });
        after();
        if (testing::Test::HasFailure())
            return;
    }
}

// The others go on.
void expect_all_goes_on(Place &place, Witness &witness, Image &writer, uint32_t tag)
{
    witness.read_on();
    EXPECT_LT(punctual_ns([&] { publish(writer, tag); }), 1'000'000'000) << "the next writer waited";
    witness.read_on();
    EXPECT_EQ(witness.tag(), tag);
    EXPECT_EQ(witness.last(), daoShmGetCounter(writer));
    Frame frame = frame_of(0);
    require(daoShmReadNewest(witness.image(), frame.data(), elements, nullptr, nullptr), "read the newest");
    EXPECT_EQ(frame, frame_of(tag));
    EXPECT_EQ(place.file_count(), 1u);
}

// While the process stands still another writes, or is told who it is that has the lock, and readers read.
void expect_written_or_told(Witness &witness, Image &writer, uint32_t tag, unsigned stopped)
{
    const LockLimit limit(short_limit_ns);
    Frame frame = frame_of(tag);
    witness.read_on();
    const bool is_written = daoShmImage2Shm(frame.data(), elements, writer) == DAO_SUCCESS;
    if (!is_written)
    {
        expect_told_of(stopped);
        EXPECT_NE(std::string(daoLastErrorMessage()).find("stopped"), std::string::npos) << "that writer is known";
    }
    witness.read_on();
    if (is_written)
    {
        EXPECT_EQ(witness.tag(), tag);
    }
}

// `call` in a process that has written before.
void break_off_at_each_step(uint32_t depth, const std::function<void(IMAGE *)> &call)
{
    Place place;
    Image writer, victim;
    place.create(writer, depth);
    Witness witness(place.name);
    publish(writer, 1);
    witness.read_on();
    uint32_t tag = 10;
    break_off_at_each_step(
        place.name,
        [&] {
            victim.open(place.name);
            publish(victim, 2);
        },
        [&] { call(victim); }, [&](unsigned stopped) { expect_written_or_told(witness, writer, tag++, stopped); },
        [&] { expect_all_goes_on(place, witness, writer, tag++); });
}

TEST(BrokenOffAtEachStep, OfAPublish)
{
    for (const uint32_t depth : {1u, 2u, 3u})
        break_off_at_each_step(depth, [](IMAGE *image) { publish(image, victims_tag); });
}

TEST(BrokenOffAtEachStep, OfALoan)
{
    break_off_at_each_step(2, [](IMAGE *image) {
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin a loan");
        const Frame frame = frame_of(victims_tag);
        std::memcpy(slot, frame.data(), sizeof frame);
        require(daoShmLoanCommit(image), "commit");
    });
}

TEST(BrokenOffAtEachStep, OfAFrameInPackets)
{
    break_off_at_each_step(2, [](IMAGE *image) {
        Frame frame = frame_of(victims_tag);
        for (uint16_t packet = 0; packet < 2; ++packet)
            require(daoShmImagePart2Shm(reinterpret_cast<char *>(frame.data()), elements / 2, image,
                                        packet * elements / 2, packet, 2, 1),
                    "packet");
        require(daoShmImagePart2ShmFinalize(image), "finalise");
    });
}

TEST(BrokenOffAtEachStep, OfAQuietWrite)
{
    break_off_at_each_step(1, [](IMAGE *image) {
        Frame frame = frame_of(victims_tag);
        require(daoShmImage2ShmQuiet(frame.data(), elements, image), "write quietly");
    });
}

TEST(BrokenOffAtEachStep, OfAReaderThatReads)
{
    break_off_at_each_step(2, [](IMAGE *image) {
        Frame frame;
        require(daoShmReadNewest(image, frame.data(), elements, nullptr, nullptr), "read");
    });
}

TEST(BrokenOffAtEachStep, OfAReaderThatFallsAsleep)
{
    break_off_at_each_step(2,
                           [](IMAGE *image) { (void)daoShmWaitForFrame(image, daoShmGetCounter(image), 1'000'000); });
}

TEST(BrokenOffAtEachStep, OfAKeyword)
{
    Place place;
    Image other, victim;
    place.create(other, 1);
    const auto set = [](IMAGE *image, const char *value, const char *comment) {
        return daoShmSetKeywordString(image, "state", value, comment);
    };
    const auto expect_whole = [&] {
        IMAGE_KEYWORD keyword = {};
        require(daoShmGetKeyword(other, "state", &keyword), "read the keyword");
        const std::string both = std::string(keyword.value.valstr) + ", " + keyword.comment;
        EXPECT_TRUE(both == "open, the first" || both == "closed, the second") << both;
    };
    break_off_at_each_step(
        place.name,
        [&] {
            victim.open(place.name);
            require(set(victim, "open", "the first"), "keyword");
        },
        [&] { require(set(victim, "closed", "the second"), "keyword"); },
        [&](unsigned stopped) {
            const LockLimit limit(short_limit_ns);
            if (set(other, "open", "the first") == DAO_SUCCESS)
                expect_whole();
            else
                expect_told_of(stopped);
        },
        [&] {
            expect_whole();
            const auto write = [&] { require(set(other, "open", "the first"), "keyword"); };
            EXPECT_LT(punctual_ns(write), 1'000'000'000);
            EXPECT_EQ(place.file_count(), 1u);
        });
}

// A segment that is made again in place has its counters from 1.
TEST(BrokenOffAtEachStep, OfAReuse)
{
    Place place;
    Image writer, again;
    place.create(writer, 2);
    publish(writer, 1);
    Witness witness(place.name);
    uint64_t last = 1;
    const auto expect_told_or_written = [&](unsigned stopped) {
        const LockLimit limit(short_limit_ns);
        Frame frame = frame_of(victims_tag);
        if (daoShmImage2Shm(frame.data(), elements, writer) != DAO_SUCCESS)
            expect_told_of(stopped);
    };
    break_off_at_each_step(
        place.name, [] {}, [&] { place.create(again, 2); }, expect_told_or_written,
        [&] {
            publish(writer, 4);
            Frame frame = frame_of(0);
            uint64_t counter = 0;
            require(daoShmReadNewest(witness.image(), frame.data(), elements, &counter, nullptr), "read");
            EXPECT_EQ(frame, frame_of(4));
            EXPECT_EQ(counter, daoShmGetCounter(writer));
            EXPECT_TRUE(counter <= 2 || counter == last + 1) << counter << " after " << last;
            last = counter;
            EXPECT_EQ(place.file_count(), 1u);
        },
        5);
}

// What changes names of files: between two calls of the system nothing of it changes.
void break_off_at_each_system_call(const std::function<void(Place &)> &prepare,
                                   const std::function<void(Place &)> &call,
                                   const std::function<void(Place &)> &meanwhile,
                                   const std::function<void(Place &)> &check)
{
    size_t attempts = 0;
    for (const Way way : all_ways)
    {
        bool has_ended = false;
        for (size_t step = 0; !has_ended && !testing::Test::HasFailure(); ++step, ++attempts)
        {
            SCOPED_TRACE(std::string(name_of(way)) + " at system call step " + std::to_string(step));
            Place place;
            prepare(place);
            SteppedProcess process([] {}, [&] { call(place); });
            for (size_t done = 0; done < step && !has_ended; ++done)
                has_ended = !process.step(Step::system_call);
            process.break_off(way);
            if (way == Way::stopped)
            {
                meanwhile(place);
                EXPECT_TRUE(process.go_on_after_stop()) << "the call that had been stopped";
            }
            check(place);
        }
    }
    std::printf("%zu attempts\n", attempts);
}

// While a process stands still in the middle of making or removing it, others use what there is, or are told that it is busy.
void use_what_there_is(Place &place)
{
    const LockLimit limit(short_limit_ns);
    Image found, made;
    if (std::filesystem::exists(place.name))
    {
        const bool is_gone = found.try_open(place.name) != DAO_SUCCESS;
        EXPECT_TRUE(!is_gone || daoLastErrorCode() == DAO_E_NOT_FOUND || daoLastErrorCode() == DAO_E_REMOVED)
            << daoLastErrorMessage();
    }
    const bool is_made = made.try_create(place.name, {4, 6}, _DATATYPE_UINT32, 2, 3) == DAO_SUCCESS;
    EXPECT_TRUE(is_made || daoLastErrorCode() == DAO_E_BUSY) << daoLastErrorMessage();
    if (is_made)
        publish(made, 1);
}

// There is none or a whole one; it can be made again, written and removed, and then nothing is left.
void expect_none_or_a_whole_one(Place &place)
{
    {
        Image found, made;
        if (std::filesystem::exists(place.name))
            found.open(place.name);
        place.create(made, 2);
        Witness witness(place.name);
        publish(made, 1);
        witness.read_on();
        publish(made, 2);
        witness.read_on();
        EXPECT_EQ(witness.tag(), 2u);
    }
    require(daoShmRemove(place.name.c_str()), "remove");
    EXPECT_EQ(place.file_count(), 0u);
}

TEST(BrokenOffAtEachStep, OfACreate)
{
    break_off_at_each_system_call([](Place &) {},
                                  [](Place &place) {
                                      Image image;
                                      place.create(image, 2);
                                  },
                                  use_what_there_is, expect_none_or_a_whole_one);
}

TEST(BrokenOffAtEachStep, OfAReplacement)
{
    break_off_at_each_system_call(
        [](Place &place) {
            Image image;
            image.create(place.name, {2, 2}, _DATATYPE_UINT8);
        },
        [](Place &place) {
            Image image;
            place.create(image, 2);
        },
        use_what_there_is,
        [](Place &place) {
            EXPECT_TRUE(std::filesystem::exists(place.name));
            expect_none_or_a_whole_one(place);
        });
}

TEST(BrokenOffAtEachStep, OfARemoval)
{
    break_off_at_each_system_call(
        [](Place &place) {
            Image image;
            place.create(image, 2);
        },
        [](Place &place) { (void)daoShmRemove(place.name.c_str()); }, use_what_there_is, expect_none_or_a_whole_one);
}

}
}
