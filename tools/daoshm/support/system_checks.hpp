/// What the system says of itself: facts and advice for doctor and bench, in its own words. Where it does not say, the
/// fact is unknown and nothing is said.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace daoshm
{

struct Advice
{
    std::string check; ///< of what, in a word or two
    std::string what;
    std::string remedy;
};

/// When segments are slow where `path` lies, and what is said when they are not.
extern const char *const storage_is_fine;
std::optional<Advice> storage_advice(const std::string &path);
/// When every user may write the file.
std::optional<Advice> openness_advice(const std::string &path);
/// When the processor saves power.
std::optional<Advice> power_advice();
/// What this user may not do that real-time programs want.
std::vector<Advice> limit_advice();
/// What is said when there is neither advice on power nor on limits.
extern const char *const machine_is_fine;

/// How to get more room in the folder, to give this user access to a file, to remove a file.
std::string room_remedy(const std::string &folder);
std::string access_remedy(const std::string &path);
std::string removal_remedy(const std::string &path);

/// DAO's named semaphores, where they outlive their processes: their names, without "sem." and the number.
std::set<std::string> semaphore_groups();
/// The files of a group.
std::vector<std::string> semaphore_files(const std::string &group);

/// The files that other processes have mapped, of those in `paths`, as far as this user may know.
std::set<std::string> mapped_files(const std::set<std::string> &paths);
/// Is this user allowed to see what every process has mapped?
bool sees_all_processes();

}
