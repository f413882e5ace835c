// Keywords: read and written whole, by any process. A writer takes the keyword lock and writes the keyword to the
// journal first; if it dies in between, whoever comes next does the rest.
#pragma once

#include "base/interrupts.hpp"
#include "segment/segment.hpp"

namespace dao::segment
{

enum class KeywordKind : char
{
    integer = 'L',
    real = 'D',
    text = 'S'
};

struct KeywordValue
{
    KeywordKind kind;
    int64_t integer;
    double real;
    const char *text;
};

// Those that wait for the keywords' lock end as lock_wait.hpp says. `comment` may be null: then an existing one stays.
Status set_keyword(Segment &segment, base::Interrupts &interrupts, const char *name, const KeywordValue &value,
                   const char *comment) noexcept;
Status get_keyword(Segment &segment, base::Interrupts &interrupts, const char *name, IMAGE_KEYWORD &keyword) noexcept;

// Where the keyword lay that was read last by its number, so that reading all of them in turn is one pass: it finds each that
// stays, once, whatever others add and remove meanwhile.
struct NumberedKeyword
{
    uint64_t segment_id = 0; // 0: none
    uint32_t sequence = 0;
    uint32_t index = 0;
    uint32_t place = 0;
};
Status get_keyword_at(Segment &segment, base::Interrupts &interrupts, NumberedKeyword &last, uint32_t index,
                      IMAGE_KEYWORD &keyword) noexcept;
Status count_keywords(Segment &segment, base::Interrupts &interrupts, uint32_t &count) noexcept;
Status remove_keyword(Segment &segment, base::Interrupts &interrupts, const char *name) noexcept;

struct KeywordList
{
    const IMAGE_KEYWORD *keywords;
    uint32_t count;
    bool keep_comments; // where the one in the list is empty
    bool only_these;    // the others are removed
};
// All in one pass. What there is no room for is left out, and an error.
Status set_keywords(Segment &segment, base::Interrupts &interrupts, const KeywordList &list) noexcept;

}
