// What lies under the name, who owns it and who may do what: POSIX's side of create, open and remove.
#include "child.hpp"
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uid_t nobody = 65534;

bool is_root()
{
    return geteuid() == 0;
}

mode_t mode_of(const std::string &path)
{
    struct stat found = {};
    lstat(path.c_str(), &found);
    return found.st_mode;
}

void expect_failure(DAO_ERROR_CODE code, const std::string &name)
{
    EXPECT_EQ(daoLastErrorCode(), code) << daoLastErrorMessage();
    EXPECT_NE(std::string(daoLastErrorMessage()).find(name), std::string::npos) << daoLastErrorMessage();
}

TEST(Mode, HasNoOtherBitsThanThoseOfPermissions)
{
    const uint32_t size[1] = {4};
    SegmentName name;
    Image image, other;
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    for (const uint32_t mode : {01000u, 02644u, 04755u, 07777u, 0100600u, UINT32_MAX})
    {
        options.file_mode = mode;
        EXPECT_EQ(daoShmImageCreateWith(image.taken(), name.c_str(), 1, size, _DATATYPE_FLOAT, &options), DAO_ERROR);
        expect_failure(DAO_E_ARGUMENT, name.text());
        EXPECT_EQ(name.file_count(), 0u);
    }
    other.create(name.text(), {4}, _DATATYPE_FLOAT); // nor does a reuse give it others
    EXPECT_EQ(daoShmImageCreateWith(image.taken(), name.c_str(), 1, size, _DATATYPE_FLOAT, &options), DAO_ERROR);
    EXPECT_EQ(mode_of(name.text()) & 07777, 0600u);
    daoShmSetFileMode(07777);
    EXPECT_EQ(daoShmGetFileMode(), 0777u);
    daoShmSetFileMode(0600);
}

