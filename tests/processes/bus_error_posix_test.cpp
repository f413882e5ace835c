// The guard against truncated files is a handler of SIGBUS: it deals with this library's own mappings, and whatever else
// handles SIGBUS gets the rest, as if the library were not there.
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"

#include <cerrno>
#include <csetjmp>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uint32_t size = 20'000; // several pages of data

// What a child reports to its parent, also when it dies.
struct Report
{
    volatile int calls = 0;
};
Report *report = nullptr;
volatile char *expected_address = nullptr;
struct sigaction found_before = {};
jmp_buf way_out;

bool blocks(int number)
{
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, nullptr, &mask);
    return sigismember(&mask, number) == 1;
}

void leave(int)
{
    report->calls = report->calls + 1;
    _exit(blocks(SIGBUS) && blocks(SIGUSR1) ? 10 : 1);
}

void leave_with_information(int number, siginfo_t *info, void *context)
{
    report->calls = report->calls + 1;
    const bool is_right = number == SIGBUS && context != nullptr &&
                          (expected_address == nullptr || info->si_addr == const_cast<char *>(expected_address));
    _exit(is_right && blocks(SIGBUS) && blocks(SIGUSR1) ? 11 : 1);
}

void count(int)
{
    report->calls = report->calls + 1;
}

void jump_out(int)
{
    report->calls = report->calls + 1;
    longjmp(way_out, 1); // leaves the mask as it is in the handler
}

// Installed after the library's: asks the one that was there before.
void ask_before(int number, siginfo_t *info, void *context)
{
    report->calls = report->calls + 1;
    if ((found_before.sa_flags & SA_SIGINFO) == 0 || report->calls > 3)
        _exit(1);
    found_before.sa_sigaction(number, info, context);
}

void install(void (*handler)(int), int flags)
{
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGBUS, &action, nullptr);
}

void install(void (*handler)(int, siginfo_t *, void *))
{
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    sigaddset(&action.sa_mask, SIGUSR1);
    sigaction(SIGBUS, &action, &found_before);
}

void install_before(const std::string &which)
{
    if (which == "default" || which == "later")
        signal(SIGBUS, SIG_DFL); // a sanitizer may have its own
    else if (which == "ignored")
        signal(SIGBUS, SIG_IGN);
    else if (which == "plain")
        install(leave, 0);
    else if (which == "information")
        install(leave_with_information);
    else if (which == "once")
        install(count, static_cast<int>(SA_RESETHAND));
    else if (which == "jumping")
        install(jump_out, SA_NODEFER);
}

// Touches memory that is no segment's, of a file that is truncated.
void fault_elsewhere(const std::string &segment)
{
    const std::string name = segment + ".other";
    const int file = open(name.c_str(), O_RDWR | O_CREAT, 0600);
    if (file < 0 || ftruncate(file, 65536) != 0)
        _exit(2);
    auto *memory = static_cast<volatile char *>(mmap(nullptr, 65536, PROT_READ, MAP_SHARED, file, 0));
    if (ftruncate(file, 0) != 0)
        _exit(2);
    unlink(name.c_str());
    expected_address = memory + 5000;
    (void)memory[5000];
}

void fault_in_segment(IMAGE *image, const std::string &segment)
{
    if (truncate(segment.c_str(), 0) != 0)
        _exit(2);
    const auto *data = static_cast<const volatile uint32_t *>(image->array.V);
    errno = 77;
    if (data[size - 1] != 0 || data[0] != 0 || errno != 77)
        _exit(3);
}

void act(const std::string &what, const std::string &before, IMAGE *image, const std::string &segment)
{
    if (what == "elsewhere" && before == "jumping")
    {
        for (int times = 0; times < 3; ++times)
            if (setjmp(way_out) == 0)
                fault_elsewhere(segment);
    }
    else if (what == "elsewhere")
        fault_elsewhere(segment);
    else if (what == "sent")
        raise(SIGBUS);
    else
        fault_in_segment(image, segment);
}

