#include "segment/keywords.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "protocol/journalled_table.hpp"
#include "segment/keyword_memory.hpp"
#include "segment/lock_wait.hpp"

#include <cstring>

namespace dao::segment
{

using base::fail;
using protocol::LockResult;

namespace
{

constexpr size_t name_bytes = sizeof(IMAGE_KEYWORD::name);
constexpr size_t text_bytes = sizeof(IMAGE_KEYWORD{}.value.valstr);
constexpr size_t comment_bytes = sizeof(IMAGE_KEYWORD::comment);
constexpr char unused = 'N';

bool is_used(const IMAGE_KEYWORD &keyword) noexcept
{
    return keyword.type == 'L' || keyword.type == 'D' || keyword.type == 'S';
}

using Table = protocol::JournalledTable<KeywordMemory>;

// Only with an extension: without one there is neither sequence nor journal.
Table table_of(const Segment &segment) noexcept
{
    return Table(KeywordMemory(segment.extension(), segment.keywords(), segment.layout().geometry.keywords));
}

// Holds the keyword lock while it lives.
class KeywordLock
{
  public:
    explicit KeywordLock(Segment &segment) noexcept : segment_(segment) {}
    ~KeywordLock()
    {
        if (held_ && !segment_.is_lost())
            (void)segment_.keyword_lock().release();
    }
    KeywordLock(const KeywordLock &) = delete;
    KeywordLock &operator=(const KeywordLock &) = delete;

    Status take(base::Interrupts &interrupts) noexcept
    {
        if (segment_.extension() == nullptr)
            return Status::success;
        if (!segment_.show_presence())
            return base::fail_no_memory(segment_.name(), "process's token");
        const Segment::Lock word = segment_.keyword_lock();
        const auto try_once = [&word](bool ask_if_dead) noexcept { return word.try_hold(ask_if_dead); };
        LockResult result = try_once(false);
        if (result == LockResult::busy)
            if (Status ended = wait_for_lock(segment_, word, "keywords' lock", interrupts, try_once, result);
                ended != Status::success)
                return ended;
        held_ = true;
        (void)table_of(segment_).recover();
        return Status::success;
    }

    void write(uint32_t index, const IMAGE_KEYWORD &keyword) noexcept
    {
        if (segment_.extension() != nullptr)
            table_of(segment_).write(index, keyword);
        else
            base::copy_shared(segment_.keywords() + index, &keyword, sizeof keyword);
    }

