#include "publisher/lives.hpp"

#include <algorithm>

namespace dao::net
{

void Lives::begin(const Birth &birth, uint64_t cnt0)
{
    ++number_;
    set_backs_ = birth == birth_ ? set_backs_ + 1 : 0;
    birth_ = birth;
    former_highest_ = highest_;
    highest_ = cnt0;
}

void Lives::see_newest(const Birth &birth, uint64_t cnt0)
{
    // The newest frame may be one less for a moment, while the next one is published.
    if (number_ == 0 || birth != birth_ || cnt0 + 1 < highest_)
        begin(birth, cnt0);
    highest_ = std::max(highest_, cnt0);
}

uint64_t Lives::move(Place &place, const Birth &birth, uint64_t cnt0)
{
    const bool is_first = place.life == 0;
    const bool is_new = is_first || birth != place.birth || cnt0 < place.cnt0;
    const bool is_known = number_ != 0 && birth == birth_ && place.life != number_;
    if (is_new && !is_known)
        begin(birth, cnt0);
    const bool is_next = !is_first && place.life + 1 == number_;
    const uint64_t left = is_new && is_next && former_highest_ > place.cnt0 ? former_highest_ - place.cnt0 : 0;
    place = {is_new ? number_ : place.life, birth, cnt0};
    if (birth == birth_)
        highest_ = std::max(highest_, cnt0);
    return left;
}

}
