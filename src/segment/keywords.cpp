#include "segment/keyword_access.hpp"

#include "base/error.hpp"

#include <cstring>

namespace dao::segment
{

using base::fail;

namespace
{

bool has_name(const IMAGE_KEYWORD &keyword, const char *name) noexcept
{
    return is_used(keyword) && std::strncmp(keyword.name, name, keyword_name_bytes) == 0;
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
    if (length == 0 || length > keyword_name_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword \"%.40s\" has a name of %zu bytes; expected 1 to %zu", segment.name(),
                    name, length, keyword_name_bytes);
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
    if (value.kind == KeywordKind::text && std::strlen(value.text) > keyword_text_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword %s: a text of %zu bytes; expected at most %zu", segment.name(), name,
                    std::strlen(value.text), keyword_text_bytes);
    if (comment != nullptr && std::strlen(comment) >= keyword_comment_bytes)
        return fail(DAO_E_KEYWORD, "%s: keyword %s: a comment of %zu bytes; expected at most %zu", segment.name(), name,
                    std::strlen(comment), keyword_comment_bytes - 1);
    return Status::success;
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
        keyword = unused_keyword();
    fill_field(keyword.name, keyword_name_bytes, name);
    keyword.type = static_cast<char>(value.kind);
    std::memset(&keyword.value, 0, sizeof keyword.value);
    if (value.kind == KeywordKind::integer)
        keyword.value.numl = value.integer;
    else if (value.kind == KeywordKind::real)
        keyword.value.numf = value.real;
    else
        fill_field(keyword.value.valstr, keyword_text_bytes, value.text);
    if (comment != nullptr)
        fill_field(keyword.comment, keyword_comment_bytes, comment);
    lock.write(place.index, keyword);
    return lock.give_back();
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

// Where to begin to look for a number: while nothing was changed, places before the last one hold lower numbers. A request for
// the next number goes on behind the last keyword, whatever was changed: if one before it was removed, counting from the beginning
// would pass over a keyword that is still there.
NumberedKeyword place_to_begin(const Segment &segment, const NumberedKeyword &last, uint32_t index) noexcept
{
    NumberedKeyword now;
    format::Extension *extension = segment.extension();
    if (extension == nullptr)
        return now;
    now.segment_id = extension->segment_id;
    now.sequence = base::Word<uint32_t>(&extension->keyword_sequence).load_acquire();
    if (last.segment_id == 0 || last.segment_id != now.segment_id)
        return now;
    // Odd while one is changed; the last one was read after that, and so with another number.
    const bool is_unchanged = now.sequence == last.sequence;
    if (index == last.index + 1)
    {
        now.index = index;
        now.place = last.place + 1;
    }
    else if (is_unchanged && index >= last.index)
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
    lock.write(place.index, unused_keyword());
    return lock.give_back();
}

}