  private:
    Segment &segment_;
    bool held_ = false;
};

// K5: one keyword, whole. False when a writer stays in the middle of one (it may have died).
bool read_whole(const Segment &segment, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    if (segment.extension() == nullptr)
    {
        base::copy_shared(&keyword, segment.keywords() + index, sizeof keyword);
        return true;
    }
    constexpr int tries = 10'000;
    const Table table = table_of(segment);
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        if (table.read(index, keyword))
            return true;
        platform::pause();
    }
    return false;
}

Status fail_half_written(const Segment &segment, uint32_t place) noexcept
{
    return fail(DAO_E_BUSY, "%s: cannot read the keyword at place %u: half written; expected a whole one%s",
                segment.name(), place, segment.read_only() ? ": a handle that may write repairs it" : "");
}

Status repair_and_read(Segment &segment, base::Interrupts &interrupts, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    if (segment.read_only())
        return fail_half_written(segment, index);
    KeywordLock lock(segment);
    if (Status status = lock.take(interrupts); status != Status::success)
        return status;
    return read_whole(segment, index, keyword) ? Status::success : fail_half_written(segment, index);
}

// What another program wrote there may lack the zero that ends a comment; who gets the keyword may rely on it.
Status read_keyword(Segment &segment, base::Interrupts &interrupts, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    Status status = Status::success;
    if (!read_whole(segment, index, keyword))
        status = repair_and_read(segment, interrupts, index, keyword);
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    keyword.comment[comment_bytes - 1] = 0;
    return status;
}

bool has_name(const IMAGE_KEYWORD &keyword, const char *name) noexcept
{
    return is_used(keyword) && std::strncmp(keyword.name, name, name_bytes) == 0;
}

struct KeywordPlace
{
    uint32_t index;
    bool found;
};

// The keyword of that name, else the first unused place, else past the end.
Status find_keyword(Segment &segment, base::Interrupts &interrupts, const char *name, KeywordPlace &place,
                    IMAGE_KEYWORD &keyword) noexcept
{
    const uint32_t room = segment.layout().geometry.keywords;
    place = {room, false};
    for (uint32_t index = 0; index < room; ++index)
    {
        if (Status status = read_keyword(segment, interrupts, index, keyword); status != Status::success)
            return status;
        if (has_name(keyword, name))
        {
            place = {index, true};
            return Status::success;
        }
        if (!is_used(keyword) && place.index == room)
            place.index = index;
    }
    return Status::success;
}

Status check_keyword_name(const Segment &segment, const char *name) noexcept
{
    if (name == nullptr)
        return base::fail_null(segment.name(), "keyword's name");
    const size_t length = std::strlen(name);
    if (length == 0 || length > name_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword \"%.40s\" has a name of %zu bytes; expected 1 to %zu", segment.name(),
                    name, length, name_bytes);
    return Status::success;
}

Status check_changeable(const Segment &segment, const char *name) noexcept
{
    if (check_keyword_name(segment, name) != Status::success)
        return Status::error;
    return segment.read_only() ? base::fail_read_only(segment.name(), "change keywords") : Status::success;
}

Status fail_no_keyword(const Segment &segment, const char *name) noexcept
{
    return fail(DAO_E_NOT_FOUND, "%s: no keyword %s; expected the name of one that was set", segment.name(), name);
}

Status check_set(const Segment &segment, const char *name, const KeywordValue &value, const char *comment) noexcept
{
    if (check_changeable(segment, name) != Status::success)
        return Status::error;
    if (value.kind == KeywordKind::text && value.text == nullptr)
        return base::fail_null(segment.name(), "keyword's text");
    if (value.kind == KeywordKind::text && std::strlen(value.text) > text_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword %s: a text of %zu bytes; expected at most %zu", segment.name(), name,
                    std::strlen(value.text), text_bytes);
    if (comment != nullptr && std::strlen(comment) >= comment_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword %s: a comment of %zu bytes; expected at most %zu", segment.name(), name,
                    std::strlen(comment), comment_bytes - 1);
    return Status::success;
}

// Copies a text into a field that need not end with a zero.
void fill(char *field, size_t bytes, const char *text) noexcept
{
    std::memset(field, 0, bytes);
    std::memcpy(field, text, strnlen(text, bytes));
}

}

Status set_keyword(Segment &segment, base::Interrupts &interrupts, const char *name, const KeywordValue &value,
                   const char *comment) noexcept
{
    KeywordPlace place;
    IMAGE_KEYWORD keyword;
    KeywordLock lock(segment);
    Status status = check_set(segment, name, value, comment);
    if (status == Status::success)
        status = lock.take(interrupts);
    if (status == Status::success)
        status = find_keyword(segment, interrupts, name, place, keyword);
    if (status != Status::success)
        return status;
    if (place.index == segment.layout().geometry.keywords)
        return fail(DAO_E_KEYWORD,
                    "%s: no room for keyword %s: all %u are in use; expected a free one: remove one, or create the "
                    "segment with more",
                    segment.name(), name, place.index);
    if (!place.found)
        std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    fill(keyword.name, name_bytes, name);
    keyword.type = static_cast<char>(value.kind);
    std::memset(&keyword.value, 0, sizeof keyword.value);
    if (value.kind == KeywordKind::integer)
        keyword.value.numl = value.integer;
    else if (value.kind == KeywordKind::real)
        keyword.value.numf = value.real;
    else
        fill(keyword.value.valstr, text_bytes, value.text);
    if (comment != nullptr)
        fill(keyword.comment, comment_bytes, comment);
    lock.write(place.index, keyword);
    return segment.check_memory();
}

