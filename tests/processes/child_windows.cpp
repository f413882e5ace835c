#include "child.hpp"

#include <array>
#include <stdexcept>
#include <thread>
#include <utility>

#include <windows.h>

namespace test
{

namespace
{

using Clock = std::chrono::steady_clock;

constexpr auto look_again = std::chrono::milliseconds(1);

HANDLE handle(long long number)
{
    return reinterpret_cast<HANDLE>(static_cast<intptr_t>(number));
}

long long number(HANDLE handle)
{
    return static_cast<long long>(reinterpret_cast<intptr_t>(handle));
}

std::string own_path()
{
    std::array<char, 4096> path{};
    const DWORD length = GetModuleFileNameA(nullptr, path.data(), static_cast<DWORD>(path.size()));
    if (length == 0 || length >= path.size())
        throw std::runtime_error("cannot find this program's own file");
    return std::string(path.data(), length);
}

std::string quoted(const std::string &word)
{
    std::string text = "\"";
    for (size_t at = 0; at <= word.size(); ++at)
    {
        size_t backslashes = 0;
        for (; at < word.size() && word[at] == '\\'; ++at)
            ++backslashes;
        // Backslashes count as such, but for those before a quotation mark.
        const bool before_mark = at == word.size() || word[at] == '"';
        text.append(before_mark ? 2 * backslashes : backslashes, '\\');
        if (at < word.size())
            text += word[at] == '"' ? "\\\"" : std::string(1, word[at]);
    }
    return text + "\"";
}

struct Pipe
{
    HANDLE reading = nullptr;
    HANDLE writing = nullptr; // children inherit it

    Pipe()
    {
        SECURITY_ATTRIBUTES inherited{sizeof inherited, nullptr, TRUE};
        if (CreatePipe(&reading, &writing, &inherited, 1 << 16) == 0)
            throw std::runtime_error("cannot make a pipe");
        SetHandleInformation(reading, HANDLE_FLAG_INHERIT, 0);
    }
};

}

unsigned long process_id()
{
    return GetCurrentProcessId();
}

Child::Child(const std::string &role, const std::vector<std::string> &arguments)
{
    const std::string path = own_path();
    std::string command = quoted(path) + " --role " + quoted(role);
    for (const std::string &argument : arguments)
        command += " " + quoted(argument);

    const Pipe pipe;
    STARTUPINFOA start{};
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
    start.hStdOutput = pipe.writing;
    start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
    PROCESS_INFORMATION started{};
    const BOOL done =
        CreateProcessA(path.c_str(), command.data(), nullptr, nullptr, TRUE, 0, nullptr, nullptr, &start, &started);
    CloseHandle(pipe.writing);
    if (done == 0)
    {
        CloseHandle(pipe.reading);
        throw std::runtime_error("cannot start " + path);
    }
    CloseHandle(started.hThread);
    process_ = number(started.hProcess);
    output_ = number(pipe.reading);
}

Child::Child(Child &&other) noexcept
    : process_(std::exchange(other.process_, 0)), output_(std::exchange(other.output_, -1)),
      unread_(std::move(other.unread_))
{
}

Child::~Child()
{
    kill();
    if (output_ >= 0)
        CloseHandle(handle(output_));
}

unsigned long Child::pid() const
{
    return GetProcessId(handle(process_));
}

std::string Child::line(std::chrono::milliseconds limit)
{
    const auto deadline = Clock::now() + limit;
    for (;;)
    {
        if (const size_t end = unread_.find('\n'); end != std::string::npos)
        {
            std::string text = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            if (!text.empty() && text.back() == '\r')
                text.pop_back();
            return text;
        }
        DWORD waiting = 0;
        if (PeekNamedPipe(handle(output_), nullptr, 0, nullptr, &waiting, nullptr) == 0)
            return ""; // the child has ended
        if (waiting == 0)
        {
            if (Clock::now() > deadline)
                return "";
            std::this_thread::sleep_for(look_again);
            continue;
        }
        std::array<char, 4096> bytes{};
        DWORD count = 0;
        if (ReadFile(handle(output_), bytes.data(), static_cast<DWORD>(bytes.size()), &count, nullptr) == 0)
            return "";
        unread_.append(bytes.data(), count);
    }
}

void Child::kill()
{
    if (process_ == 0)
        return;
    TerminateProcess(handle(process_), 1);
    WaitForSingleObject(handle(process_), INFINITE);
    CloseHandle(handle(process_));
    process_ = 0;
}

int Child::wait(std::chrono::milliseconds limit)
{
    if (process_ == 0)
        return -1;
    DWORD code = 0;
    if (WaitForSingleObject(handle(process_), static_cast<DWORD>(limit.count())) != WAIT_OBJECT_0 ||
        GetExitCodeProcess(handle(process_), &code) == 0)
    {
        kill();
        return -1;
    }
    CloseHandle(handle(process_));
    process_ = 0;
    return code > 0xff ? -1 : static_cast<int>(code); // larger: an exception
}

}
