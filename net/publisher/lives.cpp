#include "publisher/lives.hpp"

namespace dao::net
{

namespace
{

uint64_t difference(uint64_t later, uint64_t earlier)
{
    return later - std::min(later, earlier);
}

}

void Lives::begin(const Birth &birth, uint64_t cnt0)
{
    Life life;
    life.number = lives_.empty() ? 1 : lives_.back().number + 1;
    life.birth = birth;
    if (const Life *earlier = find(birth); earlier != nullptr)
    {
        life.set_backs = earlier->set_backs + 1;
        life.before = difference(cnt0, 1);
    }
    life.highest = cnt0;
    lives_.push_back(life);
    if (lives_.size() > most)
        lives_.pop_front();
}

const Life *Lives::find(const Birth &birth) const
{
    return find([&](const Life &life) { return life.birth == birth; });
}

const Life *Lives::find(uint32_t number) const
{
    return find([=](const Life &life) { return life.number == number; });
}

bool Lives::is_last(uint32_t number, const Birth &birth) const
{
    const Life *life = find(birth);
    return life != nullptr && life->number == number;
}

void Lives::note(const Place &place)
{
    for (Life &life : lives_)
        if (life.number == place.life)
            life.highest = std::max(life.highest, place.cnt0);
}

uint32_t Lives::set_backs(const Birth &birth) const
{
    const Life *life = find(birth);
    return life != nullptr ? life->set_backs : 0;
}

Place Lives::see_newest(const Birth &birth, uint64_t cnt0)
{
    const Life *known = find(birth); // not the last one while somebody reads a segment that is replaced
    // The newest frame may be one less for a moment, while the next one is published.
    if (known == nullptr || (known == &lives_.back() && cnt0 < difference(known->highest, 1)))
        begin(birth, cnt0);
    const Place place{find(birth)->number, cnt0};
    note(place);
    return place;
}

uint64_t Lives::move(Place &place, const Birth &birth, uint64_t cnt0)
{
    const Place before = place;
    const bool is_new = !is_last(place.life, birth) || cnt0 < place.cnt0;
    const Life *known = find(birth);
    if (is_new && (known == nullptr || known->number <= place.life))
        begin(birth, cnt0);
    const Life &life = *find(birth);
    place = {is_new ? life.number : place.life, cnt0};
    note(place);
    return is_new && before.life != 0 ? between(before, {place.life, life.before}) : 0;
}

uint64_t Lives::before(const Place &place) const
{
    const Life *life = find(place.life);
    return difference(place.cnt0, (life != nullptr ? life->before : 0) + 1);
}

uint64_t Lives::between(const Place &one, const Place &other) const
{
    if (one.life == other.life)
        return difference(other.cnt0, one.cnt0);
    uint64_t count = 0;
    for (const Life &life : lives_)
        if (life.number >= one.life && life.number <= other.life)
            count += difference(life.number == other.life ? other.cnt0 : life.highest,
                                life.number == one.life ? one.cnt0 : life.before);
    return count;
}

}
