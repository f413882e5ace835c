// What is the same on every system.
#include "platform/platform.hpp"

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <system_error>

namespace daoshm
{

int64_t steady_ns()
{
    using namespace std::chrono;
    return duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
}

std::string absolute_path(const std::string &path)
{
    std::error_code error;
    const std::filesystem::path whole = std::filesystem::absolute(path_of(path), error);
    return error ? path : whole.lexically_normal().string();
}

std::string last_error_text()
{
    return std::generic_category().message(errno);
}

bool was_call_interrupted()
{
    return errno == EINTR;
}

std::string environment(const char *name)
{
    const char *value = std::getenv(name);
    return value != nullptr ? value : "";
}

}
