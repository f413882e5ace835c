#include "text/output.hpp"

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

void require(bool is_written, const char *otherwise = nullptr)
{
    if (!is_written && !std::exchange(has_failed, true))
        throw ToolError("standard output: cannot be written: " +
                        (otherwise != nullptr ? otherwise : last_error_text()));
}

}

void print(std::string_view text)
{
    require(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
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
    std::fputs(fmt::format("daoshm: {}\n", printable(text)).c_str(), stderr);
    std::fflush(stderr); // which is not unbuffered everywhere
}

void finish_output()
{
    const bool was_written = std::ferror(stdout) == 0;
    require(std::fclose(stdout) == 0); // some file systems report a full disk only here
    require(was_written, "an earlier part was not");
}

}
