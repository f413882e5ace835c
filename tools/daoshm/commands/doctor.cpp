/// doctor: checks of segments and machine, a line for each finding, with its remedy.
#include "commands/commands.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/platform.hpp"
#include "segments/survey.hpp"
#include "terminal/style.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

struct DoctorOptions
{
    std::vector<std::string> folders;
    std::string stale = "24h";
    bool json = false;
};

enum class Severity
{
    good,
    advice, ///< performance is lost
    problem ///< something is wrong
};

struct Finding
{
    Severity severity;
    std::string check;
    std::string what;
    std::string remedy;
};

using Findings = std::vector<Finding>;

void add_advice(const std::optional<Advice> &advice, Findings &findings)
{
    if (advice)
        findings.push_back({Severity::advice, advice->check, advice->what, advice->remedy});
}

void check_disk(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    for (const SegmentStatus &status : statuses)
        add_advice(storage_advice(status.path), findings);
}

void check_space(const std::vector<std::string> &folders, Findings &findings)
{
    for (const std::string &folder : folders)
    {
        std::error_code error;
        const fs::space_info space = fs::space(path_of(folder), error);
        if (error || space.capacity == 0)
            continue;
        const double share = static_cast<double>(space.available) / static_cast<double>(space.capacity);
        if (share < 0.1)
            findings.push_back({Severity::problem, "space",
                                fmt::format("{}: {} of {} free; expected at least 10 %", folder,
                                            bytes_text(static_cast<double>(space.available)),
                                            bytes_text(static_cast<double>(space.capacity))),
                                space_remedy(folder)});
    }
}

void check_segments(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    for (const SegmentStatus &status : statuses)
    {
        if (!status.problem.empty())
        {
            const bool is_refused = std::ifstream(path_of(status.path)).good() == false;
            findings.push_back(
                {Severity::problem, is_refused ? "permissions" : "damaged", status.problem,
                 is_refused ? access_remedy(status.path) : "create it again, or: " + removal_remedy(status.path)});
            continue;
        }
        const DAO_SEGMENT_INFO &info = status.info;
        if (info.frame_broken != 0)
            findings.push_back({Severity::problem, "broken frame",
                                fmt::format("{}: writer {} died while writing a frame", status.path, info.writer_pid),
                                "start the writer again: its next frame repairs it"});
        else if (info.writing != 0 && info.writer_alive == DAO_UNKNOWN)
            findings.push_back({Severity::advice, "unknown writer",
                                fmt::format("{}: locked by {}, of which cannot be told from here whether it lives",
                                            status.path, writer_text(info)),
                                fmt::format("if it does not: daoshm unlock {}", status.path)});
        else if (info.writer_pid != 0 && is_gone(info.writer_alive) && !status.readers.is_none())
            findings.push_back({Severity::problem, "dead writer",
                                fmt::format("{}: writer {} has died, {} reader(s) are waiting", status.path,
                                            info.writer_pid, status.readers.text()),
                                "start the writer again"});
        if ((info.writing == 0 && info.writer_alive == DAO_UNKNOWN) || status.readers.unknown > 0)
            findings.push_back({Severity::advice, "processes",
                                fmt::format("{}: writer {}, readers {}: whether all live is unknown from here",
                                            status.path, writer_text(info), status.readers.text()),
                                "run doctor where they run: in their container, as their user"});
        if (status.missed > 0)
            findings.push_back({Severity::advice, "missed",
                                fmt::format("{}: a reader missed {} frames", status.path, status.missed),
                                fmt::format("a depth above {}, or a faster reader", info.depth)});
    }
}

void check_permissions(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    for (const SegmentStatus &status : statuses)
        add_advice(permission_advice(status.path), findings);
}

void check_stale(const std::vector<SegmentStatus> &statuses, int64_t stale_ns, Findings &findings)
{
    std::set<std::string> paths;
    for (const SegmentStatus &status : statuses)
        paths.insert(status.path);
    const std::set<std::string> mapped = mapped_files(paths);
    const std::string doubt = sees_all_processes() ? "" : " (that this user can see)";
    for (const SegmentStatus &status : statuses)
    {
        const bool is_known_in_use = !is_gone(status.info.writer_alive) || !status.readers.is_none();
        if (!status.problem.empty() || is_known_in_use || mapped.contains(status.path))
            continue;
        const int64_t last_ns = status.last_frame_ns.value_or(0);
        const int64_t age_ns = now_ns() - last_ns;
        if (status.last_frame_ns && age_ns > stale_ns)
            findings.push_back(
                {Severity::advice, "stale segment",
                 fmt::format("{}: no process has it open{}, last frame {} ago", status.path, doubt, age_text(age_ns)),
                 fmt::format("daoshm rm {}", status.path)});
    }
}

/// DAO's semaphores of a segment have the name of its file up to the first dot.
std::string semaphore_group(const SegmentStatus &status)
{
    const std::string name = path_of(status.path).filename().string();
    return name.substr(0, name.find('.'));
}

