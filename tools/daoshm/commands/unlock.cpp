/// unlock: free the lock of a writer that is not known to be alive or dead.
#include "commands/commands.hpp"

#include <cstdio>
#include <iostream>

#include <daoShm.hpp>
#include <fmt/format.h>

#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/survey.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

struct UnlockOptions
{
    std::string segment;
    bool yes = false;
    bool force = false;
};

/// @return what is about to be done, for the question
std::string plan_text(const std::string &path, const DAO_SEGMENT_INFO &info)
{
    if (info.writing == 0)
        return fmt::format(
            "{}: process {} holds the lock of its keywords. It is freed unless that process is proven to "
            "live; a keyword that it left half written is completed by the next change of a keyword.",
            path, info.keywords_pid);
    const std::string holder = fmt::format("process {}", writer_text(info));
    if (info.writer_alive == DAO_ALIVE)
        return fmt::format(
            "{}: {} holds it and lives. Its lock is taken away; the frame that it writes is given up, and "
            "may be torn.",
            path, holder);
    return fmt::format("{}: {} holds it. Its lock is freed and the frame that it left half written is repaired; if it "
                       "lives after all, it gives the frame up.",
                       path, holder);
}

/// Throws when Ctrl-C is the answer, whatever was typed.
bool is_confirmed(const std::string &plan)
{
    print_now(fmt::format("{}\nContinue? [y/N] ", printable(plan)));
    std::string answer;
    while (!is_interrupted() && !wait_for_input())
    {
    }
    if (!is_interrupted())
        std::getline(std::cin, answer);
    if (is_interrupted())
        throw ToolError("unlock: interrupted; expected an answer", exit_interrupted);
    return answer == "y" || answer == "Y" || answer == "yes";
}

int run_unlock(const UnlockOptions &options)
{
    const Dao::Image segment = open_writer(options.segment);
    const DAO_SEGMENT_INFO info = segment.info();
    const bool is_held = info.writing != 0 || info.keywords_pid != 0;
    const bool is_asked = is_held && (info.writing == 0 || info.writer_alive != DAO_ALIVE || options.force);
    if (is_asked && !options.yes && !options.force && !is_confirmed(plan_text(segment.name(), info)))
        throw ToolError(
            fmt::format("{}: not unlocked: the answer was not yes; expected y, or --yes beforehand", segment.name()));
    Dao::check(daoShmUnlock(segment.image(), options.force ? 1 : 0));
    print(fmt::format("{}: {}\n", printable(segment.name()), is_held ? "unlocked" : "no writer holds it"));
    return exit_success;
}

}

void add_unlock(Tool &tool)
{
    const auto options = std::make_shared<UnlockOptions>();
    CLI::App *command = add_command(tool, "unlock", "Free the lock of a writer that may be dead", options, run_unlock);
    add_segment_argument(command, options->segment);
    command->add_flag("-y,--yes", options->yes, "Do not ask");
    command->add_flag("-f,--force", options->force, "Do not ask, and take the lock from a writer that lives, too");
    command->footer(
        "For a writer that cannot be judged from here, such as one in another container that could not lock "
        "the file:\nother writers are told \"busy\". The lock of a writer that is proven dead is taken over "
        "without this command.\n\nExamples:\n  daoshm unlock wfs\n  daoshm unlock wfs --yes");
}

}
