#include "segment/keywords.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"

#include <cstring>

namespace dao::segment
{

using base::fail;
using base::Word;
using format::Extension;

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

// K2: puts the keyword into its place between two steps of the sequence, so that readers can tell.
void apply(Segment &segment, uint32_t index, const IMAGE_KEYWORD &keyword) noexcept
{
    if (segment.extension() == nullptr)
    {
        base::copy_shared(segment.keywords() + index, &keyword, sizeof keyword);
        return;
    }
    const Word<uint32_t> sequence(&segment.extension()->keyword_sequence);
    const uint32_t odd = sequence.load_relaxed() | 1;
    sequence.store_relaxed(odd);
    base::Fence::release();
    base::copy_shared(segment.keywords() + index, &keyword, sizeof keyword);
    sequence.store_release(odd + 1);
}

// K1: what a dead writer had in its journal.
void redo(Segment &segment) noexcept
{
    format::KeywordJournal &journal = segment.extension()->keyword_journal;
    const Word<uint32_t> pending(&journal.pending);
    if (pending.load_acquire() == 0)
        return;
    IMAGE_KEYWORD keyword;
    base::copy_shared(&keyword, &journal.keyword, sizeof keyword);
    if (journal.index < segment.layout().geometry.keywords)
        apply(segment, journal.index, keyword);
    pending.store_release(0);
}

// Holds the keyword lock while it lives.
class KeywordTurn
{
  public:
    explicit KeywordTurn(Segment &segment) noexcept : segment_(segment) {}
    ~KeywordTurn()
    {
        if (held_ && !segment_.is_lost())
            segment_.keyword_lock().release();
    }
    KeywordTurn(const KeywordTurn &) = delete;
    KeywordTurn &operator=(const KeywordTurn &) = delete;

    Status take() noexcept
    {
        constexpr int64_t limit_ns = 5'000'000'000;
        constexpr int64_t sleep_ns = 50'000;
        if (segment_.extension() == nullptr)
            return Status::success;
        const Segment::Lock lock = segment_.keyword_lock();
        const int64_t deadline_ns = platform::monotonic_ns() + limit_ns;
        Grip grip = lock.try_hold(false);
        while (grip == Grip::busy)
        {
            if (Status lost = segment_.check_memory(); lost != Status::success)
                return lost;
            const int64_t now_ns = platform::monotonic_ns();
            if (now_ns > deadline_ns)
                return fail(DAO_E_BUSY, "%s: process %u has kept the keywords locked for 5 s", segment_.name(),
                            base::token_pid(lock.holder()));
            (void)platform::sleep_until(now_ns + sleep_ns);
            grip = lock.try_hold(true);
        }
        held_ = true;
        if (grip == Grip::taken_over)
            redo(segment_);
        return Status::success;
    }

    void write(uint32_t index, const IMAGE_KEYWORD &keyword) noexcept
    {
        if (Extension *extension = segment_.extension())
        {
            format::KeywordJournal &journal = extension->keyword_journal;
            journal.index = index;
            base::copy_shared(&journal.keyword, &keyword, sizeof keyword);
            Word<uint32_t>(&journal.pending).store_release(1);
            apply(segment_, index, keyword);
            Word<uint32_t>(&journal.pending).store_release(0);
        }
        else
            apply(segment_, index, keyword);
    }

