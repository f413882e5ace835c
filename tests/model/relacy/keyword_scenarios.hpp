// Keywords: one sequence lock for the table, a journal, and writers that die.
#pragma once

#include "lock_scenarios.hpp"
#include "protocol/journalled_table.hpp"

namespace dao::model
{

constexpr unsigned keyword_count = 2;

struct KeywordWords
{
    rl::atomic<uint32_t> sequence;
    rl::atomic<uint32_t> pending;
    rl::atomic<uint32_t> index;
    rl::atomic<unsigned> journal[frame_words];
    rl::atomic<unsigned> keywords[keyword_count][frame_words];

    void begin()
    {
        for (rl::atomic<uint32_t> *word : {&sequence, &pending, &index})
            word->store(0, rl::mo_relaxed, $);
        for (unsigned word = 0; word < frame_words; ++word)
        {
            journal[word].store(0, rl::mo_relaxed, $);
            for (auto &keyword : keywords)
                keyword[word].store(0, rl::mo_relaxed, $);
        }
    }
};

class KeywordMemory
{
  public:
    using Entry = Frame;
    using Fence = ModelFence;

    explicit KeywordMemory(KeywordWords &words) : words_(&words) {}

    uint32_t entry_count() const { return keyword_count; }
    ModelWord<uint32_t> sequence() const { return {&words_->sequence, "sequence"}; }
    ModelWord<uint32_t> pending() const { return {&words_->pending, "pending"}; }
    ModelWord<uint32_t> index() const { return {&words_->index, "index"}; }
    Frame entry(uint32_t index) const { return copy(words_->keywords[index]); }
    void set_entry(uint32_t index, const Frame &keyword) const { fill(words_->keywords[index], keyword); }
    Frame journal_entry() const { return copy(words_->journal); }
    void set_journal_entry(const Frame &keyword) const { fill(words_->journal, keyword); }

  private:
    using Places = rl::atomic<unsigned>[frame_words];

    static void fill(Places &places, const Frame &keyword)
    {
        for (unsigned word = 0; word < frame_words; ++word)
            ModelWord<unsigned>(&places[word], "data").store_relaxed(keyword.words[word]);
    }
    static Frame copy(Places &places)
    {
        Frame keyword;
        const unsigned first = rl::rand(frame_words);
        for (unsigned step = 0; step < frame_words; ++step)
        {
            const unsigned word = (first + step) % frame_words;
            keyword.words[word] = ModelWord<unsigned>(&places[word], "data").load_relaxed();
        }
        return keyword;
    }

    KeywordWords *words_;
};

struct KeywordScenario
{
    KeywordWords words;
    LockWords lock_words;
    Mortality deaths;

    void begin()
    {
        words.begin();
        lock_words.begin();
        deaths.begin();
        mortality = &deaths;
    }
    auto table() { return protocol::JournalledTable<KeywordMemory>(KeywordMemory(words)); }

    // As in segment/keywords.cpp. False when the process dies before it has the lock.
    bool take(unsigned process)
    {
        rl::linear_backoff backoff;
        while (lock_words.of_process(process).try_hold(true) == protocol::LockResult::busy)
        {
            if (deaths.am_dead())
                return false;
            backoff.yield($);
        }
        table().recover();
        return true;
    }
    void set(unsigned process, unsigned index, unsigned tag)
    {
        if (!take(process))
            return;
        table().write(index, {{tag, tag}});
        lock_words.of_process(process).release();
    }
};

// One writer, two readers: what is read is one content, whole, and none goes back.
struct ReadKeywords : rl::test_suite<ReadKeywords, 3>, KeywordScenario
{
    void before() { begin(); }

