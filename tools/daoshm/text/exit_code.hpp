/// How the tool ends: its exit codes, and the exception that carries one to main().
#pragma once

#include <stdexcept>
#include <string>

namespace daoshm
{

enum ExitCode : int
{
    exit_success = 0,
    exit_error = 1,
    exit_usage = 2,
    exit_timeout = 3,
    exit_findings = 4,
    exit_interrupted = 130
};

inline constexpr const char *exit_code_help =
    "Exit codes:\n"
    "  0    success\n"
    "  1    an error; standard error has the reason\n"
    "  2    wrong usage\n"
    "  3    no frame, or no answer of another machine, within the time limit\n"
    "  4    complete, with findings: doctor found a problem, frames are missing from a recording, a camera or a\n"
    "       copy of every frame, or repair found damage\n"
    "  130  interrupted by Ctrl-C (commands that run until Ctrl-C exit with 0)\n";

class ToolError : public std::runtime_error
{
  public:
    explicit ToolError(const std::string &message, ExitCode code = exit_error)
        : std::runtime_error(message), code_(code)
    {
    }
    ExitCode code() const noexcept { return code_; }

  private:
    ExitCode code_;
};

/// How the tool ends after an exception, the library's included.
ExitCode exit_code_of(const std::exception &error);

/// What an exception says, in this tool's words where the C++ library's are of no use.
std::string error_text(const std::exception &error);

}
