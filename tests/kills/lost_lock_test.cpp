// The lock is taken away from a living holder, as `daoshm unlock --force` does, at every step at which a call has it, and another
// process writes: the call must fail, and neither free the other's lock nor make its unfinished frame look whole.
//
// Only between a call's last look at its lock and the end of its stores may it still do the latter (docs/protocol.md, L4 to L6):
// a few instructions, which are counted. DAO_KILLS_STRIDE: only each so many steps is tried.
#include "changes.hpp"
#include "scene.hpp"
#include "shared.hpp"
#include "steps.hpp"
#include "words.hpp"

#include <algorithm>
#include <vector>

namespace kills
{
namespace
{

constexpr uint32_t victims_tag = 66;
constexpr uint32_t others_tag = 77;
// How many instructions there may be from the last look at the lock to the last store; without a look there are more.
constexpr size_t unseen_in_publish = 80, unseen_in_quiet_write = 30, unseen_in_keyword = 80;
constexpr size_t tried_stride = 5; // by default

// What the call said.
struct Said
{
    int_fast8_t status;
    DAO_ERROR_CODE code;
};

using Call = std::function<int_fast8_t(IMAGE *)>;

// How many of the steps that are tried there may be among so many instructions: by the stride, and marked ones. Where they lie is not
// always the same, as the system's clock now and then reads itself twice.
size_t tries_among(size_t instructions)
{
    constexpr size_t marked = 6;
    return instructions / number_from("DAO_KILLS_STRIDE", tried_stride) + marked;
}

// From the first marked step, which takes the lock, to the last.
std::vector<size_t> steps_to_try(const Course &course, size_t strides)
{
    std::vector<size_t> steps = course.marked;
    const size_t stride = strides * number_from("DAO_KILLS_STRIDE", tried_stride);
    const size_t first = course.marked.front() + number_from("DAO_KILLS_SEED", 1) % stride;
    for (size_t step = first; step < course.marked.back(); step += stride)
        steps.push_back(step);
    std::sort(steps.begin(), steps.end());
    steps.erase(std::unique(steps.begin(), steps.end()), steps.end());
    return steps;
}

class TakenAwayFrom : public testing::Test
{
  protected:
    void make(uint32_t depth)
    {
        place_.create(other_, depth);
        words_.emplace(other_);
        publish(other_, 1);
        witness_.emplace(place_.name);
    }

    // `call` in another process, at each of its steps: `take()` says whether there was a lock to take, `check(step)` is for what
    // the call has done when it is over.
    void at_each_step(const Call &call, const std::function<bool()> &take, const std::function<void(size_t)> &check,
                      size_t strides = 1)
    {
        const auto prepare = [&] {
            victim_.open(place_.name);
            publish(victim_, 2);
            require(daoShmSetKeywordString(victim_, "state", "open", "the first"), "keyword");
        };
        const auto call_it = [&] {
            const int_fast8_t status = call(victim_);
            *said_ = {status, daoLastErrorCode()};
        };
        Changes changes(place_.name);
        Course course = course_of([&] { return changes.are_new(); }, prepare, call_it);
        size_t taken = 0;
        for (const size_t step : steps_to_try(course, strides))
        {
            SCOPED_TRACE("taken away after instruction " + std::to_string(step));
            on_trail(course.trail, [&] {
                SteppedProcess process(prepare, call_it);
                process.follow(course.trail, step);
                if (!take())
                    return;
                ++taken;
                EXPECT_TRUE(process.finish());
                check(step);
            });
            if (HasFailure())
                return;
        }
        std::printf("%zu times taken away\n", taken);
        EXPECT_GT(taken, 10u);
    }

    void expect_lost()
    {
        EXPECT_EQ(said_->status, DAO_ERROR);
        EXPECT_EQ(said_->code, DAO_E_STATE);
    }

