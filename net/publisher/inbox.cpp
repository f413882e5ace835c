#include "publisher/inbox.hpp"

#include <algorithm>

namespace dao::net
{

size_t Inbox::put(Incoming &&incoming)
{
    const size_t dropped = size_ < limit ? 0 : make_room();
    waiting_[incoming.connection].push_back(std::move(incoming));
    ++size_;
    return dropped;
}

// Half of what it has at once, so that who has most is not looked for each time. Credit is repeated and cumulative: what is
// said later covers what was said before.
size_t Inbox::make_room()
{
    const auto most = std::max_element(waiting_.begin(), waiting_.end(), [](const auto &one, const auto &other) {
        return one.second.size() < other.second.size();
    });
    std::deque<Incoming> &all = most->second;
    const size_t dropped = (all.size() + 1) / 2;
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(dropped));
    if (all.empty())
        waiting_.erase(most);
    size_ -= dropped;
    return dropped;
}

void Inbox::forget(int connection)
{
    const auto found = waiting_.find(connection);
    if (found == waiting_.end())
        return;
    size_ -= found->second.size();
    waiting_.erase(found);
}

std::optional<Incoming> Inbox::next()
{
    if (waiting_.empty())
        return std::nullopt;
    auto turn = waiting_.upper_bound(last_turn_);
    if (turn == waiting_.end())
        turn = waiting_.begin();
    last_turn_ = turn->first;
    Incoming incoming = std::move(turn->second.front());
    turn->second.pop_front();
    if (turn->second.empty())
        waiting_.erase(turn);
    --size_;
    return incoming;
}

}
