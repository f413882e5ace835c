// Symbolic links in place of a segment's name: followed when a trusted user made them.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <filesystem>
#include <functional>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

using namespace test;
namespace fs = std::filesystem;

constexpr uid_t alice = 60001, bob = 60002;

void expect_failure(DAO_ERROR_CODE code, const std::string &part)
{
    EXPECT_EQ(daoLastErrorCode(), code) << daoLastErrorMessage();
    EXPECT_NE(std::string(daoLastErrorMessage()).find(part), std::string::npos) << daoLastErrorMessage();
}

void make_link(const fs::path &target, const fs::path &name, uid_t owner = geteuid())
{
    fs::create_symlink(target, name);
    EXPECT_EQ(lchown(name.c_str(), owner, static_cast<gid_t>(-1)), 0);
}

// Links in one folder, segments in another, as of /tmp and /dev/shm.
class Links : public testing::Test
{
  protected:
    std::string link(const char *base) const { return (links_.folder() / base).string(); }
    fs::path target(const char *base) const { return targets_.folder() / base; }

    SegmentName links_, targets_;
    Image image_, other_;
    Frame frame_ = Frame(4);
};

TEST_F(Links, AreFollowedByCreateOpenAndRemove)
{
    const std::string name = link("x.im.shm");
    make_link(target("y.im.shm"), name);
    EXPECT_EQ(image_.try_open(name), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND) << "it leads to nothing yet";
    image_.create(name, {4}, _DATATYPE_UINT32);
    EXPECT_STREQ(image_->md->name, name.c_str());
    EXPECT_TRUE(fs::is_symlink(name));
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(target("y.im.shm"))));
    other_.open(name);
    require(daoShmImage2Shm(frame_.data(), 4, image_), "publish");
    EXPECT_EQ(daoShmWaitForFrame(other_, 0, 0), DAO_SUCCESS);
    EXPECT_EQ(daoShmCheckReplaced(other_), DAO_SUCCESS);

    Image again;
    again.create(name, {4}, _DATATYPE_UINT32); // reuses it
    EXPECT_EQ(again.info().segment_id, image_.info().segment_id);
    Image larger;
    larger.create(name, {5}, _DATATYPE_UINT32); // replaces it
    EXPECT_TRUE(fs::is_symlink(name));
    EXPECT_EQ(daoShmCheckReplaced(image_), DAO_REPLACED);
    EXPECT_EQ(daoShmReopen(other_), DAO_SUCCESS);
    EXPECT_EQ(other_->md->nelement, 5u);
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    EXPECT_FALSE(fs::exists(target("y.im.shm")));
    EXPECT_TRUE(fs::is_symlink(name)) << "the link is its maker's";
    EXPECT_EQ(daoShmCheckReplaced(larger), DAO_REMOVED);
    EXPECT_EQ(std::distance(fs::directory_iterator(targets_.folder()), {}), 0) << "nothing is left";
}

TEST_F(Links, MayBeRelativeAndLeadToLinks)
{
    make_link("second", link("first"));
    make_link("../" + targets_.folder().filename().string() + "/third", link("second"));
    make_link("z.im.shm", target("third"));
    image_.create(link("first"), {4}, _DATATYPE_UINT32);
    EXPECT_TRUE(fs::is_regular_file(fs::symlink_status(target("z.im.shm"))));
    EXPECT_EQ(daoShmOpenReadOnly(link("second").c_str(), other_.taken()), DAO_SUCCESS);
    EXPECT_EQ(other_.info().segment_id, image_.info().segment_id);
    daoShmRemove(link("first").c_str());
}

TEST_F(Links, ThatLeadInACircleAreAnError)
{
    make_link("b", link("a"));
    make_link("a", link("b"));
    EXPECT_EQ(image_.try_open(link("a")), DAO_ERROR);
    expect_failure(DAO_E_PERMISSION, "symbolic links");
    EXPECT_EQ(image_.try_create(link("b"), {4}, _DATATYPE_UINT32), DAO_ERROR);
    expect_failure(DAO_E_PERMISSION, link("b"));
    EXPECT_EQ(daoShmRemove(link("a").c_str()), DAO_ERROR);
}

TEST_F(Links, TakenElsewhereAreAReplacement)
{
    const std::string name = link("x");
    Image first, second;
    first.create(target("1").string(), {4}, _DATATYPE_UINT32);
    second.create(target("2").string(), {4}, _DATATYPE_UINT32);
    make_link(target("1"), name);
    other_.open(name);
    EXPECT_EQ(daoShmCheckReplaced(other_), DAO_SUCCESS);
    fs::remove(name);
    make_link(target("2"), name);
    EXPECT_EQ(daoShmWaitForFrame(other_, 0, -1), DAO_REPLACED);
    EXPECT_EQ(daoShmReopen(other_), DAO_SUCCESS);
    EXPECT_EQ(other_.info().segment_id, second.info().segment_id);
    fs::remove(name);
    EXPECT_EQ(daoShmCheckReplaced(other_), DAO_REMOVED);
}

