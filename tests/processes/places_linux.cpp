#include "places_linux.hpp"

#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <iterator>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

namespace test
{

namespace
{

constexpr uid_t nobody = 65534;

bool make_mounts_private()
{
    return mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool mount_proc(const char *options)
{
    return make_mounts_private() && mount("proc", "/proc", "proc", 0, options) == 0;
}

bool become_nobody()
{
    return setgroups(0, nullptr) == 0 && setgid(nobody) == 0 && setuid(nobody) == 0;
}

bool hide_proc()
{
    return make_mounts_private() && mount("tmpfs", "/proc", "tmpfs", 0, nullptr) == 0;
}

// A root with nothing in it but the temporary folder.
bool enter_chroot()
{
    const std::filesystem::path root = "/mnt", inside = root / temporary_folder().relative_path();
    if (!make_mounts_private() || mount("tmpfs", root.c_str(), "tmpfs", 0, nullptr) != 0)
        return false;
    std::filesystem::create_directories(inside);
    return mount(temporary_folder().c_str(), inside.c_str(), nullptr, MS_BIND, nullptr) == 0 &&
           chroot(root.c_str()) == 0 && chdir("/") == 0;
}

}

const Place here{"here"};
const Place container{"container", CLONE_NEWPID | CLONE_NEWNS, [] { return mount_proc(nullptr); }};
const Place container_with_outer_proc{"container with the outer /proc", CLONE_NEWPID | CLONE_NEWNS,
                                      [] { return make_mounts_private(); }};
const Place without_proc{"without /proc", CLONE_NEWNS, hide_proc};
const Place hidden_proc{"hidepid, as nobody", CLONE_NEWNS, [] { return mount_proc("hidepid=2") && become_nobody(); }};
const Place as_nobody{"as nobody", 0, become_nobody};
const Place in_chroot{"in a chroot", CLONE_NEWNS, enter_chroot};
const Place other_time{"another time namespace", CLONE_NEWTIME, [] { return true; }};
// The descriptors that are open stay; open() fails. Entered by the action, once it has the segment open.
const Place without_descriptors{"without descriptors"};

Placed::Placed(const Place &place, const Action &action)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw std::runtime_error("cannot make a pipe");
    middle_ = fork();
    if (middle_ == 0)
    {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const auto say = [&](const std::string &line) {
            const std::string text = line + "\n";
            (void)!write(ends[1], text.data(), text.size());
        };
        if (place.namespaces != 0 && unshare(place.namespaces) != 0)
        {
            say("impossible");
            _exit(1);
        }
        if ((place.namespaces & CLONE_NEWTIME) != 0)
        {
            const int offsets = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
            (void)!write(offsets, "boottime 100000 0\n", 18);
            close(offsets);
        }
        const pid_t process = fork();
        if (process == 0)
        {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (place.enter && !place.enter())
                say("impossible");
            else
            {
                say("entered");
                try
                {
                    action(say);
                }
                catch (const std::exception &error)
                {
                    say(std::string("failed: ") + error.what());
                }
            }
            _exit(0);
        }
        say("process " + std::to_string(process));
        while (waitpid(process, nullptr, 0) < 0 && errno == EINTR)
        {
        }
        _exit(0);
    }
    close(ends[1]);
    output_ = ends[0];
    // Two processes speak, in any order.
    std::string of_the_action;
    for (bool entered = false; !entered || process_ < 0;)
    {
        const std::string text = line();
        if (text == "impossible" || text.empty())
        {
            process_ = -1;
            return;
        }
        if (text == "entered")
            entered = true;
        else if (text.starts_with("process "))
            process_ = static_cast<pid_t>(std::stol(text.substr(8)));
        else
            of_the_action += text + "\n";
    }
    unread_.insert(0, of_the_action);
}

Placed::~Placed()
{
    kill();
    close(output_);
}

std::string Placed::line(int limit_ms)
{
    using Clock = std::chrono::steady_clock;
    const auto deadline = Clock::now() + std::chrono::milliseconds(limit_ms);
    for (;;)
    {
        if (const size_t end = unread_.find('\n'); end != std::string::npos)
        {
            const std::string text = unread_.substr(0, end);
            unread_.erase(0, end + 1);
            return text;
        }
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        pollfd waiting{output_, POLLIN, 0};
        char bytes[1024];
        if (left <= 0 || poll(&waiting, 1, static_cast<int>(left)) <= 0)
            return "";
        const ssize_t count = read(output_, bytes, sizeof bytes);
        if (count <= 0)
            return "";
        unread_.append(bytes, static_cast<size_t>(count));
    }
}

void Placed::signal(int number)
{
    ::kill(process_, number);
}

void Placed::kill()
{
    if (middle_ < 0)
        return;
    if (process_ > 0)
        ::kill(process_, SIGKILL);
    else
        ::kill(middle_, SIGKILL);
    while (waitpid(middle_, nullptr, 0) < 0 && errno == EINTR)
    {
    }
    middle_ = -1;
}

bool is_open(int descriptor)
{
    return fcntl(descriptor, F_GETFD) >= 0;
}

size_t open_descriptors()
{
    const std::filesystem::directory_iterator open("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(open), end(open)));
}

}
