#include "protocol/journalled_table.hpp"

#include "base/word.hpp"

#include <array>
#include <gtest/gtest.h>

namespace dao::protocol
{
namespace
{

struct Words
{
    static constexpr uint32_t count = 3;
    uint32_t sequence = 0;
    uint32_t pending = 0;
    uint32_t index = 0;
    int journal = 0;
    std::array<int, count> entries{10, 20, 30};
};

class PlainMemory
{
  public:
    using Entry = int;
    using Fence = base::Fence;

    explicit PlainMemory(Words *words) : words_(words) {}

    uint32_t entry_count() const { return Words::count; }
    base::Word<uint32_t> sequence() const { return base::Word<uint32_t>(&words_->sequence); }
    base::Word<uint32_t> pending() const { return base::Word<uint32_t>(&words_->pending); }
    base::Word<uint32_t> index() const { return base::Word<uint32_t>(&words_->index); }
    int entry(uint32_t index) const { return words_->entries.at(index); }
    void set_entry(uint32_t index, int entry) const { words_->entries.at(index) = entry; }
    int journal_entry() const { return words_->journal; }
    void set_journal_entry(int entry) const { words_->journal = entry; }

  private:
    Words *words_;
};

class JournalledTableTest : public testing::Test
{
  protected:
    JournalledTable<PlainMemory> table() { return JournalledTable<PlainMemory>(PlainMemory(&words)); }

    Words words;
};

using Entries = std::array<int, Words::count>;

TEST_F(JournalledTableTest, WrittenEntryIsReadAndNothingIsLeftToRecover)
{
    int entry = 0;
    table().write(1, 21);
    EXPECT_TRUE(table().read(1, entry));
    EXPECT_EQ(entry, 21);
    EXPECT_EQ(words.sequence, 2u);
    EXPECT_EQ(table().recover(), Recovery::none);
    EXPECT_EQ(words.entries, (Entries{10, 21, 30}));
    EXPECT_EQ(words.sequence, 2u) << "checking changes nothing";
}

TEST_F(JournalledTableTest, ReadDuringAWriteIsRefused)
{
    int entry = 0;
    words.sequence = 7;
    EXPECT_FALSE(table().read(0, entry));
}

TEST_F(JournalledTableTest, PendingJournalIsRedoneOnceWhereverItsWriterDied)
{
    for (const uint32_t sequence : {4u, 5u}) // before or after, and in the middle of the entry
    {
        words = {};
        words.sequence = sequence;
        words.pending = 1;
        words.index = 2;
        words.journal = 31;
        words.entries[2] = 999;
        EXPECT_EQ(table().recover(), Recovery::redone);
        EXPECT_EQ(words.entries, (Entries{10, 20, 31}));
        EXPECT_EQ(words.pending, 0u);
        EXPECT_EQ(words.sequence, 6u) << "a new even number";
        words.entries[2] = 32;
        EXPECT_EQ(table().recover(), Recovery::none);
        EXPECT_EQ(words.entries[2], 32);
    }
}

TEST_F(JournalledTableTest, JournalWithoutPendingIsNotTouched)
{
    words.index = 1;
    words.journal = 99;
    EXPECT_EQ(table().recover(), Recovery::none);
    EXPECT_EQ(words.entries, (Entries{10, 20, 30}));
}

TEST_F(JournalledTableTest, IndexOutsideTheTableDropsTheJournalAndLetsReadersGoOn)
{
    for (const uint32_t index : {Words::count, Words::count + 1, 0x7fffffffu, 0x80000000u, UINT32_MAX})
        for (const uint32_t sequence : {4u, 5u})
        {
            words = {};
            words.sequence = sequence;
            words.pending = 1;
            words.index = index;
            words.journal = 99;
            EXPECT_EQ(table().recover(), Recovery::dropped) << index;
            EXPECT_EQ(words.entries, (Entries{10, 20, 30}));
            EXPECT_EQ(words.pending, 0u);
            int entry = 0;
            EXPECT_TRUE(table().read(0, entry));
        }
}

TEST_F(JournalledTableTest, OddSequenceWithoutAJournalLetsReadersGoOn)
{
    words.sequence = 5;
    EXPECT_EQ(table().recover(), Recovery::none);
    EXPECT_EQ(words.sequence, 6u);
    EXPECT_EQ(words.entries, (Entries{10, 20, 30}));
}

}
}