// A hard link that somebody made before the segment was removed: a name of what has ended.
TEST_F(Links, ToASegmentThatWasRemovedAreNoSegment)
{
    const std::string name = target("1").string(), kept = target("2").string();
    image_.create(name, {4}, _DATATYPE_UINT32);
    fs::create_hard_link(name, kept);
    other_.open(kept);
    ASSERT_EQ(daoShmRemove(name.c_str()), DAO_SUCCESS);
    Image late;
    EXPECT_EQ(late.try_open(kept), DAO_ERROR);
    expect_failure(DAO_E_REMOVED, kept);
    DAO_NEXT_OPTIONS following = DAO_NEXT_OPTIONS_INIT;
    following.follow = 1;
    for (const int64_t limit_ns : {int64_t{0}, int64_t{100'000'000}, int64_t{-1}})
    {
        following.timeout_ns = limit_ns;
        EXPECT_EQ(daoShmNext(other_, &following, frame_.data(), 4, nullptr, nullptr), DAO_REMOVED);
    }
    EXPECT_EQ(daoShmReopen(other_), DAO_ERROR);
    expect_failure(DAO_E_REMOVED, kept);
    late.create(kept, {4}, _DATATYPE_UINT32);
    EXPECT_EQ(daoShmReopen(other_), DAO_SUCCESS);
    EXPECT_EQ(other_.info().segment_id, late.info().segment_id);
}

TEST_F(Links, AreNothingNewForAnExclusiveCreate)
{
    make_link(target("x"), link("x"));
    const uint32_t size[1] = {4};
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.exclusive = 1;
    EXPECT_EQ(daoShmImageCreateWith(image_.taken(), link("x").c_str(), 1, size, _DATATYPE_FLOAT, &options), DAO_ERROR);
    expect_failure(DAO_E_EXISTS, "taken");
    EXPECT_FALSE(fs::exists(target("x")));
}

// Who made the link, whose the folder is, its mode; who follows; whether that works.
struct Rule
{
    const char *name;
    uid_t link_owner, folder_owner;
    mode_t mode;
    uid_t follower;
    bool allowed;
};

class LinkOwners : public testing::TestWithParam<Rule>
{
};

INSTANTIATE_TEST_SUITE_P(Rules, LinkOwners,
                         testing::Values(Rule{"OwnLink", alice, 0, 0777, alice, true},
                                         Rule{"RootsLink", 0, 0, 0777, alice, true},
                                         Rule{"AnothersLink", bob, 0, 0777, alice, false},
                                         Rule{"AnothersLinkInItsFolder", bob, bob, 0755, alice, false},
                                         Rule{"AnothersLinkForRoot", bob, 0, 0777, 0, false},
                                         Rule{"StickyOwnLink", alice, 0, 01777, alice, true},
                                         Rule{"StickyRootsLink", 0, 0, 01777, alice, true},
                                         Rule{"StickyAnothersLink", bob, 0, 01777, alice, false},
                                         Rule{"StickyAnothersLinkForRoot", bob, 0, 01777, 0, false},
                                         Rule{"StickyLinkOfTheFoldersOwner", bob, bob, 01777, alice, true},
                                         Rule{"StickyRootsLinkInAnothersFolder", 0, bob, 01777, alice, false}),
                         [](const auto &row) { return row.param.name; });

TEST_P(LinkOwners, DecideWhetherItIsFollowed)
{
    if (geteuid() != 0)
        GTEST_SKIP() << "only root can give links to others";
    const Rule &rule = GetParam();
    SegmentName links, targets;
    const std::string target = (targets.folder() / "segment").string();
    Image image;
    daoShmSetFileMode(0666);
    image.create(target, {4}, _DATATYPE_UINT32);
    daoShmSetFileMode(0600);
    const std::string name = (links.folder() / "link").string();
    make_link(target, name, rule.link_owner);
    ASSERT_EQ(chown(links.folder().c_str(), rule.folder_owner, rule.folder_owner), 0);
    ASSERT_EQ(chmod(links.folder().c_str(), rule.mode), 0);
    ASSERT_EQ(chmod(targets.folder().c_str(), 0755), 0);
    const pid_t child = fork();
    if (child == 0)
    {
        if (rule.follower != 0 && (setgid(rule.follower) != 0 || setuid(rule.follower) != 0))
            _exit(9);
        IMAGE opened;
        const bool worked = daoShmShm2Img(name.c_str(), &opened) == DAO_SUCCESS;
        if (worked)
            _exit(1);
        const std::string message = daoLastErrorMessage();
        const bool says_why =
            daoLastErrorCode() == DAO_E_PERMISSION &&
            message.find("symbolic link that user " + std::to_string(rule.link_owner) + " made") != std::string::npos &&
            daoShmRemove(name.c_str()) == DAO_ERROR;
        _exit(says_why ? 2 : 3);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(WEXITSTATUS(status), rule.allowed ? 1 : 2);
    EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS);
    daoShmRemove(target.c_str());
}

}
