/// daoshm: inspect, create, fill, record and check segments from the command line.
#include <algorithm>
#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <vector>

#include <dao.h>
#include <fmt/format.h>

#include "commands/brackets.hpp"
#include "commands/commands.hpp"
#include "commands/usage.hpp"
#include "platform/platform.hpp"
#include "terminal/fitting.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"

namespace
{

/// Also where there is no memory for saying why.
int report(const std::exception &error) noexcept
{
    try
    {
        daoshm::print_note(daoshm::error_text(error));
    }
    catch (const std::exception &)
    {
        std::fputs("daoshm: memory: not enough even to say what failed; expected more (ulimit -v)\n", stderr);
    }
    return daoshm::exit_code_of(error);
}

/// Help and version are output as any other.
int report_usage(const CLI::App &app, const CLI::ParseError &error)
{
    std::ostringstream output;
    std::ostringstream errors;
    const bool is_wrong = app.exit(error, output, errors) != 0;
    daoshm::print(daoshm::fitted_help(output.str(), daoshm::output_columns()));
    if (is_wrong)
        daoshm::print_note(daoshm::usage_problem(app, error));
    return is_wrong ? daoshm::exit_usage : daoshm::exit_success;
}

int run(int argc, char **argv)
{
    daoshm::Tool tool;
    tool.app.name("daoshm");
    tool.app.description("Inspect, create, fill, record and check shared memory segments.");
    tool.app.footer(std::string("Examples:\n"
                                "  daoshm ls                                  all segments, with their rates\n"
                                "  daoshm create wfs 128x128 uint16 --depth 8 a segment in the temporary folder\n"
                                "  daoshm fill wfs spot --rate 500            a moving spot, 500 frames a second\n"
                                "  daoshm show wfs --watch                    the image, live, in the terminal\n"
                                "  daoshm record wfs night.fits --time 10s    ten seconds into a FITS cube\n"
                                "More about a command: daoshm COMMAND --help\n\n") +
                    daoshm::exit_code_help);
    tool.app.set_version_flag("--version", fmt::format("daoshm {}", daoVersion()));
    tool.app.require_subcommand(1);
    daoshm::add_commands(tool);
    daoshm::take_marks_off(tool.app);
    daoshm::refuse_empty_names(tool.app);
    std::vector<std::string> words(argv + std::min(argc, 1), argv + argc);
    daoshm::mark_brackets(words);
    std::reverse(words.begin(), words.end()); // as CLI11 wants them
    try
    {
        tool.app.parse(std::move(words));
    }
    catch (const CLI::ParseError &error)
    {
        return report_usage(tool.app, error);
    }
    return tool.run();
}

/// The exit code of `work`; a message on standard error when it throws.
template <typename Work>
int guarded(Work work)
{
    try
    {
        return work();
    }
    catch (const std::exception &error)
    {
        return report(error);
    }
}

}

int main(int argc, char **argv)
{
    daoshm::start_terminal();
    daoshm::catch_interrupts();
    daoshm::report_file_size_limit();
    const int code = guarded([&] { return run(argc, argv); });
    const int end = guarded([] {
        daoshm::finish_output();
        return daoshm::exit_success;
    });
    return end == daoshm::exit_success ? code : end;
}
