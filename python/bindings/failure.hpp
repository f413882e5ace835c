// Errors on their way from dao.h to Python: thrown as Failure, translated once, where a call leaves C++.
#pragma once

#include <exception>
#include <string>

#include "dao.h"

namespace daopython
{

/// An error of the library or of this layer. Python sees the exception that errors.py makes of it.
class Failure : public std::exception
{
  public:
    Failure(DAO_ERROR_CODE code, std::string message) : code_(code), message_(std::move(message)) {}

    /// What this thread's last failing call of dao.h left behind.
    static Failure last() { return {daoLastErrorCode(), daoLastErrorMessage()}; }

    DAO_ERROR_CODE code() const noexcept { return code_; }
    const char *what() const noexcept override { return message_.c_str(); }

  private:
    DAO_ERROR_CODE code_;
    std::string message_;
};

/// Throw unless `status` is DAO_SUCCESS.
inline void check(int_fast8_t status)
{
    if (status != DAO_SUCCESS)
        throw Failure::last();
}

} // namespace daopython
