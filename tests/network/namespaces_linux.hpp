// Programs in namespaces of their own, where this machine allows them.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <sys/wait.h>

namespace test
{

// The exit code of that line of the shell in such namespaces; -1 when it was killed.
inline int run_in_namespaces(const std::string &kinds, const std::string &line)
{
    const int result = std::system(("unshare " + kinds + " --map-root-user sh -c '" + line + "'").c_str());
    return WIFEXITED(result) ? WEXITSTATUS(result) : -1;
}

// The line that runs this program in a role; where the kernel cannot, by what runs it.
inline std::string role_line(const std::string &role)
{
    return "exec $DAO_TEST_EMULATOR \"" + std::filesystem::read_symlink("/proc/self/exe").string() + "\" --role " +
           role;
}

}
