// A writer of keywords killed after each of its steps, and while it finishes what another began; nonsense in the
// journal. The steps are those of docs/protocol.md.
#include "extension_words.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>

namespace
{

using namespace test;

constexpr uint32_t keyword_count = 3;

// Steps of a write, counted from 1; 0 is the lock alone.
enum Step : unsigned
{
    k0_locked,
    k1_index,
    k1_half_journal,
    k1_journal,
    k1_pending,
    k2_odd,
    k2_half_keyword,
    k2_keyword,
    k2_even,
    k3_done,
    step_count
};
// The same of a recovery.
constexpr unsigned recovery_step_count = 6;

IMAGE_KEYWORD keyword_of(const char *name, int64_t value, const char *comment)
{
    IMAGE_KEYWORD keyword;
    std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    std::memcpy(keyword.name, name, std::strlen(name));
    keyword.type = 'L';
    keyword.value.numl = value;
    std::memcpy(keyword.comment, comment, std::strlen(comment));
    return keyword;
}

const std::string old_comment(79, 'o');
const std::string new_comment(79, 'n');
const IMAGE_KEYWORD old_keyword = keyword_of("A", 1, old_comment.c_str());
const IMAGE_KEYWORD new_keyword = keyword_of("A", 2, new_comment.c_str());

bool is_same(const IMAGE_KEYWORD &one, const IMAGE_KEYWORD &other)
{
    return std::memcmp(&one, &other, sizeof one) == 0;
}

// Takes the keywords' lock, from the dead one before it, too, and sets keyword 0 or finishes what was begun; stops
// after the given number of steps.
int play_stopping_keyword_writer(const Arguments &arguments)
{
    Image image;
    image.open(arguments.at(0));
    uint32_t frame = 0;
    require(daoShmImage2Shm(&frame, 1, image), "publish");
    dao::format::Extension &extension = extension_of(image);
    extension.keyword_lock = extension.last_writer; // its own name, since it has just published
    const unsigned steps = static_cast<unsigned>(std::stoul(arguments.at(2)));
    Stop stop(steps);
    const dao::protocol::JournalledTable<SteppedMemory> table(SteppedMemory(keyword_memory(image), &stop));
    if (steps == 0)
        stop.step();
    if (arguments.at(1) == "write")
        table.write(0, new_keyword);
    else
        (void)table.recover();
    say("went through");
    return 0;
}

const Role stopping_keyword_writer("stopping-keyword-writer", play_stopping_keyword_writer);

class KilledKeywordWriter : public testing::Test
{
  protected:
    void SetUp() override
    {
        image_.create(name_.text(), {1}, _DATATYPE_UINT32, 2, keyword_count);
        require(daoShmSetKeywordLong(image_, "A", 1, old_comment.c_str()), "set");
        require(daoShmSetKeywordLong(image_, "B", 7, "of another"), "set");
        ASSERT_TRUE(is_same(image_->kw[0], old_keyword));
        ASSERT_EQ(extension().magic, dao::format::extension_magic);
    }

    dao::format::Extension &extension() { return extension_of(image_); }

    void kill_after(const char *what, unsigned steps)
    {
        Child writer("stopping-keyword-writer", {name_.text(), what, std::to_string(steps)});
        ASSERT_EQ(writer.line(), "stopped") << what << ", step " << steps;
        EXPECT_EQ(dao::base::token_pid(extension().keyword_lock), writer.pid());
        writer.kill();
    }

    IMAGE_KEYWORD get(IMAGE *image)
    {
        IMAGE_KEYWORD found;
        require(daoShmGetKeyword(image, "A", &found), "get");
        return found;
    }