// The limit, which holds for what is left of the process, and a signal that ends it, are a child's.
int play_limited_creator(const Arguments &arguments)
{
    const std::string &name = arguments.at(0);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    for (const rlim_t bytes : {rlim_t{0}, rlim_t{1}, rlim_t{8192}})
    {
        limit.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &limit);
        Image image;
        EXPECT_EQ(image.try_create(name, {10'000}, _DATATYPE_FLOAT, 50), DAO_ERROR);
        expect_failure(DAO_E_NO_SPACE, name);
        EXPECT_NE(std::string(daoLastErrorMessage()).find("ulimit"), std::string::npos) << daoLastErrorMessage();
    }
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    Image small, large;
    small.create(name, {1000}, _DATATYPE_FLOAT);
    EXPECT_EQ(large.try_create(name, {1 << 20}, _DATATYPE_FLOAT), DAO_ERROR); // nor does it take its place
    expect_failure(DAO_E_NO_SPACE, name);
    EXPECT_EQ(daoShmCheckReplaced(small), DAO_SUCCESS);
    say(testing::Test::HasFailure() ? "failed" : "passed");
    return 0;
}

const Role limited_creator("limited-creator", play_limited_creator);

TEST(Create, BeyondTheLimitOfFilesIsAnErrorAndNoSignal)
{
    SegmentName name;
    Child child("limited-creator", {name.text()});
    EXPECT_EQ(child.line(), "passed");
    EXPECT_EQ(child.wait(), 0);
    EXPECT_EQ(name.file_count(), 1u) << "the small one";
}

TEST(Mode, IsPrivateUnlessAskedOtherwise)
{
    SegmentName name, wide_name, option_name;
    Image image, wide, option;
    image.create(name.text(), {4}, _DATATYPE_FLOAT);
    EXPECT_EQ(mode_of(name.text()) & 0777, 0600u);
    const mode_t mask = umask(077);
    daoShmSetFileMode(0664);
    wide.create(wide_name.text(), {4}, _DATATYPE_FLOAT);
    EXPECT_EQ(daoShmGetFileMode(), 0664u);
    daoShmSetFileMode(0600);
    const uint32_t size[1] = {4};
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.file_mode = 0640;
    EXPECT_EQ(daoShmImageCreateWith(option.taken(), option_name.c_str(), 1, size, _DATATYPE_FLOAT, &options),
              DAO_SUCCESS);
    EXPECT_EQ(umask(mask), 077u) << "the umask is the caller's";
    EXPECT_EQ(mode_of(wide_name.text()) & 0777, 0664u);
    EXPECT_EQ(mode_of(option_name.text()) & 0777, 0640u);
}

TEST(SpecialFiles, AreRefusedAndLeft)
{
    SegmentName name;
    ASSERT_EQ(mkfifo(name.c_str(), 0600), 0);
    Image image;
    EXPECT_EQ(image.try_create(name.text(), {4}, _DATATYPE_FLOAT), DAO_ERROR);
    expect_failure(DAO_E_EXISTS, name.text());
    EXPECT_EQ(image.try_open(name.text()), DAO_ERROR); // at once: nobody has the other end
    expect_failure(DAO_E_FORMAT, name.text());
    EXPECT_EQ(daoShmOpenReadOnly(name.c_str(), image), DAO_ERROR);
    expect_failure(DAO_E_FORMAT, name.text());
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_ERROR);
    EXPECT_TRUE(S_ISFIFO(mode_of(name.text())));
    EXPECT_EQ(image.try_open("/dev/zero"), DAO_ERROR);
    expect_failure(DAO_E_FORMAT, "/dev/zero");
}

// Runs `action` as another user and ends the process: leak checkers may not inspect one that changed its user.
template <class Action>
[[noreturn]] void end_as_nobody(Action &&action)
{
    if (setegid(nobody) != 0 || seteuid(nobody) != 0)
        std::_Exit(90);
    action();
    std::_Exit(0);
}

// A call's result and the cause of the last failure, which a call that succeeds leaves as it was.
std::string outcome(int_fast8_t status)
{
    const DAO_ERROR_CODE code = daoLastErrorCode();
    return std::to_string(status) + (code == DAO_E_NONE ? "" : " " + std::to_string(code));
}

// As another user: opens, reads, waits, and tries what it must not. Prints each result.
void use_as_other_user(const std::string &name)
{
    Image image;
    say(image.try_open(name) == DAO_SUCCESS ? "opened" : "refused " + std::to_string(daoLastErrorCode()));
    if (image->used == 1)
    {
        say(outcome(DAO_SUCCESS) + (image.info().read_only ? " read-only" : " writable"));
        Frame frame(4);
        say(outcome(daoShmReadNewest(image, frame.data(), 4, nullptr, nullptr)));
        say("waiting");
        say(outcome(daoShmWaitForFrame(image, 1, 60 * second_ns)));
        say(outcome(daoShmImage2Shm(frame.data(), 4, image)));
    }
    Image made;
    say(outcome(made.try_create(name, {4}, _DATATYPE_UINT32)));
    say(outcome(made.try_create(name, {9}, _DATATYPE_UINT32)));
    say(outcome(daoShmRemove(name.c_str())));
}

int play_other_user(const Arguments &arguments)
{
    end_as_nobody([&] { use_as_other_user(arguments.at(0)); });
}

const Role other_user("other-user", play_other_user);

const std::string refused = "1 " + std::to_string(DAO_E_PERMISSION);

TEST(OtherUsers, MayReadAndWaitWhereTheModeLetsThem)
{
    if (!is_root())
        GTEST_SKIP() << "needs root to become another user";
    SegmentName name;
    std::filesystem::permissions(name.folder(), std::filesystem::perms(01777));
    Image image;
    daoShmSetFileMode(0644);
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    daoShmSetFileMode(0600);
    Frame frame(4);
    require(daoShmImage2Shm(frame.data(), 4, image), "publish");
    Child other("other-user", {name.text()});
    EXPECT_EQ(other.line(), "opened");
    EXPECT_EQ(other.line(), "0 read-only");
    EXPECT_EQ(other.line(), "0");
    EXPECT_EQ(other.line(), "waiting");
    std::filesystem::permissions(name.folder(), std::filesystem::perms(01700)); // now it cannot look who has the name
    std::this_thread::sleep_for(milliseconds(300));
    require(daoShmImage2Shm(frame.data(), 4, image), "publish");
    EXPECT_EQ(other.line(), "0");
    EXPECT_EQ(other.line(), "1 " + std::to_string(DAO_E_READ_ONLY));
    for (int call = 0; call < 3; ++call)
        EXPECT_EQ(other.line(), refused);
    EXPECT_EQ(other.wait(), 0);
    EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS);
    EXPECT_EQ(daoShmGetCounter(image), 2u);
}

TEST(OtherUsers, AreRefusedByThePrivateMode)
{
    if (!is_root())
        GTEST_SKIP() << "needs root to become another user";
    SegmentName name;
    std::filesystem::permissions(name.folder(), std::filesystem::perms(01777));
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    Child other("other-user", {name.text()});
    EXPECT_EQ(other.line(), "refused " + std::to_string(DAO_E_PERMISSION));
    for (int call = 0; call < 3; ++call)
        EXPECT_EQ(other.line(), refused);
    EXPECT_EQ(other.wait(), 0);
    EXPECT_EQ(name.file_count(), 1u);
    EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS);
}

// Even where the folder lets anybody delete, another user's file is not replaced.
TEST(OtherUsers, DoNotDisplaceAFileInAFolderThatAnybodyMayChange)
{
    if (!is_root())
        GTEST_SKIP() << "needs root to become another user";
    SegmentName name;
    std::filesystem::permissions(name.folder(), std::filesystem::perms(0777));
    Image image;
    daoShmSetFileMode(0644);
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    daoShmSetFileMode(0600);
    const std::string create_only = name.text();
    Child other("other-creator", {create_only});
    EXPECT_EQ(other.line(), refused);
    EXPECT_EQ(other.line(), refused);
    EXPECT_EQ(other.wait(), 0);
    EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS);
}

