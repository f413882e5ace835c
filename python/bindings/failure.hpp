// Errors on their way from dao.h to Python: thrown as Dao::Error, translated once, where a call leaves C++.
#pragma once

#include <daoShm.hpp>
#include <string>

namespace daopython
{

/// An error of the library or of this layer. Python sees the exception that errors.py makes of it.
using Failure = Dao::Error;

/// What this thread's last failing call of dao.h left behind.
inline Failure last_failure()
{
    return {daoLastErrorCode(), daoLastErrorMessage()};
}

/// Throw unless `status` is DAO_SUCCESS: where Dao::check() lets conditions pass, they are errors here.
inline void require(int_fast8_t status)
{
    if (status != DAO_SUCCESS)
        throw last_failure();
}

} // namespace daopython
