#include "publisher/keywords_text.hpp"

#include "clock.hpp"
#include "wire/keywords.hpp"

#include <algorithm>

namespace dao::net
{

namespace
{

// Reading all keywords takes some microseconds, or milliseconds where they are thousands: frames that come faster share one
// reading, and it takes a twentieth of the time at most.
constexpr int64_t interval_ns = 10 * millisecond_ns;
constexpr int64_t part_of_time = 20;

}

const std::string &KeywordsText::of(IMAGE *image, uint32_t room)
{
    const int64_t begin_ns = monotonic_ns();
    if (room == 0 || begin_ns < due_ns_)
        return text_;
    read(image);
    const int64_t end_ns = monotonic_ns();
    due_ns_ = end_ns + std::max(interval_ns, part_of_time * (end_ns - begin_ns));
    return text_;
}

void KeywordsText::read(IMAGE *image)
{
    std::vector<IMAGE_KEYWORD> all;
    IMAGE_KEYWORD keyword;
    while (daoShmGetKeywordAt(image, static_cast<uint32_t>(all.size()), &keyword) == DAO_SUCCESS)
        all.push_back(keyword);
    std::string text = wire::write_keywords(all);
    if (text == text_)
        return;
    text_ = std::move(text);
    ++changes_;
}

}