void create_as_other_user(const std::string &name)
{
    for (const uint32_t elements : {4u, 9u})
    {
        Image made;
        say(outcome(made.try_create(name, {elements}, _DATATYPE_UINT32)));
    }
}

int play_other_creator(const Arguments &arguments)
{
    end_as_nobody([&] { create_as_other_user(arguments.at(0)); });
}

const Role other_creator("other-creator", play_other_creator);

struct stat status_of(const std::string &path)
{
    struct stat found = {};
    EXPECT_EQ(stat(path.c_str(), &found), 0) << path;
    return found;
}

TEST(Owner, GroupAndModeStayWhenTheAdministratorMakesASegmentAgain)
{
    if (!is_root())
        GTEST_SKIP() << "needs root to make another user's segment again";
    SegmentName name;
    Image users;
    for (const uint32_t elements : {4u, 4u, 9u, 2u}) // made, in place, larger, smaller
    {
        Image image;
        image.create(name.text(), {elements}, _DATATYPE_UINT32);
        if (users->used != 1)
        {
            ASSERT_EQ(chown(name.c_str(), nobody, 12345), 0);
            ASSERT_EQ(chmod(name.c_str(), 0640), 0);
            users.open(name.text());
        }
        const struct stat found = status_of(name.text());
        EXPECT_EQ(found.st_uid, nobody) << elements;
        EXPECT_EQ(found.st_gid, 12345u) << elements;
        EXPECT_EQ(found.st_mode & 07777, 0640u) << elements;
    }
    EXPECT_EQ(daoShmCheckReplaced(users), DAO_REPLACED);
}

TEST(Owner, OfAFileOfOlderBytesStaysToo)
{
    if (!is_root())
        GTEST_SKIP() << "needs root to give a file away";
    SegmentName name;
    std::ofstream(name.text()).close(); // empty, as mkstemp and touch leave it
    ASSERT_EQ(chown(name.c_str(), nobody, nobody), 0);
    ASSERT_EQ(chmod(name.c_str(), 0604), 0);
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    EXPECT_EQ(status_of(name.text()).st_uid, nobody);
    EXPECT_EQ(status_of(name.text()).st_mode & 07777, 0604u);
}

TEST(Mode, OfAReplacedSegmentStaysUnlessAnotherIsAskedFor)
{
    SegmentName name;
    Image first, second, third;
    first.create(name.text(), {4}, _DATATYPE_FLOAT);
    ASSERT_EQ(chmod(name.c_str(), 0644), 0);
    second.create(name.text(), {5}, _DATATYPE_FLOAT);
    EXPECT_EQ(mode_of(name.text()) & 0777, 0644u) << "its readers of other users can follow";
    const uint32_t size[1] = {6};
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.file_mode = 0660;
    require(daoShmImageCreateWith(third.taken(), name.c_str(), 1, size, _DATATYPE_FLOAT, &options), "create");
    EXPECT_EQ(mode_of(name.text()) & 0777, 0660u);
}

// With its standard streams closed: makes, opens and writes segments, and prints.
int play_closed_streams(const Arguments &arguments)
{
    for (int stream = 0; stream < 3; ++stream)
        close(stream);
    Image made, opened, read_only, larger;
    bool passed = made.try_create(arguments.at(0), {4}, _DATATYPE_UINT32) == DAO_SUCCESS &&
                  opened.try_open(arguments.at(0)) == DAO_SUCCESS &&
                  daoShmOpenReadOnly(arguments.at(0).c_str(), read_only.taken()) == DAO_SUCCESS;
    Frame frame(4);
    passed = passed && daoShmImage2Shm(frame.data(), 4, made) == DAO_SUCCESS;
    passed = passed && daoShmReadNewest(opened, frame.data(), 4, nullptr, nullptr) == DAO_SUCCESS;
    passed = passed && larger.try_create(arguments.at(0), {7}, _DATATYPE_UINT32) == DAO_SUCCESS;
    for (int stream = 0; stream < 3; ++stream)
        passed = passed && fcntl(stream, F_GETFD) == -1;
    return passed ? 0 : 1;
}

const Role closed_streams("closed-streams", play_closed_streams);

TEST(StandardStreams, ThatAreClosedAreNeverASegments)
{
    SegmentName name;
    Child child("closed-streams", {name.text()});
    EXPECT_EQ(child.wait(), 0);
}

TEST(Folders, WithoutPermissionAreNamed)
{
    if (!is_root())
        GTEST_SKIP() << "needs root to become another user";
    SegmentName name;
    std::filesystem::permissions(name.folder(), std::filesystem::perms(0755));
    Child other("other-creator", {name.text()});
    EXPECT_EQ(other.line(), refused);
    EXPECT_EQ(other.line(), refused);
    EXPECT_EQ(other.wait(), 0);
    EXPECT_EQ(name.file_count(), 0u);
}

}
