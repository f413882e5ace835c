#include "base/error.hpp"

#include <cstdio>
#include <cstring>

namespace dao::base
{
namespace
{

thread_local LastError last;
thread_local LastError before_replaced; // not kept at the beginning of each call that follows: it is large

struct Condition
{
    Status status;
    DAO_ERROR_CODE code;
    const char *text;
};

constexpr Condition conditions[] = {
    {Status::timeout, DAO_E_TIMEOUT, "the time limit passed"},
    {Status::overwrite, DAO_E_OVERWRITE, "the writer overwrote frames before this reader had read them"},
    {Status::not_ready, DAO_E_NOT_READY, "no whole new frame yet"},
    {Status::interrupted, DAO_E_INTERRUPTED, "a signal interrupted the wait"},
    {Status::replaced, DAO_E_REPLACED, "another segment has taken the name or the file; re-open to follow it"},
    {Status::removed, DAO_E_REMOVED, "the segment's file was removed"},
    {Status::outrun, DAO_E_OUTRUN, "the writer was faster than every try to copy a whole frame; depth 2 or more helps"},
};

const Condition *find(Status status)
{
    for (const Condition &known : conditions)
        if (known.status == status)
            return &known;
    return nullptr;
}

}

Status fail(DAO_ERROR_CODE code, const char *format, ...) noexcept
{
    last.code = code;
    last.pending = Status::success;
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(last.message, sizeof last.message, format, arguments);
    va_end(arguments);
    return Status::error;
}

Status fail_null(const char *name, const char *what) noexcept
{
    return fail(DAO_E_ARGUMENT, "%s: the %s is a null pointer; expected its address",
                name != nullptr ? name : "segment", what);
}

Status fail_no_memory(const char *name, const char *what) noexcept
{
    return fail(DAO_E_NO_MEMORY, "%s: out of memory for the %s; expected room for it",
                name != nullptr ? name : "segment", what);
}

Status fail_read_only(const char *name, const char *verb) noexcept
{
    return fail(DAO_E_READ_ONLY, "%s: cannot %s: open for reading only; expected a segment that is open for writing",
                name, verb);
}

Status record_condition(Status status, const char *name) noexcept
{
    const Condition *known = find(status);
    if (known == nullptr)
        return status;
    if (status == Status::replaced)
        before_replaced = last;
    last.code = known->code;
    last.pending = status;
    std::strncpy(last.name, name, sizeof last.name - 1);
    return status;
}

void take_back_replaced() noexcept
{
    last = before_replaced;
}

DAO_ERROR_CODE last_error_code() noexcept
{
    return last.code;
}

const char *last_error_message() noexcept
{
    if (const Condition *known = find(last.pending))
    {
        std::snprintf(last.message, sizeof last.message, "%s: %s", last.name, known->text);
        last.pending = Status::success;
    }
    return last.message;
}

FormerError::FormerError() noexcept : former_(last) {}

void FormerError::restore() const noexcept
{
    last = former_;
}

}
