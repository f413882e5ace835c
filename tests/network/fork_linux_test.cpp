// A child that has its parent's process id, as the first process of a namespace of its own: what tells them apart is the fork.
#include "camera.hpp"
#include "namespaces_linux.hpp"

#include "../processes/role.hpp"
#include "../processes/timing.hpp"

#include <csignal>
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
    ::signal(SIGALRM, [](int) { ::_exit(9); }); // unhandled, the first process of a namespace is not sent it
    ::alarm(30);                                // who waits for threads that are not here ends
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    int failed = 0;
    for (DAO_NET *net : {publisher, subscriber})
    {
        failed |= is_refused(daoNetGetInfo(net, &info)) ? 0 : 1;
        failed |= daoNetClose(net) == DAO_SUCCESS ? 0 : 2;
    }
    return failed;
}

// The first process of its namespace, and so is its child. The segment's name is given: one made here would be that of any such
// process.
int fork_to_same_number(const Arguments &arguments)
{
    if (::getpid() != 1)
        return impossible;
    Image image;
    image.create(arguments[0], {4, 6}, _DATATYPE_FLOAT, 4, 8);
    const auto write_frame = [&](float value) { write(image, frame_of(24, value)); };
    Publisher publisher;
    publisher.publish(arguments[0]);
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    write_frame(1);
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
    write_frame(2);
    return WEXITSTATUS(status) != 0 || subscriber.receives(2) ? WEXITSTATUS(status) : 16;
}

const Role role("fork-to-same-number", fork_to_same_number);

TEST(NetFork, ChildOfTheSameProcessIdIsWithoutNetworkToo)
{
    if (is_sanitized)
        GTEST_SKIP() << "a sanitizer's allocator may wait in the child for a thread that is not there";
    constexpr const char *kinds = "--pid --fork";
    if (run_in_namespaces(kinds, "true") != 0)
        GTEST_SKIP() << "no namespace of process ids here";
    const SegmentName name;
    const int code = run_in_namespaces(kinds, role_line("fork-to-same-number " + name.text()));
    if (code == impossible)
        GTEST_SKIP() << "no second namespace of process ids here";
    EXPECT_EQ(code, 0);
}

}
