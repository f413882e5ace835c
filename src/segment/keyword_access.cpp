#include "segment/keyword_access.hpp"

#include "base/copy.hpp"
#include "base/error.hpp"
#include "protocol/journalled_table.hpp"
#include "segment/keyword_memory.hpp"
#include "segment/lock_wait.hpp"

#include <cstring>
#include <utility>

namespace dao::segment
{

using base::fail;
using protocol::LockResult;

namespace
{

using Table = protocol::JournalledTable<KeywordMemory>;

// Only with an extension: without one there is neither sequence nor journal.
Table table_of(const Segment &segment) noexcept
{
    return Table(KeywordMemory(segment.extension(), segment.keywords(), segment.layout().geometry.keywords));
}

}

KeywordLock::~KeywordLock()
{
    if (held_ && is_own() && !segment_.is_lost())
        (void)segment_.keyword_lock().release();
}

Status KeywordLock::give_back() noexcept
{
    if (Status lost = segment_.check_memory(); lost != Status::success)
        return lost;
    if (!std::exchange(held_, false) || (is_own() && segment_.keyword_lock().release()))
        return Status::success;
    return fail(DAO_E_STATE,
                "%s: the keywords' lock was taken away while this process changed them; expected to hold it until the "
                "end; not all are changed",
                segment_.name());
}

Status KeywordLock::take(base::Interrupts &interrupts) noexcept
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
    segment_.note_keyword_holder(this);
    (void)table_of(segment_).recover();
    return Status::success;
}

void KeywordLock::write(uint32_t index, const IMAGE_KEYWORD &keyword) noexcept
{
    if (segment_.extension() == nullptr)
        base::copy_shared(segment_.keywords() + index, &keyword, sizeof keyword);
    else if (is_own() && segment_.keyword_lock().is_held())
        table_of(segment_).write(index, keyword);
}

namespace
{

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

}

// What another program wrote there may lack the zero that ends a comment; who gets the keyword may rely on it.
Status read_keyword(Segment &segment, base::Interrupts &interrupts, uint32_t index, IMAGE_KEYWORD &keyword) noexcept
{
    Status status = Status::success;
    if (!read_whole(segment, index, keyword))
        status = repair_and_read(segment, interrupts, index, keyword);
    if (Status lost = segment.check_memory(); lost != Status::success)
        return lost;
    keyword.comment[keyword_comment_bytes - 1] = 0;
    return status;
}

IMAGE_KEYWORD unused_keyword() noexcept
{
    IMAGE_KEYWORD keyword;
    std::memset(static_cast<void *>(&keyword), 0, sizeof keyword);
    keyword.type = 'N';
    return keyword;
}

void fill_field(char *field, size_t bytes, const char *text) noexcept
{
    const size_t length = strnlen(text, bytes);
    std::memcpy(field, text, length);
    std::memset(field + length, 0, bytes - length);
}

}
