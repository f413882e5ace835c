// A claim holds while its process lives, wherever that is, and ends with it.
#include "places_linux.hpp"

#include <cctype>
#include <csignal>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

using namespace test;

class ClaimsFrom : public testing::TestWithParam<const Place *>
{
  protected:
    void SetUp() override
    {
        DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
        options.file_mode = 0666;
        const uint32_t axes[] = {4};
        require(daoShmImageCreateWith(image_.taken(), name_.c_str(), 1, axes, _DATATYPE_UINT32, &options), "create");
        chmod(name_.folder().c_str(), 0755);
    }

    SegmentName name_;
    Image image_;
};

const Place *const places[] = {&here, &container, &container_with_outer_proc, &without_proc, &hidden_proc, &other_time};

INSTANTIATE_TEST_SUITE_P(Places, ClaimsFrom, testing::ValuesIn(places), [](const auto &row) {
    std::string name = row.param->name;
    std::erase_if(name, [](unsigned char letter) { return std::isalnum(letter) == 0; });
    return name;
});

TEST_P(ClaimsFrom, HoldWhileTheProcessLivesAndEndWithIt)
{
    Placed holder(*GetParam(), [this](const auto &say) {
        Image image;
        image.open(name_.text());
        say(std::to_string(daoShmClaimSem(image)));
        for (;;)
            pause();
    });
    if (!holder.is_possible())
        GTEST_SKIP() << "not possible on this machine";
    ASSERT_EQ(holder.line(), "0");
    EXPECT_EQ(daoShmSemInUse(image_, 0), 1);
    EXPECT_EQ(daoShmClaimSem(image_), 1);
    holder.signal(SIGSTOP);
    EXPECT_EQ(daoShmSemInUse(image_, 0), 1) << "stopped is not dead";
    holder.kill();
    EXPECT_EQ(daoShmSemInUse(image_, 0), 0);
    require(daoShmReleaseSem(image_), "release");
    EXPECT_EQ(daoShmClaimSem(image_), 0);
}

TEST(ClaimsOfAFork, AreTheParentsAlone)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {4}, _DATATYPE_UINT32);
    ASSERT_EQ(daoShmClaimSem(image), 0);
    const pid_t child = fork();
    if (child == 0)
    {
        const bool own = daoShmSemInUse(image, 0) == 1 && daoShmClaimSem(image) == 1;
        const bool released = daoShmReleaseSem(image) == DAO_SUCCESS && daoShmSemInUse(image, 1) == 0;
        daoShmCloseShm(image);
        _exit(own && released ? 0 : 1);
    }
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(daoShmSemInUse(image, 0), 1) << "the child's close is not the parent's";
    EXPECT_EQ(daoShmClaimSem(image), 0);
}

}