    void thread(unsigned index)
    {
        if (index == 0)
        {
            for (unsigned tag = 1; tag <= 3; ++tag)
                table().write(0, {{tag, tag}});
            return;
        }
        unsigned last = 0;
        for (unsigned attempt = 0; attempt < 3; ++attempt)
        {
            Frame keyword;
            if (!table().read(0, keyword))
                continue;
            RL_ASSERT(keyword.is_whole());
            RL_ASSERT(keyword.tag() >= last);
            last = keyword.tag();
        }
    }
};

// Two writers of two keywords each; a reader looks on. The lock alone orders them: no change is lost.
struct TwoKeywordWriters : rl::test_suite<TwoKeywordWriters, 3>, KeywordScenario
{
    void before() { begin(); }

    void thread(unsigned index)
    {
        if (index < 2)
        {
            set(index, 0, 10 * (index + 1));
            set(index, 1, 10 * (index + 1) + 1);
            return;
        }
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const unsigned place = attempt % keyword_count;
            Frame keyword;
            if (!table().read(place, keyword))
                continue;
            RL_ASSERT(keyword.is_whole());
            RL_ASSERT(keyword.tag() == 0 || (keyword.tag() % 10 == place && keyword.tag() / 10 <= 2));
        }
    }

    void after()
    {
        RL_ASSERT(words.sequence.load(rl::mo_relaxed, $) == 8);
        for (unsigned place = 0; place < keyword_count; ++place)
        {
            Frame keyword;
            RL_ASSERT(table().read(place, keyword));
            RL_ASSERT(keyword.is_whole() && keyword.tag() != 0);
        }
    }
};

// A writer dies after any of its steps, and so may the one that takes over, while it recovers, too. Whoever comes last
// finds each keyword whole: the new one if its journal was pending, else the old one.
struct KeywordTakeover : rl::test_suite<KeywordTakeover, 3>, KeywordScenario
{
    static constexpr unsigned most_steps = 40;

    void before() { begin(); }

    void thread(unsigned index)
    {
        if (index == 2)
        {
            read_some();
            return;
        }
        deaths.let_die_after(rl::rand(most_steps));
        set(index, index, 10 + index);
        set(index, index, 20 + index);
    }

    void read_some()
    {
        std::array<unsigned, keyword_count> last{};
        for (unsigned attempt = 0; attempt < 4; ++attempt)
        {
            const unsigned place = rl::rand(keyword_count);
            Frame keyword;
            if (!table().read(place, keyword))
                continue;
            check(keyword, place);
            RL_ASSERT(keyword.tag() >= last[place]);
            last[place] = keyword.tag();
        }
    }

    static void check(const Frame &keyword, unsigned place)
    {
        RL_ASSERT(keyword.is_whole());
        RL_ASSERT(keyword.tag() == 0 || keyword.tag() == 10 + place || keyword.tag() == 20 + place);
    }

    void after()
    {
        deaths.end();
        const bool was_pending = words.pending.load(rl::mo_relaxed, $) != 0;
        const unsigned promised_place = words.index.load(rl::mo_relaxed, $);
        const unsigned promised_tag = words.journal[0].load(rl::mo_relaxed, $);
        RL_ASSERT(take(2));
        for (unsigned place = 0; place < keyword_count; ++place)
        {
            Frame keyword;
            RL_ASSERT(table().read(place, keyword));
            check(keyword, place);
            RL_ASSERT(!was_pending || place != promised_place || keyword.tag() == promised_tag);
        }
    }
};

// The lock of a writer that went no further was cleared by a user: nothing but `pending` itself tells that the journal is
// complete.
struct JournalWithoutNewsOfADeath : rl::test_suite<JournalWithoutNewsOfADeath, 2>, KeywordScenario
{
    static constexpr unsigned most_steps = 12;

    void before() { begin(); }

    void thread(unsigned index)
    {
        constexpr Frame keyword{{5, 5}};
        if (index == 0)
        {
            deaths.let_die_after(rl::rand(most_steps));
            table().write(1, keyword);
        }
        else if (table().recover() == protocol::Recovery::redone)
        {
            Frame found;
            found.words = {words.keywords[1][0].load(rl::mo_relaxed, $), words.keywords[1][1].load(rl::mo_relaxed, $)};
            RL_ASSERT(found == keyword);
        }
    }
};

}