Status get_keyword(Segment &segment, base::Interrupts &interrupts, const char *name, IMAGE_KEYWORD &keyword) noexcept
{
    KeywordPlace place;
    IMAGE_KEYWORD found;
    if (check_keyword_name(segment, name) != Status::success)
        return Status::error;
    if (Status status = find_keyword(segment, interrupts, name, place, found); status != Status::success)
        return status;
    if (!place.found)
        return fail_no_keyword(segment, name);
    keyword = found;
    return Status::success;
}

namespace
{

// Where to begin to look for a number: while nothing was changed, places before the last one hold lower numbers.
NumberedKeyword place_to_begin(const Segment &segment, const NumberedKeyword &last, uint32_t index) noexcept
{
    NumberedKeyword now;
    format::Extension *extension = segment.extension();
    if (extension == nullptr)
        return now;
    now.segment_id = extension->segment_id;
    now.sequence = base::Word<uint32_t>(&extension->keyword_sequence).load_acquire();
    const bool is_of_now = now.sequence % 2 == 0 && now.sequence == last.sequence && now.segment_id == last.segment_id;
    if (is_of_now && index >= last.index)
    {
        now.index = last.index;
        now.place = last.place;
    }
    return now;
}

}

Status get_keyword_at(Segment &segment, base::Interrupts &interrupts, NumberedKeyword &last, uint32_t index,
                      IMAGE_KEYWORD &keyword) noexcept
{
    const NumberedKeyword begin = place_to_begin(segment, last, index);
    uint32_t used = begin.index;
    IMAGE_KEYWORD found;
    for (uint32_t place = begin.place; place < segment.layout().geometry.keywords; ++place)
    {
        if (Status status = read_keyword(segment, interrupts, place, found); status != Status::success)
            return status;
        if (is_used(found) && used++ == index)
        {
            last = {begin.segment_id, begin.sequence, index, place};
            keyword = found;
            return Status::success;
        }
    }
    return fail(DAO_E_NOT_FOUND, "%s: no keyword number %u; expected less than %u, the number of keywords in use",
                segment.name(), index, used);
}

Status count_keywords(Segment &segment, base::Interrupts &interrupts, uint32_t &count) noexcept
{
    IMAGE_KEYWORD keyword;
    uint32_t used = 0;
    for (uint32_t place = 0; place < segment.layout().geometry.keywords; ++place)
    {
        if (Status status = read_keyword(segment, interrupts, place, keyword); status != Status::success)
            return status;
        used += is_used(keyword) ? 1u : 0u;
    }
    count = used;
    return Status::success;
}

Status remove_keyword(Segment &segment, base::Interrupts &interrupts, const char *name) noexcept
{
    KeywordPlace place;
    IMAGE_KEYWORD keyword;
    KeywordLock lock(segment);
    if (check_changeable(segment, name) != Status::success)
        return Status::error;
    Status status = lock.take(interrupts);
    if (status == Status::success)
        status = find_keyword(segment, interrupts, name, place, keyword);
    if (status != Status::success)
        return status;
    if (!place.found)
        return fail_no_keyword(segment, name);
    std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    keyword.type = unused;
    lock.write(place.index, keyword);
    return segment.check_memory();
}

Status clear_keywords(Segment &segment, base::Interrupts &interrupts) noexcept
{
    KeywordLock lock(segment);
    if (Status status = lock.take(interrupts); status != Status::success)
        return status;
    IMAGE_KEYWORD keyword;
    std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    keyword.type = unused;
    for (uint32_t place = 0; place < segment.layout().geometry.keywords; ++place)
        lock.write(place, keyword);
    return Status::success;
}

}
