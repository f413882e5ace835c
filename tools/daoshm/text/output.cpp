#include "text/output.hpp"

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

bool has_failed = false; // said once is enough

[[noreturn]] void fail(const std::string &reason, ExitCode code)
{
    throw ToolError("standard output: cannot be written: " + reason, code);
}

void require(bool is_written, const char *otherwise = nullptr)
{
    const bool was_interrupted = !is_written && was_call_interrupted();
    if (!is_written && !std::exchange(has_failed, true))
        fail(otherwise != nullptr ? otherwise : last_error_text(), was_interrupted ? exit_interrupted : exit_error);
}

/// Whoever reads it may have stopped: a process that was interrupted does not wait for that.
void require_taken()
{
    if (is_taken(OutputStream::output))
        return;
    give_up_output();
    if (!std::exchange(has_failed, true))
        fail("interrupted, and nobody takes it", exit_interrupted);
}

}

void print(std::string_view text)
{
    constexpr size_t piece_bytes = 512; // less than a pipe takes that takes anything
    for (; !text.empty(); text.remove_prefix(std::min(text.size(), piece_bytes)))
    {
        const std::string_view piece = text.substr(0, piece_bytes);
        require_taken();
        require(std::fwrite(piece.data(), 1, piece.size(), stdout) == piece.size());
    }
}

void print_now(std::string_view text)
{
    print(text);
    require(std::fflush(stdout) == 0);
}

void print_escaped(std::string_view text)
{
    print(printable(text, "\n"));
}

void print_note(std::string_view text)
{
    if (!is_taken(OutputStream::errors))
        return;
    std::fputs(fmt::format("daoshm: {}\n", printable(text)).c_str(), stderr);
    std::fflush(stderr); // which is not unbuffered everywhere
}

void finish_output()
{
    require_taken();
    const bool was_written = std::ferror(stdout) == 0;
    require(std::fclose(stdout) == 0); // some file systems report a full disk only here
    require(was_written, "an earlier part was not");
}

}
