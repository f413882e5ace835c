// A file system of 1 MB over a folder, in a mount namespace of a process of the test's own.
#pragma once

#include "child.hpp"
#include "role.hpp"
#include "segment_name.hpp"

#include <gtest/gtest.h>
#include <sched.h>
#include <string>
#include <sys/mount.h>

namespace test
{

/** In the role: goes there. False, which the test is told, where this machine does not permit it. */
inline bool has_small_filesystem(const std::string &folder)
{
    const bool is_there = unshare(CLONE_NEWNS) == 0 && mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                          mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0;
    say(is_there ? "mounted" : "not permitted");
    return is_there;
}

/** In the test: plays the role over that folder, which says "passed" at its end. */
inline void expect_passes_on_small_filesystem(const char *role, const SegmentName &name)
{
    Child child(role, {name.folder().string()});
    const std::string begun = child.line();
    if (begun == "not permitted")
        GTEST_SKIP() << "needs the right to mount";
    EXPECT_EQ(begun, "mounted");
    EXPECT_EQ(child.line(), "passed");
    EXPECT_EQ(child.wait(), 0);
}

}
