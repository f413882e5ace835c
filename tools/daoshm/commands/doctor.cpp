/// doctor: checks of segments and machine, a line for each finding, with its remedy.
#include "commands/bench_segments.hpp"
#include "commands/commands.hpp"
#include "commands/segment_checks.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/platform.hpp"
#include "segments/survey.hpp"
#include "terminal/fitting.hpp"
#include "terminal/style.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/numbers.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "text/spans.hpp"

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

void add_advice(const std::optional<Advice> &advice, Findings &findings)
{
    if (advice)
        findings.push_back({Severity::advice, advice->check, advice->what, advice->remedy});
}

void check_disk(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    for (const SegmentStatus &status : statuses)
        if (status.problem.empty()) // what is wrong with the others matters more
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

void check_permissions(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    for (const SegmentStatus &status : statuses)
        add_advice(permission_advice(status.path), findings);
}

/// Also of segments that cannot be opened: their owner may be working with them.
void check_removal(const std::vector<SegmentStatus> &statuses, Findings &findings)
{
    std::vector<std::string> paths;
    for (const SegmentStatus &status : statuses)
        paths.push_back(status.path);
    for (const Advice &advice : removal_advice(paths))
        add_advice(advice, findings);
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
        if (is_left_by_bench(status))
        {
            findings.push_back(
                {Severity::advice, "stale segment", fmt::format("{}: left by a bench that was killed", status.path),
                 fmt::format("daoshm rm {}, or the next bench in this folder", shell_quoted(status.path))});
            continue;
        }
        const bool is_known_in_use = !is_gone(status.info.writer_alive) || !status.readers.is_none();
        if (!status.problem.empty() || is_known_in_use || mapped.contains(status.path))
            continue;
        const int64_t last_ns = status.last_frame_ns.value_or(0);
        const int64_t age_ns = span_ns(last_ns, now_ns());
        if (status.last_frame_ns && age_ns > stale_ns)
            findings.push_back(
                {Severity::advice, "stale segment",
                 fmt::format("{}: no process has it open{}, last frame {} ago", status.path, doubt, age_text(age_ns)),
                 fmt::format("daoshm rm {}", shell_quoted(status.path))});
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
    std::map<std::string, std::vector<std::string>> strays; // files by group
    std::set<std::string> all;
    for (const std::string &group : semaphore_groups())
        if (!stems.contains(group))
        {
            strays[group] = semaphore_files(group);
            all.insert(strays[group].begin(), strays[group].end());
        }
    const std::set<std::string> mapped = mapped_files(all); // at once: it looks at every process
    for (const auto &[group, files] : strays)
    {
        if (std::any_of(files.begin(), files.end(), [&](const std::string &file) { return mapped.contains(file); }))
            continue;
        findings.push_back({Severity::problem, "stale semaphores",
                            fmt::format("{} named semaphores of '{}', which has no segment here", files.size(), group),
                            semaphores_remedy(group)});
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
    constexpr double interval_s = 0.3;
    Survey survey(options.folders);
    survey.measure(interval_s);
    const std::vector<SegmentStatus> &statuses = survey.statuses();
    const std::vector<std::string> &folders = survey.folders();
    Findings findings;
    const auto run = [&](const char *name, const std::string &fine, auto check) {
        const size_t before = findings.size();
        check();
        if (findings.size() == before)
            findings.push_back({Severity::good, name, fine, ""});
    };
    findings.push_back({Severity::good, "segments", count_text(survey), ""});
    check_segments(survey, findings);
    std::stable_sort(findings.begin() + 1, findings.end(), [](const Finding &a, const Finding &b) { // those of a kind
        return std::pair(b.severity, a.check) < std::pair(a.severity, b.check);
    });
    run("disk", "no segment is where that slows it down", [&] { check_disk(statuses, findings); });
    run("space", "there is enough free space", [&] { check_space(folders, findings); });
    run("permissions", "no segment is writable by every user", [&] { check_permissions(statuses, findings); });
    run("removal", "no service is known to remove segments in use", [&] { check_removal(statuses, findings); });
    run("stale", "no stale segment", [&] { check_stale(statuses, parse_duration(options.stale), findings); });
    if (!sees_all_processes())
        findings.push_back({Severity::advice, "no access",
                            "the files that some processes have open cannot be seen: a stale segment may be in use",
                            "run doctor as root, outside of containers"});
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
        constexpr size_t indent = 8;
        const std::string severity = fmt::format("{:<{}}", is_good ? "ok" : severity_text(finding.severity), indent);
        const std::string remedy = finding.remedy.empty() ? "" : " → " + printable(finding.remedy);
        const std::string text = fmt::format("{}{}: {}{}", severity, finding.check, printable(finding.what), remedy);
        const std::string lines = wrapped(text, output_columns(), indent);
        print(paint(style, lines.substr(0, indent)) + lines.substr(indent));
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
                            {"remedy", json_text(finding.remedy)}});
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
    add_span(command, "--stale", options->stale, "A segment that no process has open is stale after this time")
        ->capture_default_str();
    add_json_flag(command, options->json);
    command->footer("Nothing is changed. A problem (exit code 4) is an error; advice is about performance, or about "
                    "what cannot be\n"
                    "told from here. What the system does not report is not checked.\n\nExamples:\n  daoshm doctor\n"
                    "  daoshm doctor /data/shm --stale 1h --json");
}

}