    bool begin_loan()
    {
        if (!words_->is_locked())
            return false;
        require(daoShmUnlock(other_, 1), "unlock");
        require(daoShmLoanBegin(other_, &loan_), "begin a loan");
        loan_slot_ = words_->next();
        counter_ = daoShmGetCounter(other_);
        is_public_ = words_->first_pixel(words_->newest()) == victims_tag;
        return true;
    }
    // Nobody but this process has changed the words of the frame that it is writing, nor published another.
    bool is_undisturbed() { return words_->is_marked(loan_slot_) && daoShmGetCounter(other_) == counter_; }
    void end_loan()
    {
        const DAO_SEGMENT_INFO info = other_.info();
        EXPECT_EQ(info.writing, 1u) << "the other's lock was freed";
        EXPECT_EQ(info.writer_pid, static_cast<uint32_t>(getpid()));
        const Frame frame = frame_of(others_tag);
        std::memcpy(loan_, frame.data(), sizeof frame);
        require(daoShmLoanCommit(other_), "commit");
        Frame read = frame_of(0);
        require(daoShmReadNewest(witness_->image(), read.data(), elements, nullptr, nullptr), "read");
        EXPECT_EQ(read, frame);
    }
    void read_in_order()
    {
        witness_->read_on();
        EXPECT_EQ(witness_->tag(), others_tag);
        EXPECT_EQ(witness_->last(), daoShmGetCounter(other_));
    }

    void take_from_a_frame(const Call &call, size_t most_unseen = unseen_in_publish)
    {
        size_t unseen = 0;
        at_each_step(
            call, [&] { return begin_loan(); },
            [&](size_t) {
                if (!is_undisturbed())
                    ++unseen;
                else if (!is_public_) // else it was all but over, and may say so
                    expect_lost();
                end_loan();
                read_in_order();
            });
        std::printf("%zu times after the last look\n", unseen);
        EXPECT_LE(unseen, tries_among(most_unseen));
    }

    Place place_;
    Image other_, victim_;
    std::optional<Words> words_;
    std::optional<Witness> witness_;
    Shared<Said> said_;
    void *loan_ = nullptr;
    uint32_t loan_slot_ = 0;
    uint64_t counter_ = 0;
    bool is_public_ = false; // the call's frame, when the lock was taken away
};

Frame victims_frame = frame_of(victims_tag);

int_fast8_t write_quietly(IMAGE *image)
{
    return daoShmImage2ShmQuiet(victims_frame.data(), elements, image);
}

TEST_F(TakenAwayFrom, APublish)
{
    make(2);
    take_from_a_frame([](IMAGE *image) { return daoShmImage2Shm(victims_frame.data(), elements, image); });
}

TEST_F(TakenAwayFrom, AQuietWriteToTheOnlySlot)
{
    make(1);
    take_from_a_frame(write_quietly, unseen_in_quiet_write);
}

TEST_F(TakenAwayFrom, AQuietWriteToTheNextSlot)
{
    make(2);
    take_from_a_frame(write_quietly, unseen_in_quiet_write);
}

TEST_F(TakenAwayFrom, ATimestamp)
{
    for (const uint32_t depth : {1u, 3u})
    {
        make(depth);
        take_from_a_frame(daoShmTimestampShm);
    }
}

TEST_F(TakenAwayFrom, AReuse)
{
    make(2);
    at_each_step(
        [this](IMAGE *) {
            Image again;
            return again.try_create(place_.name, {4, 6}, _DATATYPE_UINT32, 2, 3);
        },
        [&] { return begin_loan(); },
        [&](size_t) {
            expect_lost();
            end_loan();
        },
        20);
}

// There is no call that holds this lock: its word is set as another process's would be.
TEST_F(TakenAwayFrom, AKeyword)
{
    make(1);
    dao::format::Extension &extension = test::extension_of(other_);
    const std::atomic_ref lock(extension.keyword_lock);
    const auto is_closed = [&] {
        IMAGE_KEYWORD keyword = {};
        require(daoShmGetKeyword(other_, "state", &keyword), "read the keyword");
        const std::string both = std::string(keyword.value.valstr) + ", " + keyword.comment;
        EXPECT_TRUE(both == "open, the first" || both == "closed, the second") << both;
        return both[0] == 'c';
    };
    bool was_closed = false;
    size_t unseen = 0;
    at_each_step([](IMAGE *image) { return daoShmSetKeywordString(image, "state", "closed", "the second"); },
                 [&] {
                     if (lock.load() == 0)
                         return false;
                     require(daoShmUnlock(other_, 1), "unlock");
                     publish(other_, others_tag);
                     was_closed = is_closed();          // which finishes what is in the journal
                     lock.store(extension.last_writer); // this process's token
                     return true;
                 },
                 [&](size_t) {
                     expect_lost();
                     EXPECT_EQ(lock.load(), extension.last_writer) << "the other's lock was freed";
                     lock.store(0);
                     if (is_closed() != was_closed)
                         ++unseen;
                 });
    std::printf("%zu times after the last look\n", unseen);
    EXPECT_LE(unseen, tries_among(unseen_in_keyword));
}

}
}
