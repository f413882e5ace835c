// What goes wrong inside, on its way to the caller's daoLastErrorCode() and daoLastErrorMessage().
#pragma once

#include "dao.h"

#include <stdexcept>
#include <string>

namespace dao::net
{

class Failure : public std::runtime_error
{
  public:
    Failure(DAO_ERROR_CODE code, const std::string &message) : std::runtime_error(message), code_(code) {}
    DAO_ERROR_CODE code() const noexcept { return code_; }

    // The last failure of a call of dao.h.
    static Failure of_last_call() { return Failure(daoLastErrorCode(), daoLastErrorMessage()); }

  private:
    DAO_ERROR_CODE code_;
};

}