  private:
    Segment &segment_;
    bool held_ = false;
};

// K3: one keyword, whole. False when a writer stays in the middle of one (it may have died).
bool read_whole(const Segment &segment, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    if (segment.extension() == nullptr)
    {
        base::copy_shared(&keyword, segment.keywords() + index, sizeof keyword);
        return true;
    }
    constexpr int tries = 10'000;
    const Word<uint32_t> sequence(&segment.extension()->keyword_sequence);
    for (int attempt = 0; attempt < tries; ++attempt)
    {
        const uint32_t before = sequence.load_acquire();
        base::copy_shared(&keyword, segment.keywords() + index, sizeof keyword);
        base::Fence::acquire();
        if (before % 2 == 0 && sequence.load_relaxed() == before)
            return true;
        platform::pause();
    }
    return false;
}

Status read_keyword(Segment &segment, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    const bool is_whole = read_whole(segment, index, keyword);
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    if (is_whole)
        return Status::success;
    if (segment.read_only())
        return fail(DAO_E_BUSY, "%s: a keyword stays half written", segment.name());
    KeywordTurn turn(segment);
    if (turn.take() != Status::success)
        return Status::error;
    return read_whole(segment, index, keyword) ? Status::success
                                               : fail(DAO_E_BUSY, "%s: a keyword stays half written", segment.name());
}

bool has_name(const IMAGE_KEYWORD &keyword, const char *name) noexcept
{
    return is_used(keyword) && std::strncmp(keyword.name, name, name_bytes) == 0;
}

struct Place
{
    uint32_t index;
    bool found;
};

// The keyword of that name, else the first unused place, else past the end.
Status find_keyword(Segment &segment, const char *name, Place &place, IMAGE_KEYWORD &keyword) noexcept
{
    const uint32_t room = segment.layout().geometry.keywords;
    place = {room, false};
    for (uint32_t index = 0; index < room; ++index)
    {
        if (read_keyword(segment, index, keyword) != Status::success)
            return Status::error;
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
        return fail(DAO_E_ARGUMENT, "%s: the keyword's name is a null pointer", segment.name());
    const size_t length = std::strlen(name);
    if (length == 0 || length > name_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword \"%.40s\" has a name of %zu bytes; expected 1 to %zu", segment.name(),
                    name, length, name_bytes);
    return Status::success;
}

Status check_set(const Segment &segment, const char *name, const KeywordValue &value, const char *comment) noexcept
{
    if (check_keyword_name(segment, name) != Status::success)
        return Status::error;
    if (segment.read_only())
        return fail(DAO_E_READ_ONLY, "%s: open for reading only", segment.name());
    if (value.kind == KeywordKind::text && value.text == nullptr)
        return fail(DAO_E_ARGUMENT, "%s: keyword %s: the text is a null pointer", segment.name(), name);
    if (value.kind == KeywordKind::text && std::strlen(value.text) > text_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword %s: a text of %zu bytes; expected at most %zu", segment.name(), name,
                    std::strlen(value.text), text_bytes);
    if (comment != nullptr && std::strlen(comment) >= comment_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword %s: a comment of %zu bytes; expected at most %zu", segment.name(),
                    name, std::strlen(comment), comment_bytes - 1);
    return Status::success;
}

// Copies a text into a field that need not end with a zero.
void fill(char *field, size_t bytes, const char *text) noexcept
{
    std::memset(field, 0, bytes);
    std::memcpy(field, text, strnlen(text, bytes));
}

}

Status set_keyword(Handle &handle, const char *name, const KeywordValue &value, const char *comment) noexcept
{
    Segment &segment = *handle.segment;
    Place place;
    IMAGE_KEYWORD keyword;
    KeywordTurn turn(segment);
    if (check_set(segment, name, value, comment) != Status::success || turn.take() != Status::success ||
        find_keyword(segment, name, place, keyword) != Status::success)
        return Status::error;
    if (place.index == segment.layout().geometry.keywords)
        return fail(DAO_E_KEYWORD, "%s: no room for keyword %s: all %u are in use", segment.name(), name, place.index);
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
    turn.write(place.index, keyword);
    return segment.check_memory();
}

Status get_keyword(Handle &handle, const char *name, IMAGE_KEYWORD &keyword) noexcept
{
    Segment &segment = *handle.segment;
    Place place;
    IMAGE_KEYWORD found;
    if (check_keyword_name(segment, name) != Status::success ||
        find_keyword(segment, name, place, found) != Status::success)
        return Status::error;
    if (!place.found)
        return fail(DAO_E_NOT_FOUND, "%s: no keyword %s", segment.name(), name);
    keyword = found;
    return Status::success;
}

Status get_keyword_at(Handle &handle, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    Segment &segment = *handle.segment;
    uint32_t used = 0;
    IMAGE_KEYWORD found;
    for (uint32_t place = 0; place < segment.layout().geometry.keywords; ++place)
    {
        if (read_keyword(segment, place, found) != Status::success)
            return Status::error;
        if (is_used(found) && used++ == index)
        {
            keyword = found;
            return Status::success;
        }
    }
    return fail(DAO_E_NOT_FOUND, "%s: no keyword number %u: %u are in use", segment.name(), index, used);
}

Status count_keywords(Handle &handle, uint32_t &count) noexcept
{
    Segment &segment = *handle.segment;
    IMAGE_KEYWORD keyword;
    uint32_t used = 0;
    for (uint32_t place = 0; place < segment.layout().geometry.keywords; ++place)
    {
        if (read_keyword(segment, place, keyword) != Status::success)
            return Status::error;
        used += is_used(keyword) ? 1u : 0u;
    }
    count = used;
    return Status::success;
}

Status remove_keyword(Handle &handle, const char *name) noexcept
{
    Segment &segment = *handle.segment;
    Place place;
    IMAGE_KEYWORD keyword;
    KeywordTurn turn(segment);
    if (check_keyword_name(segment, name) != Status::success)
        return Status::error;
    if (segment.read_only())
        return fail(DAO_E_READ_ONLY, "%s: open for reading only", segment.name());
    if (turn.take() != Status::success || find_keyword(segment, name, place, keyword) != Status::success)
        return Status::error;
    if (!place.found)
        return fail(DAO_E_NOT_FOUND, "%s: no keyword %s", segment.name(), name);
    std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    keyword.type = unused;
    turn.write(place.index, keyword);
    return segment.check_memory();
}

Status clear_keywords(Handle &handle) noexcept
{
    Segment &segment = *handle.segment;
    KeywordTurn turn(segment);
    if (turn.take() != Status::success)
        return Status::error;
    IMAGE_KEYWORD keyword;
    std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    keyword.type = unused;
    for (uint32_t place = 0; place < segment.layout().geometry.keywords; ++place)
        turn.write(place, keyword);
    return Status::success;
}

}
