// What all work on keywords shares: the lock of those who change them, and how one is read whole.
#pragma once

#include "segment/keywords.hpp"

namespace dao::segment
{

constexpr size_t keyword_name_bytes = sizeof(IMAGE_KEYWORD::name);
constexpr size_t keyword_text_bytes = sizeof(IMAGE_KEYWORD{}.value.valstr);
constexpr size_t keyword_comment_bytes = sizeof(IMAGE_KEYWORD::comment);

inline bool is_used(const IMAGE_KEYWORD &keyword) noexcept
{
    return keyword.type == 'L' || keyword.type == 'D' || keyword.type == 'S';
}

// All its bytes are set.
IMAGE_KEYWORD unused_keyword() noexcept;

// Holds the keyword lock while it lives, or until it is given back.
class KeywordLock
{
  public:
    explicit KeywordLock(Segment &segment) noexcept : segment_(segment) {}
    ~KeywordLock();
    KeywordLock(const KeywordLock &) = delete;
    KeywordLock &operator=(const KeywordLock &) = delete;

    // Ends as lock_wait.hpp says.
    Status take(base::Interrupts &interrupts) noexcept;
    // Does nothing when the lock was taken away: give_back() says so.
    void write(uint32_t index, const IMAGE_KEYWORD &keyword) noexcept;
    // Success, or that the lock or the memory was lost meanwhile.
    Status give_back() noexcept;

  private:
    // Of another call of this process, too, the lock's word says nothing.
    bool is_own() const noexcept { return segment_.is_keyword_holder(this); }

    Segment &segment_;
    bool held_ = false;
};

// Whole; one that a dead writer left half written is repaired by whoever may write.
Status read_keyword(Segment &segment, base::Interrupts &interrupts, uint32_t index, IMAGE_KEYWORD &keyword) noexcept;

// Removes all.
void clear_keywords(const Segment &segment, KeywordLock &lock) noexcept;

// Copies a text into a field that need not end with a zero.
void fill_field(char *field, size_t bytes, const char *text) noexcept;

}
