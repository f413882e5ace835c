// Which frame next() is to give, with a limit that only a failure reaches.
#pragma once

#include <chrono>
#include <daoShm.hpp>

inline Dao::NextOptions in_order(std::chrono::nanoseconds timeout = std::chrono::seconds(60))
{
    Dao::NextOptions how;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout = timeout;
    return how;
}
inline Dao::NextOptions newest(std::chrono::nanoseconds timeout = std::chrono::seconds(60))
{
    Dao::NextOptions how;
    how.timeout = timeout;
    return how;
}
