// The keywords' part of a segment's extension, as the library's own template sees it; and memory that stops the process
// after a chosen step. The only tests outside src/ that use more than dao.h: a death between two steps cannot be had
// otherwise.
#pragma once

#include "base/process_token.hpp"
#include "extension.hpp"
#include "protocol/journalled_table.hpp"
#include "role.hpp"
#include "segment/keyword_memory.hpp"

#include <chrono>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace test
{

using dao::segment::KeywordMemory;

inline KeywordMemory keyword_memory(IMAGE *image)
{
    return KeywordMemory(&extension_of(image), image->kw, image->md->NBkw);
}

/** Counts the steps of this process, says so at the chosen one, and goes no further. */
class Stop
{
  public:
    explicit Stop(unsigned after) : left_(after) {}

    void step()
    {
        if (left_ != 0 && --left_ != 0)
            return;
        say("stopped");
        std::this_thread::sleep_for(std::chrono::minutes(2));
        std::exit(1); // nobody killed it
    }

  private:
    unsigned left_;
};

class SteppedWord
{
  public:
    SteppedWord(dao::base::Word<uint32_t> word, Stop *stop) : word_(word), stop_(stop) {}

    uint32_t load_relaxed() const { return word_.load_relaxed(); }
    uint32_t load_acquire() const { return word_.load_acquire(); }
    void store_relaxed(uint32_t value) const
    {
        word_.store_relaxed(value);
        stop_->step();
    }
    void store_release(uint32_t value) const
    {
        word_.store_release(value);
        stop_->step();
    }

  private:
    dao::base::Word<uint32_t> word_;
    Stop *stop_;
};

/** Each store is a step; that of a keyword is two, half of it each. */
class SteppedMemory
{
  public:
    using Entry = IMAGE_KEYWORD;
    using Fence = KeywordMemory::Fence;

    SteppedMemory(KeywordMemory memory, Stop *stop) : memory_(memory), stop_(stop) {}

    uint32_t entry_count() const { return memory_.entry_count(); }
    SteppedWord sequence() const { return {memory_.sequence(), stop_}; }
    SteppedWord pending() const { return {memory_.pending(), stop_}; }
    SteppedWord index() const { return {memory_.index(), stop_}; }
    IMAGE_KEYWORD entry(uint32_t index) const { return memory_.entry(index); }
    void set_entry(uint32_t index, const IMAGE_KEYWORD &keyword) const
    {
        memory_.set_entry(index, half(memory_.entry(index), keyword));
        stop_->step();
        memory_.set_entry(index, keyword);
        stop_->step();
    }
    IMAGE_KEYWORD journal_entry() const { return memory_.journal_entry(); }
    void set_journal_entry(const IMAGE_KEYWORD &keyword) const
    {
        memory_.set_journal_entry(half(memory_.journal_entry(), keyword));
        stop_->step();
        memory_.set_journal_entry(keyword);
        stop_->step();
    }

  private:
    static IMAGE_KEYWORD half(IMAGE_KEYWORD from, const IMAGE_KEYWORD &to)
    {
        std::memcpy(static_cast<void *>(&from), &to, sizeof to / 2);
        return from;
    }

    KeywordMemory memory_;
    Stop *stop_;
};

}
