/// Standard output, on which nothing gets lost unnoticed: a full disk and a reader that has gone are errors.
#pragma once

#include <string_view>

namespace daoshm
{

/// Throws ToolError when standard output cannot be written; that may also be noticed later.
void print(std::string_view text);
/// print() what is to be seen at once, and notice errors at once.
void print_now(std::string_view text);
/// Write what is still buffered; the last use of standard output. Throws ToolError.
void finish_output();

}
