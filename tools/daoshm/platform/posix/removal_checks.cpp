// Services of systemd that remove files in use, from their configuration: systemd-logind and systemd-tmpfiles. Where they do not
// run, as on macOS and in most containers, there is no advice.
#include "platform/platform.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include <fnmatch.h>
#include <pwd.h>
#include <sys/stat.h>

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

constexpr const char *memory_folder = "/dev/shm/";
constexpr uid_t last_system_user = 999;
/// Of configurations; an earlier one goes before a later one.
constexpr const char *roots[] = {"/etc", "/run", "/usr/local/lib", "/usr/lib"};

bool is_there(const fs::path &path)
{
    std::error_code error;
    return fs::exists(path, error);
}

/// The lines of all files NAME/*.conf below the roots in the order of the files' names, each from the first root that has it.
std::vector<std::string> configuration(const std::string &name)
{
    std::map<std::string, fs::path> files;
    for (const char *root : roots)
    {
        std::error_code error;
        for (fs::directory_iterator file(fs::path(root) / name, error), end; !error && file != end;
             file.increment(error))
            if (file->path().extension() == ".conf")
                files.emplace(file->path().filename().string(), file->path());
    }
    std::vector<std::string> lines;
    for (const auto &[key, path] : files)
    {
        std::ifstream stream(path);
        for (std::string line; std::getline(stream, line);)
            lines.push_back(line);
    }
    return lines;
}

/// The value of "NAME=VALUE", without spaces; empty when the line is another one.
std::string value_of(const std::string &name, std::string line)
{
    std::erase_if(line, [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
    return line.starts_with(name + "=") ? line.substr(name.size() + 1) : "";
}

bool is_off(const std::string &value)
{
    return value == "no" || value == "false" || value == "off" || value == "0" || value == "n" || value == "f";
}

/// Does logind remove what is in memory of those who log out? Distributions differ, and write what holds when nothing is said
/// into its file as a comment.
bool logind_removes()
{
    if (!is_there("/run/systemd/sessions"))
        return false; // it does not run
    const std::string name = "RemoveIPC";
    std::string found = "yes";
    std::vector<std::string> lines;
    for (const char *root : roots)
    {
        std::ifstream stream(fs::path(root) / "systemd/logind.conf");
        for (std::string line; std::getline(stream, line);)
            lines.push_back(line);
        if (!lines.empty())
            break;
    }
    for (const std::string &line : lines)
        if (const std::string value = value_of("#" + name, line); !value.empty())
            found = value;
    const std::vector<std::string> further = configuration("systemd/logind.conf.d");
    lines.insert(lines.end(), further.begin(), further.end());
    for (const std::string &line : lines)
        if (const std::string value = value_of(name, line); !value.empty())
            found = value;
    return !is_off(found);
}

/// The user who loses the file by logging out; empty for system users, and for those whose services go on without a session.
std::string user_who_logs_out(const std::string &path)
{
    struct stat status = {};
    if (!path.starts_with(memory_folder) || stat(path.c_str(), &status) != 0 || status.st_uid <= last_system_user)
        return "";
    const passwd *user = getpwuid(status.st_uid);
    if (user == nullptr || is_there(fs::path("/var/lib/systemd/linger") / user->pw_name))
        return "";
    return user->pw_name;
}

/// A line of tmpfiles.d that says after which time files are removed.
struct AgeRule
{
    std::string pattern;
    std::string age; ///< empty: never
};

std::vector<AgeRule> age_rules()
{
    std::vector<AgeRule> rules;
    if (!is_there("/run/systemd/system"))
        return rules; // systemd does not run
    for (const std::string &line : configuration("tmpfiles.d"))
    {
        std::istringstream words(line);
        std::string type;
        std::string pattern;
        std::string skipped;
        std::string age;
        words >> type >> pattern >> skipped >> skipped >> skipped >> age;
        const bool has_age = std::string("dDevqQCxX").find(type.empty() ? '#' : type[0]) != std::string::npos;
        if (!has_age || type.find('!') != std::string::npos) // "!": only while the machine starts
            continue;
        while (pattern.size() > 1 && pattern.ends_with('/'))
            pattern.pop_back();
        rules.push_back({pattern, type[0] == 'x' || age == "-" ? "" : age.substr(age.find_first_of(':') + 1)});
    }
    return rules;
}

/// The rule that is nearest to a file, its own or that of a folder above it, decides; of equals the first.
std::string age_of(const fs::path &path, const std::vector<AgeRule> &rules)
{
    for (fs::path place = path; place.has_relative_path(); place = place.parent_path())
        for (const AgeRule &rule : rules)
            if (fnmatch(rule.pattern.c_str(), place.c_str(), FNM_PATHNAME | FNM_PERIOD) == 0)
                return rule.age;
    return "";
}

/// What keeps the file, and those beside it with the usual ending.
std::string pattern_for(const fs::path &path)
{
    const std::string usual = ".im.shm";
    return path.string().ends_with(usual) ? (path.parent_path() / ("*" + usual)).string() : path.string();
}

}

std::vector<Advice> removal_advice(const std::vector<std::string> &paths)
{
    const bool is_removed_at_logout = logind_removes();
    const std::vector<AgeRule> rules = age_rules();
    std::set<std::string> users;
    std::map<std::string, std::string> aging; // patterns, and after what time
    for (const std::string &path : paths)
    {
        std::error_code error;
        const fs::path whole = fs::canonical(path, error);
        if (error)
            continue;
        if (const std::string user = user_who_logs_out(whole.string()); is_removed_at_logout && !user.empty())
            users.insert(user);
        if (const std::string age = age_of(whole, rules); !age.empty())
            aging.emplace(pattern_for(whole), age);
    }
    std::vector<Advice> advice;
    for (const std::string &user : users)
        advice.push_back(
            {"removal",
             fmt::format("when the last session of {} ends, systemd-logind removes their segments in /dev/shm, "
                         "used or not",
                         user),
             "'RemoveIPC=no' in /etc/systemd/logind.conf, then: systemctl restart systemd-logind"});
    for (const auto &[pattern, age] : aging)
        advice.push_back(
            {"removal",
             fmt::format("{}: systemd-tmpfiles removes what nobody has opened for {}, used or not", pattern, age),
             fmt::format("in /etc/tmpfiles.d/daoshm.conf: 'x {}'", pattern)});
    return advice;
}

}
