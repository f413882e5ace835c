// What the calls inside the library return: the results of dao.h, as a type of their own.
#pragma once

#include "dao.h"

namespace dao
{

enum class [[nodiscard]] Status : int_fast8_t
{
    success = DAO_SUCCESS,
    error = DAO_ERROR,
    timeout = DAO_TIMEOUT,
    overwrite = DAO_OVERWRITE,
    not_ready = DAO_NOTREADY,
    interrupted = DAO_INTERRUPTED,
    replaced = DAO_REPLACED,
    removed = DAO_REMOVED,
    outrun = DAO_OUTRUN
};

}
