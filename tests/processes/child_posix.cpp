#include "child.hpp"

#include "system_posix.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>

extern char **environ;

namespace test
{

namespace
{

using Clock = std::chrono::steady_clock;

// The words of DAO_TEST_EMULATOR: what runs programs of this processor where the kernel cannot.
std::vector<std::string> emulator()
{
    const char *command = std::getenv("DAO_TEST_EMULATOR");
    std::istringstream words(command != nullptr ? command : "");
    return {std::istream_iterator<std::string>(words), {}};
}

pid_t id(long long process)
{
    return static_cast<pid_t>(process);
}

}

unsigned long process_id()
{
    return static_cast<unsigned long>(getpid());
}

Child::Child(const std::string &role, const std::vector<std::string> &arguments)
{
    const std::string path = own_path();
    if (path.empty())
        throw std::runtime_error("cannot find this program's own file");
    std::vector<std::string> words = emulator();
    words.insert(words.end(), {path, "--role", role});
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char *> pointers;
    for (std::string &word : words)
        pointers.push_back(word.data());
    pointers.push_back(nullptr);

    int ends[2];
    if (pipe(ends) != 0)
        throw std::runtime_error("cannot make a pipe");
    for (const int end : ends)
        fcntl(end, F_SETFD, FD_CLOEXEC);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    pid_t started = 0;
    const int cause = posix_spawnp(&started, pointers[0], &actions, nullptr, pointers.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (cause != 0)
    {
        close(ends[0]);
        throw std::runtime_error("cannot start " + path);
    }
    process_ = started;
    output_ = ends[0];
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
        close(static_cast<int>(output_));
}

unsigned long Child::pid() const
{
    return static_cast<unsigned long>(process_);
}

std::string Child::line(std::chrono::milliseconds limit)
{
    const auto deadline = Clock::now() + limit;
    for (;;)
    {
        if (const size_t end = unread_.find('\n'); end != std::string::npos)
        {
            const std::string text = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return text;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
        pollfd waiting{static_cast<int>(output_), POLLIN, 0};
        const int ready = left.count() < 0 ? 0 : poll(&waiting, 1, static_cast<int>(left.count()));
        if (ready == 0 || (ready < 0 && errno != EINTR))
            return "";
        if (ready < 0)
            continue;
        std::array<char, 4096> bytes{};
        const ssize_t count = read(static_cast<int>(output_), bytes.data(), bytes.size());
        if (count == 0)
            return "";
        if (count > 0)
            unread_.append(bytes.data(), static_cast<size_t>(count));
    }
}

void Child::kill()
{
    if (process_ == 0)
        return;
    ::kill(id(process_), SIGKILL);
    while (waitpid(id(process_), nullptr, 0) < 0 && errno == EINTR)
    {
    }
    process_ = 0;
}

int Child::wait(std::chrono::milliseconds limit)
{
    const auto deadline = Clock::now() + limit;
    int status = 0;
    while (process_ != 0)
    {
        const pid_t ended = waitpid(id(process_), &status, WNOHANG);
        if (ended == id(process_))
        {
            process_ = 0;
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        if (Clock::now() > deadline)
        {
            kill();
            return -1;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return -1;
}

}
