#include "platform/platform.hpp"

#include "failure.hpp"

#include <cstdlib>
#include <fstream>
#include <windows.h>

namespace dao::net::platform
{

uint32_t process_id()
{
    return static_cast<uint32_t>(::GetCurrentProcessId());
}

std::string host_name()
{
    char name[MAX_COMPUTERNAME_LENGTH + 1] = "";
    DWORD size = sizeof name;
    return ::GetComputerNameA(name, &size) != 0 ? std::string(name, size) : "unknown";
}

// Windows has no signals that a thread could take.
NoSignals::NoSignals()
{
    (void)saved_;
}
NoSignals::~NoSignals() = default;

// A file inherits who may read it from its folder: the user's own folders are closed to others.
void write_new_file(const std::filesystem::path &path, const std::string &text, bool)
{
    if (std::filesystem::exists(path))
        throw Failure(DAO_E_EXISTS, path.string() + ": cannot make it: it exists; expected a name that is free");
    std::ofstream file(path, std::ios::binary);
    file << text;
    file.close();
    if (file)
        return;
    std::error_code ignored;
    std::filesystem::remove(path, ignored);
    throw Failure(DAO_E_SYSTEM, path.string() + ": cannot write it");
}

bool is_readable_by_others(const std::filesystem::path &)
{
    return false;
}

std::filesystem::path state_folder()
{
    const char *wanted = std::getenv("DAO_NET_STATE");
    std::error_code error;
    const std::filesystem::path folder = wanted != nullptr && *wanted != 0
                                             ? std::filesystem::path(wanted)
                                             : std::filesystem::temp_directory_path(error) / "daoNet";
    if (error)
        return {};
    std::filesystem::create_directories(folder, error);
    return error ? std::filesystem::path() : folder;
}

}
