// Many keywords in one pass over the table: looking for the place of each takes time with the square of their number.
#include "segment/keyword_access.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <cstring>
#include <new>
#include <string_view>
#include <vector>

namespace dao::segment
{

using base::fail;

namespace
{

int compare_names(const IMAGE_KEYWORD &one, const IMAGE_KEYWORD &other) noexcept
{
    return std::strncmp(one.name, other.name, keyword_name_bytes);
}

// The keywords that are still to be set, found by name. Of two of one name the later one counts.
class Wanted
{
  public:
    // Throws std::bad_alloc.
    explicit Wanted(const KeywordList &list) : keywords_(list.keywords), by_name_(list.count), is_set_(list.count)
    {
        for (uint32_t index = 0; index < list.count; ++index)
            by_name_[index] = index;
        std::sort(by_name_.begin(), by_name_.end(), [this](uint32_t one, uint32_t other) {
            const int order = compare_names(keywords_[one], keywords_[other]);
            return order != 0 ? order < 0 : one > other;
        });
        for (size_t at = 1; at < by_name_.size(); ++at)
            is_set_[by_name_[at]] = compare_names(keywords_[by_name_[at - 1]], keywords_[by_name_[at]]) == 0;
    }

    // The one to be set at the place of `there`, which is none of those to be set any longer; null when there is none.
    const IMAGE_KEYWORD *take(const IMAGE_KEYWORD &there) noexcept
    {
        const auto is_before = [this](uint32_t index, const IMAGE_KEYWORD &name) {
            return compare_names(keywords_[index], name) < 0;
        };
        const auto found = std::lower_bound(by_name_.begin(), by_name_.end(), there, is_before);
        if (found == by_name_.end() || is_set_[*found] || compare_names(keywords_[*found], there) != 0)
            return nullptr;
        is_set_[*found] = true;
        return &keywords_[*found];
    }

    // In the order of the list.
    template <class Action>
    void for_each_left(Action &&action) const noexcept
    {
        for (size_t index = 0; index < is_set_.size(); ++index)
            if (!is_set_[index])
                action(keywords_[index]);
    }

  private:
    const IMAGE_KEYWORD *keywords_;
    std::vector<uint32_t> by_name_; // positions in the list; of one name, the last one first
    std::vector<bool> is_set_;      // or need not be
};

// As it lies in the table: no byte that belongs to nothing.
IMAGE_KEYWORD stored(const IMAGE_KEYWORD &keyword, const char *comment) noexcept
{
    IMAGE_KEYWORD clean = unused_keyword();
    fill_field(clean.name, keyword_name_bytes, keyword.name);
    clean.type = keyword.type;
    if (keyword.type == 'S')
        fill_field(clean.value.valstr, keyword_text_bytes, keyword.value.valstr);
    else
        clean.value.numl = keyword.value.numl; // the bits of a double, too
    fill_field(clean.comment, keyword_comment_bytes, comment);
    return clean;
}

std::string_view bytes_of(const IMAGE_KEYWORD &keyword) noexcept
{
    return {reinterpret_cast<const char *>(&keyword), sizeof keyword};
}

Status check_list(const Segment &segment, const KeywordList &list) noexcept
{
    if (list.keywords == nullptr && list.count != 0)
        return base::fail_null(segment.name(), "list of keywords");
    for (uint32_t index = 0; index < list.count; ++index)
    {
        const IMAGE_KEYWORD &keyword = list.keywords[index];
        if (keyword.name[0] == 0)
            return fail(DAO_E_KEYWORD, "%s: keyword %u of %u has no name; expected one of 1 to %zu bytes",
                        segment.name(), index, list.count, keyword_name_bytes);
        if (!is_used(keyword))
            return fail(DAO_E_KEYWORD, "%s: keyword %.16s is of type %d; expected 'L', 'D' or 'S'", segment.name(),
                        keyword.name, keyword.type);
        if (std::memchr(keyword.comment, 0, keyword_comment_bytes) == nullptr)
            return fail(DAO_E_KEYWORD, "%s: keyword %.16s: a comment without an end; expected at most %zu bytes",
                        segment.name(), keyword.name, keyword_comment_bytes - 1);
    }
    return segment.read_only() ? base::fail_read_only(segment.name(), "change keywords") : Status::success;
}

// Gives those that are there their new values. `free_places`: as many of the places without one as are wanted at most.
Status change(Segment &segment, base::Interrupts &interrupts, const KeywordList &list, KeywordLock &lock,
              Wanted &wanted, std::vector<uint32_t> &free_places) noexcept
{
    const uint32_t room = segment.layout().geometry.keywords;
    for (uint32_t place = 0; place < room; ++place)
    {
        IMAGE_KEYWORD there;
        if (Status status = read_keyword(segment, interrupts, place, there); status != Status::success)
            return status;
        const IMAGE_KEYWORD *keyword = is_used(there) ? wanted.take(there) : nullptr;
        if (keyword != nullptr)
        {
            const bool keeps_comment = list.keep_comments && keyword->comment[0] == 0;
            const IMAGE_KEYWORD now = stored(*keyword, keeps_comment ? there.comment : keyword->comment);
            if (bytes_of(now) != bytes_of(there))
                lock.write(place, now);
            continue;
        }
        const bool is_freed = is_used(there) && list.only_these;
        if (is_freed)
            lock.write(place, unused_keyword());
        if ((is_freed || !is_used(there)) && free_places.size() < free_places.capacity())
            free_places.push_back(place);
    }
    return Status::success;
}

// Adds those that are not there, as far as there is room.
Status add(const Segment &segment, KeywordLock &lock, const Wanted &wanted,
           const std::vector<uint32_t> &free_places) noexcept
{
    size_t added = 0;
    size_t left_out = 0;
    const IMAGE_KEYWORD *first = nullptr;
    wanted.for_each_left([&](const IMAGE_KEYWORD &keyword) {
        if (added < free_places.size())
            lock.write(free_places[added++], stored(keyword, keyword.comment));
        else if (left_out++ == 0)
            first = &keyword;
    });
    if (left_out == 0)
        return Status::success;
    return fail(DAO_E_KEYWORD,
                "%s: no room for %zu keywords, %.16s the first of them: all %u are in use; expected a free one: remove "
                "some, or create the segment with more; the others are set",
                segment.name(), left_out, first->name, segment.layout().geometry.keywords);
}

}

Status set_keywords(Segment &segment, base::Interrupts &interrupts, const KeywordList &list) noexcept
try
{
    if (check_list(segment, list) != Status::success)
        return Status::error;
    Wanted wanted(list);
    std::vector<uint32_t> free_places;
    free_places.reserve(std::min(list.count, uint32_t{segment.layout().geometry.keywords}));
    KeywordLock lock(segment);
    Status status = lock.take(interrupts);
    if (status == Status::success)
        status = change(segment, interrupts, list, lock, wanted, free_places);
    if (status == Status::success)
        status = add(segment, lock, wanted, free_places);
    const Status lost = lock.give_back();
    return lost == Status::success ? status : lost;
}
catch (const std::bad_alloc &)
{
    return base::fail_no_memory(segment.name(), "list of keywords");
}

void clear_keywords(const Segment &segment, KeywordLock &lock) noexcept
{
    for (uint32_t place = 0; place < segment.layout().geometry.keywords; ++place)
        lock.write(place, unused_keyword());
}

}
