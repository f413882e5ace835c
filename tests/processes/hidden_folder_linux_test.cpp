// A process that shuts itself in, or that another file system hides the folder from, has not lost its segments: the
// name cannot be found from where it is, but the file has it. What is moved or removed is noticed as ever.
#include "frames.hpp"
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <thread>
#include <unistd.h>

namespace
{

using namespace test;

constexpr uint32_t size = 16;

bool make_private_namespace()
{
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

bool mount_over(const std::filesystem::path &folder)
{
    return mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=8m") == 0;
}

void succeeded(bool has, const char *call)
{
    require(static_cast<int_fast8_t>(has ? DAO_SUCCESS : DAO_ERROR), call);
}

int say_not_permitted()
{
    say("not permitted");
    return 0;
}

// Longer than the library goes without asking for the name.
void let_the_library_look()
{
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
}

void expect_alive(Image &image, const std::string &after)
{
    let_the_library_look();
    Frame frame(size), read(size);
    static uint32_t number = 1;
    fill(frame, ++number);
    EXPECT_EQ(daoShmImage2Shm(frame.data(), size, image), DAO_SUCCESS) << after << ": " << daoLastErrorMessage();
    EXPECT_EQ(daoShmReadNewest(image, read.data(), size, nullptr, nullptr), DAO_SUCCESS)
        << after << ": " << daoLastErrorMessage();
    EXPECT_EQ(read, frame) << after;
    EXPECT_EQ(daoShmWaitForFrame(image, image->md->cnt0, 300'000'000), DAO_TIMEOUT) << after;
    EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS) << after;
    EXPECT_EQ(image.info().state, 0u) << after;
}

int play_process_that_hides_its_folder(const Arguments &arguments)
{
    const std::filesystem::path folder = arguments.at(0), below = folder / "below", ram = folder / "ram";
    if (!make_private_namespace())
        return say_not_permitted();
    std::filesystem::create_directories(below);
    std::filesystem::create_directories(ram);
    if (!mount_over(ram))
        return say_not_permitted();
    Image top, nested, in_ram;
    top.create((folder / "top.im.shm").string(), {size}, _DATATYPE_UINT32);
    nested.create((below / "nested.im.shm").string(), {size}, _DATATYPE_UINT32);
    in_ram.create((ram / "ram.im.shm").string(), {size}, _DATATYPE_UINT32);
    succeeded(umount2(ram.c_str(), MNT_DETACH) == 0, "umount");
    expect_alive(in_ram, "its file system unmounted");
    succeeded(mount_over(below), "mount");
    expect_alive(nested, "a file system mounted over its folder");
    succeeded(mount_over(folder), "mount");
    expect_alive(top, "a file system mounted over its folder");
    expect_alive(nested, "a file system mounted over the folder of its folder");
    say(testing::Test::HasFailure() ? "failed" : "passed");
    return 0;
}
const Role hides("process-that-hides-its-folder", play_process_that_hides_its_folder);

int play_process_in_a_chroot(const Arguments &arguments)
{
    const std::filesystem::path folder = arguments.at(0), root = folder / "root";
    std::filesystem::create_directories(root);
    Image image;
    image.create((folder / "outside.im.shm").string(), {size}, _DATATYPE_UINT32);
    if (chroot(root.c_str()) != 0)
        return say_not_permitted();
    succeeded(chdir("/") == 0, "chdir");
    expect_alive(image, "chroot");
    say("shut in");
    // The test removes the file now.
    int_fast8_t status = daoShmWaitForFrame(image, image->md->cnt0, 1'000'000'000);
    for (int rounds = 0; status == DAO_TIMEOUT && rounds < 60; ++rounds)
        status = daoShmWaitForFrame(image, image->md->cnt0, 1'000'000'000);
    EXPECT_EQ(status, DAO_REMOVED);
    say(testing::Test::HasFailure() ? "failed" : "passed");
    std::_Exit(0); // a sanitizer looks for leaks in /proc, which is not here
}
const Role shut_in("process-in-a-chroot", play_process_in_a_chroot);

TEST(HiddenFolder, IsNotARemoval)
{
    SegmentName name;
    Child child("process-that-hides-its-folder", {name.folder().string()});
    const std::string end = child.line();
    if (end == "not permitted")
        GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(end, "passed");
    EXPECT_EQ(child.wait(), 0);
}

TEST(HiddenFolder, AProcessThatShutItselfInIsToldOfARemovalAllTheSame)
{
    SegmentName name;
    Child child("process-in-a-chroot", {name.folder().string()});
    const std::string begun = child.line();
    if (begun == "not permitted")
        GTEST_SKIP() << "needs the right to change its root";
    EXPECT_EQ(begun, "shut in");
    std::filesystem::remove(name.folder() / "outside.im.shm");
    EXPECT_EQ(child.line(), "passed");
    EXPECT_EQ(child.wait(), 0);
}

TEST(HiddenFolder, AMovedFolderIsARemoval)
{
    SegmentName name;
    const auto before = name.folder() / "before", after = name.folder() / "after";
    for (const bool is_deep : {false, true})
    {
        const auto folder = is_deep ? before / "deep" : before;
        std::filesystem::create_directories(folder);
        Image image;
        image.create((folder / "moved.im.shm").string(), {size}, _DATATYPE_UINT32);
        std::filesystem::rename(before, after);
        let_the_library_look();
        EXPECT_EQ(daoShmWaitForFrame(image, image->md->cnt0, 60'000'000'000), DAO_REMOVED) << is_deep;
        std::filesystem::remove_all(after);
    }
}

}