    // After somebody had the lock.
    void expect_recovered(const IMAGE_KEYWORD &expected)
    {
        EXPECT_EQ(extension().keyword_lock, 0u);
        EXPECT_EQ(extension().keyword_journal.pending, 0u);
        EXPECT_EQ(extension().keyword_sequence % 2, 0u);
        EXPECT_TRUE(is_same(image_->kw[0], expected));
        EXPECT_TRUE(is_same(get(image_), expected));
        IMAGE_KEYWORD other;
        require(daoShmGetKeyword(image_, "B", &other), "get");
        EXPECT_TRUE(is_same(other, keyword_of("B", other.value.numl, "of another")));
    }

    SegmentName name_;
    Image image_;
};

class KilledAtEachStep : public KilledKeywordWriter, public testing::WithParamInterface<unsigned>
{
  protected:
    void SetUp() override
    {
        KilledKeywordWriter::SetUp();
        kill_after("write", step());
        expect_left_behind();
    }

    static unsigned step() { return GetParam(); }
    static const IMAGE_KEYWORD &promised() { return step() < k1_pending ? old_keyword : new_keyword; }

    // What lies in the segment is what the step leaves, and no more.
    void expect_left_behind()
    {
        const bool pending = step() >= k1_pending && step() < k3_done;
        EXPECT_EQ(extension().keyword_journal.pending, pending ? 1u : 0u);
        EXPECT_EQ(extension().keyword_sequence % 2, step() >= k2_odd && step() < k2_even ? 1u : 0u);
        EXPECT_EQ(is_same(image_->kw[0], old_keyword), step() < k2_half_keyword);
        EXPECT_EQ(is_same(image_->kw[0], new_keyword), step() > k2_half_keyword);
        if (pending)
        {
            EXPECT_EQ(extension().keyword_journal.index, 0u);
            EXPECT_TRUE(is_same(extension().keyword_journal.keyword, new_keyword));
        }
    }
};

TEST_P(KilledAtEachStep, ReaderGetsTheOldKeywordOrTheNewOneWhole)
{
    // A reader does without the lock unless the sequence is odd: then it finishes the write.
    const bool is_new = step() >= k2_odd;
    EXPECT_TRUE(is_same(get(image_), is_new ? new_keyword : old_keyword));
    require(daoShmSetKeywordLong(image_, "B", 8, nullptr), "set");
    expect_recovered(promised());
}

TEST_P(KilledAtEachStep, NextWriterFinishesWhatWasPromisedAtOnce)
{
    int_fast8_t status = DAO_ERROR;
    const int64_t taken_ns = punctual_ns([&] { status = daoShmSetKeywordLong(image_, "B", 8, nullptr); });
    EXPECT_EQ(status, DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_LT(taken_ns, 2 * second_ns);
    expect_recovered(promised());
}

TEST_P(KilledAtEachStep, NextWriterOfTheSameKeywordSeesTheCommentThatWasPromised)
{
    require(daoShmSetKeywordLong(image_, "A", 3, nullptr), "set");
    expect_recovered(keyword_of("A", 3, promised().comment));
}

TEST_P(KilledAtEachStep, HandleThatMayOnlyReadGetsNothingTorn)
{
    Image reader;
    reader.open_read_only(name_.text());
    IMAGE_KEYWORD found;
    if (extension().keyword_sequence % 2 == 0)
    {
        EXPECT_TRUE(is_same(get(reader), step() >= k2_even ? new_keyword : old_keyword));
        return;
    }
    EXPECT_EQ(daoShmGetKeyword(reader, "A", &found), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY);
    require(daoShmSetKeywordLong(image_, "B", 8, nullptr), "set");
    EXPECT_TRUE(is_same(get(reader), new_keyword));
}

// Freed by a user, as when the holder cannot be judged: nobody takes anything over.
TEST_P(KilledAtEachStep, LockFreedBySomebodyElseLosesNothing)
{
    extension().keyword_lock = 0;
    require(daoShmSetKeywordLong(image_, "B", 8, nullptr), "set");
    expect_recovered(promised());
}

INSTANTIATE_TEST_SUITE_P(Steps, KilledAtEachStep, testing::Range(0u, unsigned{step_count}));

TEST_F(KilledKeywordWriter, HasNoMoreStepsThanAreTested)
{
    Child writer("stopping-keyword-writer", {name_.text(), "write", std::to_string(step_count)});
    EXPECT_EQ(writer.line(), "went through");
    EXPECT_EQ(writer.wait(), 0);
    extension().keyword_lock = 0;
    expect_recovered(new_keyword);
}

TEST_F(KilledKeywordWriter, RecoveryThatIsKilledAtEachStepIsDoneAgain)
{
    kill_after("write", k2_half_keyword);
    for (unsigned step = 0; step < recovery_step_count; ++step)
    {
        kill_after("recover", step);
        EXPECT_EQ(extension().keyword_journal.pending, step + 1 < recovery_step_count ? 1u : 0u) << step;
        if (step + 1 < recovery_step_count)
            continue;
        EXPECT_TRUE(is_same(image_->kw[0], new_keyword));
    }
    require(daoShmSetKeywordLong(image_, "B", 8, nullptr), "set");
    expect_recovered(new_keyword);
}

// Bytes between the last keyword and the words of the keywords' own: nothing may be written there.
TEST_F(KilledKeywordWriter, JournalIndexOutsideTheTableWritesNothing)
{
    for (const uint32_t nonsense : {keyword_count, keyword_count + 1, 1'000'000u, 0x7fffffffu, 0xffffffffu})
    {
        SCOPED_TRACE(nonsense);
        kill_after("write", k2_half_keyword);
        ASSERT_EQ(extension().keyword_journal.pending, 1u);
        extension().keyword_journal.index = nonsense;
        auto *const behind = reinterpret_cast<unsigned char *>(image_->kw + keyword_count);
        const std::vector<unsigned char> before(behind, reinterpret_cast<unsigned char *>(&extension().keyword_lock));
        require(daoShmSetKeywordLong(image_, "B", 8, nullptr), "set");
        EXPECT_TRUE(std::equal(before.begin(), before.end(), behind));
        EXPECT_EQ(extension().keyword_journal.pending, 0u);
        EXPECT_EQ(extension().keyword_sequence % 2, 0u) << "readers are not locked out indefinitely";
        uint32_t count = 0;
        EXPECT_EQ(daoShmCountKeywords(image_, &count), DAO_SUCCESS) << daoLastErrorMessage();
        require(daoShmSetKeywordLong(image_, "A", 1, old_comment.c_str()), "set");
        ASSERT_TRUE(is_same(image_->kw[0], old_keyword));
    }
}

TEST_F(KilledKeywordWriter, OddSequenceWithoutAJournalIsNoObstacle)
{
    extension().keyword_sequence |= 1;
    IMAGE_KEYWORD found;
    EXPECT_EQ(daoShmGetKeyword(image_, "A", &found), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_TRUE(is_same(found, old_keyword));
}

// Another program may fill a keyword to its last byte, or with any bytes.
TEST_F(KilledKeywordWriter, KeywordOfAnyBytesIsReturnedWithAnEnd)
{
    std::memset(static_cast<void *>(image_->kw + 1), 'S', sizeof(IMAGE_KEYWORD));
    uint32_t count = 0;
    require(daoShmCountKeywords(image_, &count), "count");
    EXPECT_EQ(count, 2u);
    IMAGE_KEYWORD found;
    require(daoShmGetKeywordAt(image_, 1, &found), "get at");
    EXPECT_EQ(found.type, 'S');
    EXPECT_EQ(std::string(found.name, sizeof found.name), std::string(16, 'S'));
    EXPECT_EQ(std::string(found.comment), std::string(79, 'S'));
    for (int type = 0; type < 256; ++type)
    {
        image_->kw[1].type = static_cast<char>(type);
        require(daoShmCountKeywords(image_, &count), "count");
        EXPECT_EQ(count, type == 'L' || type == 'D' || type == 'S' ? 2u : 1u) << type;
    }
}

}
