// Segments whose names differ only after the first dot have the same semaphores of DAO's: told when the second is made.
#include "dao_bytes.hpp"
#include "dao_program.hpp"
#include "dao_semaphores.hpp"
#include "image.hpp"
#include "segment_name.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace
{

using namespace test;

class SemaphoreNames : public testing::Test
{
  protected:
    ~SemaphoreNames() override
    {
        daoShmSetCompatibility(0);
        for (const char *which : which_semaphores)
            sem_unlink(semaphore_name(path("1"), which).c_str());
    }
    std::string path(const std::string &ending) const
    {
        return (folder_.folder() / (stem_ + "." + ending + ".im.shm")).string();
    }
    int_fast8_t make(Image &image, const std::string &name, bool for_dao, uint32_t elements = 4)
    {
        daoShmSetCompatibility(for_dao);
        return image.try_create(name, {elements}, _DATATYPE_UINT32);
    }

    SegmentName folder_, elsewhere_;
    std::string stem_ = "wfs" + std::to_string(getpid());
    Image first_, second_, third_;
};

TEST_F(SemaphoreNames, ThatAnotherSegmentHasAreAnErrorThatNamesIt)
{
    ASSERT_EQ(make(first_, path("1"), true), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(make(second_, path("2"), true), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NAME);
    const std::string message = daoLastErrorMessage();
    for (const std::string &part : {path("1"), path("2"), stem_ + "_sem00"})
        EXPECT_NE(message.find(part), std::string::npos) << message;
    EXPECT_FALSE(std::filesystem::exists(path("2")));
}

#ifdef __linux__
struct stat status_of(const std::string &path)
{
    struct stat found = {};
    EXPECT_EQ(stat(path.c_str(), &found), 0) << path;
    return found;
}

std::string file_of_semaphore(const std::string &segment, const std::string &which)
{
    return "/dev/shm/sem." + semaphore_name(segment, which).substr(1);
}

// Who may write frames may post: whatever the mask of the process that makes them.
TEST_F(SemaphoreNames, AreOfTheSegmentsModeAndOwner)
{
    const mode_t before = umask(077);
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.file_mode = 0666;
    const uint32_t shape[] = {4};
    daoShmSetCompatibility(1);
    ASSERT_EQ(daoShmImageCreateWith(first_.taken(), path("1").c_str(), 1, shape, _DATATYPE_UINT32, &options),
              DAO_SUCCESS);
    umask(before);
    for (const char *which : which_semaphores)
        EXPECT_EQ(status_of(file_of_semaphore(path("1"), which)).st_mode & 0777u, 0666u) << which;
    if (geteuid() != 0)
        return;
    ASSERT_EQ(chown(path("1").c_str(), 65534, 65534), 0);
    ASSERT_EQ(make(second_, path("1"), true, 5), DAO_SUCCESS) << daoLastErrorMessage(); // in place of the user's
    EXPECT_EQ(status_of(path("1")).st_uid, 65534u);
    for (const char *which : which_semaphores)
    {
        EXPECT_EQ(status_of(file_of_semaphore(path("1"), which)).st_uid, 65534u) << which;
        EXPECT_EQ(status_of(file_of_semaphore(path("1"), which)).st_gid, 65534u) << which;
    }
}
#endif

TEST_F(SemaphoreNames, OfTheSegmentItselfAreNoneOfAnother)
{
    ASSERT_EQ(make(first_, path("1"), true), DAO_SUCCESS);
    EXPECT_EQ(make(second_, path("1"), true), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(make(third_, path("1"), true, 5), DAO_SUCCESS) << daoLastErrorMessage();
}

TEST_F(SemaphoreNames, MatterOnlyToSegmentsThatDaoProgramsShare)
{
    ASSERT_EQ(make(first_, path("1"), true), DAO_SUCCESS);
    EXPECT_EQ(make(second_, path("2"), false), DAO_SUCCESS);
    EXPECT_EQ(make(third_, path("2"), true), DAO_ERROR) << "made again, it would share them";
    EXPECT_EQ(daoShmRemove(path("1").c_str()), DAO_SUCCESS);
    EXPECT_EQ(make(third_, path("2"), true), DAO_SUCCESS) << daoLastErrorMessage();
    daoShmRemove(path("2").c_str());
}

// DAO's programs may make such a pair.
TEST_F(SemaphoreNames, StayWhileAnotherSegmentHasThem)
{
    write_file(path("1"), make_bytes({{4}}, path("1")));
    write_file(path("2"), make_bytes({{4}}, path("2")));
    DaoProgram dao(path("2")); // makes the semaphores
    ASSERT_EQ(count_semaphores(path("2")), 11);
    EXPECT_EQ(daoShmRemove(path("1").c_str()), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(count_semaphores(path("2")), 11);
    EXPECT_EQ(daoShmRemove(path("2").c_str()), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(count_semaphores(path("2")), 0);
}

TEST_F(SemaphoreNames, GoWithTheSegmentWhosePlaceIsTaken)
{
    for (const bool by_dao : {true, false})
    {
        Image first, second, third;
        if (by_dao)
        {
            write_file(path("1"), make_bytes({{4}}, path("1")));
            DaoProgram dao(path("1"));
        }
        else
            ASSERT_EQ(make(first, path("1"), true), DAO_SUCCESS) << daoLastErrorMessage();
        ASSERT_EQ(count_semaphores(path("1")), 11);
        ASSERT_EQ(make(second, path("1"), true, 5), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(count_semaphores(path("1")), 11) << "the new one has the same";
        ASSERT_EQ(make(third, path("1"), false, 6), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(count_semaphores(path("1")), 0);
        EXPECT_EQ(daoShmRemove(path("1").c_str()), DAO_SUCCESS) << daoLastErrorMessage();
    }
}

TEST_F(SemaphoreNames, OfASegmentThatDaoMadeCountToo)
{
    write_file(path("1"), make_bytes({{4}}, path("1")));
    EXPECT_EQ(make(second_, path("2"), true), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NAME);
}

TEST_F(SemaphoreNames, AreSearchedWhereSegmentsUsuallyAre)
{
    const std::string usual = "/tmp/" + stem_ + ".usual.im.shm";
    ASSERT_EQ(make(first_, usual, true), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(make(second_, path("2"), true), DAO_ERROR);
    EXPECT_EQ(daoShmRemove(usual.c_str()), DAO_SUCCESS);
}

TEST_F(SemaphoreNames, OfOtherFilesDoNotCount)
{
    write_file(path("notes"), Bytes(100, 'x'));
    write_file((folder_.folder() / stem_).string(), Bytes());
    std::filesystem::create_directory(folder_.folder() / (stem_ + ".folder"));
    ASSERT_EQ(make(first_, path("1"), true), DAO_SUCCESS) << daoLastErrorMessage();
    std::filesystem::create_symlink(path("1"), path("link"));
    EXPECT_EQ(make(second_, path("link"), true), DAO_SUCCESS) << "the same segment: " << daoLastErrorMessage();
}

}
