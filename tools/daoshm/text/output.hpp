/// Standard output, on which nothing gets lost unnoticed: a full disk and a reader that has gone are errors.
#pragma once

#include <string_view>

namespace daoshm
{

/// Throws ToolError when standard output cannot be written; that may also be noticed later.
void print(std::string_view text);
/// print() what is to be seen at once, and notice errors at once.
void print_now(std::string_view text);
/// print() what has names of others in it: control characters are escaped, but for the ends of lines.
void print_escaped(std::string_view text);
/// A line on standard error: "daoshm: ", and the text, escaped. Where that cannot be written it is lost.
void print_note(std::string_view text);
/// Write what is still buffered; the last use of standard output. Throws ToolError.
void finish_output();

}
