#include "text/output.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

bool has_failed = false; // said once is enough

void require(bool is_written)
{
    if (is_written || std::exchange(has_failed, true))
        return;
    throw ToolError(
        fmt::format("standard output: cannot be written: {}", errno != 0 ? std::strerror(errno) : "unknown error"));
}

}

void print(std::string_view text)
{
    errno = 0;
    require(std::fwrite(text.data(), 1, text.size(), stdout) == text.size());
}

void print_now(std::string_view text)
{
    print(text);
    errno = 0;
    require(std::fflush(stdout) == 0);
}

void finish_output()
{
    errno = 0;
    const bool was_written = std::ferror(stdout) == 0;
    require(std::fclose(stdout) == 0 && was_written); // some file systems report a full disk only here
}

}
