#include "commands/segment_checks.hpp"

#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "commands/bench_segments.hpp"
#include "platform/platform.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace
{

/// What is wrong with a segment by its state, whose word is the name of the check.
std::optional<Finding> state_finding(const SegmentStatus &status)
{
    if (is_left_by_bench(status)) // a stale segment, and no more
        return std::nullopt;
    const std::string state = state_text(status).text;
    const DAO_SEGMENT_INFO &info = status.info;
    if (state == "no access")
        return Finding{Severity::problem, state, status.problem, access_remedy(status.path)};
    if (!status.problem.empty()) // create takes the place of no file that it cannot read
        return Finding{Severity::problem, state, status.problem,
                       (state == "foreign" ? "use it where it was made, or: " : "create it again, after: ") +
                           removal_remedy(status.path)};
    if (state == "broken frame")
        return Finding{Severity::problem, state,
                       fmt::format("{}: writer {} died while writing a frame", status.path, info.writer_pid),
                       "start the writer again: its next frame repairs it"};
    if (state == "writer gone" && !status.readers.is_none())
        return Finding{Severity::problem, state,
                       fmt::format("{}: writer {} has died, {} reader(s) are waiting", status.path, info.writer_pid,
                                   status.readers.text()),
                       "start the writer again"};
    return std::nullopt;
}

/// Processes of which cannot be told whether they live; each is named once.
std::optional<Finding> unknown_finding(const SegmentStatus &status)
{
    const DAO_SEGMENT_INFO &info = status.info;
    const bool is_writer_unknown = info.writer_pid != 0 && info.writer_alive == DAO_UNKNOWN;
    const std::string readers =
        status.readers.unknown > 0 ? fmt::format("{} of its readers", status.readers.unknown) : "";
    if (!is_writer_unknown && readers.empty())
        return std::nullopt;
    const std::string writer = is_writer_unknown ? "writer " + writer_text(info) : "";
    const std::string who = writer + (writer.empty() || readers.empty() ? "" : " and ") + readers;
    const bool is_locked = is_writer_unknown && info.writing != 0;
    return Finding{Severity::advice, is_writer_unknown ? "writer unknown" : "reader unknown",
                   fmt::format("{}: {}{}: not known from here to be alive or dead", status.path, who,
                               is_locked ? ", holding the lock" : ""),
                   is_locked ? fmt::format("if the writer is dead: daoshm unlock {}", shell_quoted(status.path))
                             : "run doctor where they run: in their container, as their user"};
}

}

std::string count_text(const Survey &survey)
{
    std::map<std::string, size_t> counts;
    for (const SegmentStatus &status : survey.statuses())
        ++counts[state_text(status).text];
    std::string text = fmt::format("{} in {}", survey.statuses().size(), fmt::join(survey.folders(), ", "));
    const char *separator = ": ";
    for (const auto &[state, count] : counts)
        text += fmt::format("{}{} {}", std::exchange(separator, ", "), count, state);
    return text;
}

void check_segments(const Survey &survey, Findings &findings)
{
    for (const std::string &problem : survey.unread_folders())
        findings.push_back({Severity::problem, "no access", problem + "; its segments were not checked",
                            "run doctor as a user who may read it"});
    for (const SegmentStatus &status : survey.statuses())
    {
        for (std::optional<Finding> &finding : std::vector{state_finding(status), unknown_finding(status)})
            if (finding)
                findings.push_back(std::move(*finding));
        if (status.missed > 0)
            findings.push_back({Severity::advice, "missed",
                                fmt::format("{}: a reader missed {}", status.path, count_text(status.missed, "frame")),
                                fmt::format("a depth above {}, or a faster reader", status.info.depth)});
    }
}

}