// Arguments: segment, what handles SIGBUS, what happens, the guard. Prints how a child ended, and how often the program's
// own handler was called.
int play_bus_error(const Arguments &arguments)
{
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    report = new (mmap(nullptr, sizeof(Report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)) Report;
    const std::string &segment = arguments.at(0), &before = arguments.at(1), &what = arguments.at(2);
    const std::string guard = arguments.size() > 3 ? arguments[3] : "";
    install_before(before);
    if (guard == "environment")
        setenv("DAO_GUARD_TRUNCATION", "0", 1);
    if (guard == "off before" || guard == "off, then on")
        daoShmSetTruncationGuard(0);
    Image image;
    image.create(segment, {size}, _DATATYPE_UINT32);
    if (guard == "off after")
        daoShmSetTruncationGuard(0);
    if (guard == "off, then on")
        daoShmSetTruncationGuard(1);
    if (before == "later")
        install(ask_before);
    const pid_t child = fork();
    if (child == 0)
    {
        alarm(20);
        act(what, before, image, segment);
        _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    say((WIFSIGNALED(status)
             ? WTERMSIG(status) == SIGBUS ? std::string("killed") : "signal " + std::to_string(WTERMSIG(status))
             : "exit " + std::to_string(WEXITSTATUS(status))) +
        ", " + std::to_string(report->calls) + " calls");
    return 0;
}

const Role bus_error("bus-error", play_bus_error);

std::string outcome(const std::string &before, const std::string &what, const std::string &guard = "")
{
    SegmentName name;
    Child child("bus-error", {name.text(), before, what, guard});
    const std::string line = child.line();
    EXPECT_EQ(child.wait(), 0);
    return line;
}

TEST(BusError, InASegmentIsDealtWithWhateverHandlerWasThereBefore)
{
    for (const char *before : {"default", "ignored", "plain", "information", "once", "jumping"})
        EXPECT_EQ(outcome(before, "segment"), "exit 0, 0 calls") << before;
}

TEST(BusError, ElsewhereGoesToTheHandlerThatWasThereBefore)
{
    EXPECT_EQ(outcome("plain", "elsewhere"), "exit 10, 1 calls");
    EXPECT_EQ(outcome("information", "elsewhere"), "exit 11, 1 calls");
    EXPECT_EQ(outcome("plain", "sent"), "exit 10, 1 calls");
    EXPECT_EQ(outcome("information", "sent"), "exit 11, 1 calls");
}

TEST(BusError, ElsewhereWithoutAHandlerKills)
{
    EXPECT_EQ(outcome("default", "elsewhere"), "killed, 0 calls");
    EXPECT_EQ(outcome("default", "sent"), "killed, 0 calls");
}

TEST(BusError, IgnoredIsIgnoredWhenSentAndKillsAsAFault)
{
    EXPECT_EQ(outcome("ignored", "sent"), "exit 0, 0 calls");
    EXPECT_EQ(outcome("ignored", "elsewhere"), "killed, 0 calls");
}

TEST(BusError, HandlerForOneSignalIsCalledOnce)
{
    EXPECT_EQ(outcome("once", "elsewhere"), "killed, 1 calls");
}

TEST(BusError, HandlerThatJumpsOutOfAnUnblockedSignalCanDoSoAgain)
{
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the thread sanitizer lets a handler do so once, without this library too";
#endif
    EXPECT_EQ(outcome("jumping", "elsewhere"), "exit 0, 3 calls");
}

TEST(BusError, HandlerInstalledLaterAsksOurs)
{
    EXPECT_EQ(outcome("later", "segment"),
              "exit 0, 1 calls"); // one fault: from the first page that is touched to the end
    EXPECT_EQ(outcome("later", "elsewhere"), "killed, 1 calls");
}

TEST(BusError, GuardCanBeSwitchedOff)
{
    EXPECT_EQ(outcome("default", "segment", "environment"), "killed, 0 calls");
    EXPECT_EQ(outcome("default", "segment", "off before"), "killed, 0 calls");
    EXPECT_EQ(outcome("default", "segment", "off after"), "killed, 0 calls");
    EXPECT_EQ(outcome("plain", "segment", "off after"), "exit 10, 1 calls");
    EXPECT_EQ(outcome("default", "segment", "off, then on"), "exit 0, 0 calls");
}

}
