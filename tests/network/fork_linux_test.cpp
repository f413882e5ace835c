// A child that has its parent's process id, as the first process of a namespace of its own: what tells them apart is the fork.
#include "camera.hpp"
#include "namespaces_linux.hpp"

#include "../processes/role.hpp"

#include <sched.h>
#include <unistd.h>

namespace
{

using namespace test;

constexpr int impossible = 77;

bool is_refused(int_fast8_t status)
{
    return status == DAO_ERROR && daoLastErrorCode() == DAO_E_STATE;
}

// 0 when the handles are none here, and closing them does nothing.
int use_what_the_parent_has(DAO_NET *publisher, DAO_NET *subscriber)
{
    ::alarm(30); // who waits for threads that are not here is killed
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    int failed = 0;
    for (DAO_NET *net : {publisher, subscriber})
    {
        failed |= is_refused(daoNetGetInfo(net, &info)) ? 0 : 1;
        failed |= daoNetClose(net) == DAO_SUCCESS ? 0 : 2;
    }
    return failed;
}

// The first process of its namespace, and so is its child.
int fork_to_same_number(const Arguments &)
{
    if (::getpid() != 1)
        return impossible;
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    if (!subscriber.receives(1))
        return 4;
    if (::unshare(CLONE_NEWPID) != 0)
        return impossible;
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(::getpid() == 1 ? use_what_the_parent_has(publisher, subscriber) : impossible);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || !WIFEXITED(status))
        return 8;
    camera.publish();
    return WEXITSTATUS(status) != 0 || subscriber.receives(2) ? WEXITSTATUS(status) : 16;
}

const Role role("fork-to-same-number", fork_to_same_number);

TEST(NetFork, ChildOfTheSameProcessIdIsWithoutNetworkToo)
{
#if defined(__SANITIZE_THREAD__)
    GTEST_SKIP() << "the thread sanitizer allows no threads in a forked child";
#endif
    constexpr const char *kinds = "--pid --fork";
    if (run_in_namespaces(kinds, "true") != 0)
        GTEST_SKIP() << "no namespace of process ids here";
    // The address sanitizer looks for leaks by a process of its own, which would be in the child's namespace.
    const std::string without_leaks = "export ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0; ";
    const int code = run_in_namespaces(kinds, without_leaks + role_line("fork-to-same-number"));
    if (code == impossible)
        GTEST_SKIP() << "no second namespace of process ids here";
    EXPECT_EQ(code, 0);
}

}
