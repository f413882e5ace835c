// The cause of a thread's last failure: a code, and a message that names the segment.
#pragma once

#include "base/status.hpp"

namespace dao::base
{

// Records code and message for this thread. Always returns Status::error.
Status fail(DAO_ERROR_CODE code, const char *format, ...) noexcept DAO_PRINTF(2, 3);

// Failures that many calls have in common; `name` may be null. `what`: as in "data", "slot".
Status fail_null(const char *name, const char *what) noexcept;
Status fail_no_memory(const char *name, const char *what) noexcept;
// `verb`: what such a handle cannot do with the segment, as in "cannot write to it".
Status fail_read_only(const char *name, const char *verb) noexcept;

// Records that a call on segment `name` ended with a condition, and returns it. Formats nothing: the message is made
// when somebody asks for it. Success records nothing.
Status record_condition(Status status, const char *name) noexcept;
inline Status condition(Status status, const char *name) noexcept
{
    return status == Status::success ? status : record_condition(status, name);
}

// Takes back the condition replaced that this thread recorded last: the call followed, and has not failed.
void take_back_replaced() noexcept;

DAO_ERROR_CODE last_error_code() noexcept;
const char *last_error_message() noexcept;

struct LastError
{
    DAO_ERROR_CODE code = DAO_E_NONE;
    Status pending = Status::success; // a condition whose message is not made yet
    char name[80] = "";
    char message[512] = "no error";
};

// What this thread's last failing call left, for a call on whose way something may fail though it succeeds in the end.
class FormerError
{
  public:
    FormerError() noexcept;
    void restore() const noexcept;
    Status restore_if_done(Status status) const noexcept
    {
        if (status == Status::success)
            restore();
        return status;
    }

  private:
    LastError former_;
};

}
