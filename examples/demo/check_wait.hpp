// How a C++ stage handles the result of a wait.
#pragma once

#include <daoShm.hpp>

namespace demo
{
/** Throw when the segment was replaced or removed; a time-out or a signal is none of that. */
inline void check_wait(int_fast8_t status)
{
    if (status == DAO_REPLACED || status == DAO_REMOVED)
    {
        throw Dao::Error(daoLastErrorCode(), daoLastErrorMessage());
    }
}
} // namespace demo