void check_semaphores(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    std::set<std::string> stems;
    for (const SegmentStatus &status : statuses)
        stems.insert(semaphore_group(status));
    for (const std::string &group : semaphore_groups())
    {
        const std::vector<std::string> files = semaphore_files(group);
        if (stems.contains(group) || !mapped_files({files.begin(), files.end()}).empty())
            continue;
        findings.push_back({Severity::problem, "stale semaphores",
                            fmt::format("{} named semaphores of '{}', which has no segment here", files.size(), group),
                            removal_remedy(fmt::format("/dev/shm/sem.{}_sem*", group))});
    }
}

/// Whether processes that run DAO's own library find what they need. That its semaphores exist shows that it uses the name.
void check_sharing(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    const std::set<std::string> groups = semaphore_groups();
    std::map<std::string, std::string> sharers; // of each group, one segment
    for (const SegmentStatus &status : statuses)
    {
        if (!status.problem.empty())
            continue;
        const std::string group = semaphore_group(status);
        const bool is_shared = status.info.compatible != 0 || status.info.has_extension == 0;
        const auto [other, is_first] = is_shared ? sharers.emplace(group, status.path) : std::pair(sharers.end(), true);
        if (!is_first)
            findings.push_back(
                {Severity::problem, "shared semaphores",
                 fmt::format("{} and {} have the same named semaphores: '{}'", other->second, status.path, group),
                 "names that differ before their first dot"});
        if (!is_shared && groups.contains(group))
            findings.push_back(
                {Severity::advice, "compatibility",
                 fmt::format("{}: DAO's semaphores of '{}' exist, but the segment was made without them: "
                             "processes that run DAO's own library cannot wait on it",
                             status.path, group),
                 "make it with DAO_COMPATIBILITY=1, or daoshm create --dao-semaphores"});
    }
}

void check_machine(Findings &findings)
{
    for (const Advice &advice : limit_advice())
        add_advice(advice, findings);
    add_advice(power_advice(), findings);
}

Findings examine(const DoctorOptions &options)
{
    Survey survey(options.folders);
    survey.sample();
    const std::vector<SegmentStatus> &statuses = survey.statuses();
    const std::vector<std::string> &folders = survey.folders();
    Findings findings;
    const auto run = [&](const char *name, const std::string &fine, auto check) {
        const size_t before = findings.size();
        check();
        if (findings.size() == before)
            findings.push_back({Severity::good, name, fine, ""});
    };
    run("segments", fmt::format("{} in {}, none damaged, no dead writer", statuses.size(), fmt::join(folders, ", ")),
        [&] { check_segments(statuses, findings); });
    run("disk", "no segment is where that slows it down", [&] { check_disk(statuses, findings); });
    run("space", "there is enough free space", [&] { check_space(folders, findings); });
    run("permissions", "no segment is writable by every user", [&] { check_permissions(statuses, findings); });
    run("stale", "no stale segment", [&] { check_stale(statuses, parse_duration(options.stale), findings); });
    run("semaphores", "no stale named semaphore", [&] { check_semaphores(statuses, findings); });
    run("sharing", "no segment that DAO's own library cannot use", [&] { check_sharing(statuses, findings); });
    run("real time", machine_is_fine, [&] { check_machine(findings); });
    return findings;
}

const char *severity_text(Severity severity)
{
    return severity == Severity::good ? "good" : severity == Severity::advice ? "advice" : "problem";
}

void print_findings(const Findings &findings)
{
    for (const Finding &finding : findings)
    {
        const bool is_good = finding.severity == Severity::good;
        const Style style = is_good ? Style::good : finding.severity == Severity::advice ? Style::warning : Style::bad;
        std::string line = paint(style, fmt::format("{:<8}", is_good ? "ok" : severity_text(finding.severity))) +
                           paint(Style::bold, finding.check) + ": " + finding.what;
        if (!finding.remedy.empty())
            line += paint(Style::accent, " → ") + finding.remedy;
        std::fputs((line + "\n").c_str(), stdout);
    }
}

int run_doctor(const DoctorOptions &options)
{
    const Findings findings = examine(options);
    if (options.json)
    {
        Json list = Json::array();
        for (const Finding &finding : findings)
            list.push_back({{"severity", severity_text(finding.severity)},
                            {"check", finding.check},
                            {"finding", finding.what},
                            {"remedy", finding.remedy}});
        print_json(list);
    }
    else
    {
        print_findings(findings);
    }
    const bool has_problem = std::any_of(findings.begin(), findings.end(),
                                         [](const Finding &finding) { return finding.severity == Severity::problem; });
    return has_problem ? exit_findings : exit_success;
}

}

void add_doctor(Tool &tool)
{
    const auto options = std::make_shared<DoctorOptions>();
    CLI::App *command =
        add_command(tool, "doctor", "Check segments and machine, with a remedy for each finding", options, run_doctor);
    add_folder_argument(command, options->folders);
    command->add_option("--stale", options->stale, "A segment that no process has open is stale after this time")
        ->type_name("SPAN")
        ->capture_default_str();
    add_json_flag(command, options->json);
    command->footer("Nothing is changed. A problem (exit code 4) is an error; advice is about performance.\n"
                    "What the system does not report is not checked.\n\nExamples:\n  daoshm doctor\n"
                    "  daoshm doctor /data/shm --stale 1h --json");
}

}
