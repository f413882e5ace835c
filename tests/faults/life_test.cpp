// Create, replace, open, remove, close.
#include "operation.hpp"

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>

namespace faults
{
namespace
{

void nothing(Scene &) {}

// The segment is there and whole when done, and not at all when not.
void expect_all_or_nothing(Scene &scene, bool done)
{
    EXPECT_EQ(std::filesystem::exists(scene.name), done);
    if (!done)
        return;
    Scene::publish(scene.image, 7);
    Image reader;
    reader.open(scene.name);
    Scene::expect_newest(reader, 7);
}

// What runs under a fault allocates nothing itself.
int_fast8_t create(Scene &scene)
{
    uint32_t size[2] = {Scene::side, Scene::side};
    return daoShmImageCreate_FIFO(scene.image.taken(), scene.name.c_str(), 2, size, _DATATYPE_UINT32, 1, 4, 2);
}

int_fast8_t create_with(Scene &scene, const DAO_CREATE_OPTIONS &options)
{
    const uint32_t size[2] = {Scene::side, Scene::side};
    return daoShmImageCreateWith(scene.image.taken(), scene.name.c_str(), 2, size, _DATATYPE_UINT32, &options);
}

DAO_CREATE_OPTIONS options_with(uint32_t mode, int32_t compatibility, uint32_t exclusive)
{
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.file_mode = mode;
    options.compatibility = compatibility;
    options.exclusive = exclusive;
    return options;
}

const Operation creating{"create", nothing, create, expect_all_or_nothing, DAO_SUCCESS, true};

const Operation reusing{"create the same again",
                        [](Scene &scene) {
                            scene.create(scene.other);
                            Scene::publish(scene.other, 1);
                        },
                        create,
                        [](Scene &scene, bool done) {
                            // Where it may not be written, another is put in its place.
                            const int_fast8_t now = daoShmCheckReplaced(scene.other);
                            ASSERT_TRUE(now == DAO_SUCCESS || (done && now == DAO_REPLACED)) << daoLastErrorMessage();
                            if (now == DAO_REPLACED)
                                require(daoShmReopen(scene.other), "re-open");
                            Scene::publish(done ? scene.image : scene.other, 2);
                            Scene::expect_newest(scene.other, 2);
                        }};

const Operation replacing{"create another in its place",
                          [](Scene &scene) {
                              scene.create(scene.other, 1, 7);
                              EXPECT_EQ(daoShmGetCounter(scene.other), 0u);
                          },
                          create,
                          [](Scene &scene, bool done) {
                              EXPECT_EQ(daoShmCheckReplaced(scene.other), done ? DAO_REPLACED : DAO_SUCCESS);
                              if (done)
                                  Scene::publish(scene.image, 3);
                              else
                                  EXPECT_EQ(Scene::try_publish(scene.other, 3), DAO_ERROR); // too many elements
                          },
                          DAO_SUCCESS,
                          true};

TEST(Faults, CreateIsDoneOrLeavesNothing)
{
    fail_every_call(creating);
    fail_every_call({"create, mode 0644", nothing,
                     [](Scene &scene) { return create_with(scene, options_with(0644, 0, 0)); }, expect_all_or_nothing,
                     DAO_SUCCESS, true});
    fail_every_call({"create exclusively", nothing,
                     [](Scene &scene) { return create_with(scene, options_with(0, 0, 1)); }, expect_all_or_nothing,
                     DAO_SUCCESS, true});
    fail_every_call({"create in place of an empty file", [](Scene &scene) { std::ofstream(scene.name).flush(); },
                     create,
                     [](Scene &scene, bool done) {
                         if (done)
                             expect_all_or_nothing(scene, done);
                     },
                     DAO_SUCCESS, true});
}

TEST(Faults, CreateWithNamedSemaphoresIsDoneOrLeavesNothing)
{
    fail_every_call({"create with named semaphores", nothing,
                     [](Scene &scene) { return create_with(scene, options_with(0, 1, 0)); }, expect_all_or_nothing,
                     DAO_SUCCESS, true});
}

TEST(Faults, CreateOverASegmentIsDoneOrLeavesItAsItWas)
{
    fail_every_call(reusing);
    fail_every_call(replacing);
}

TEST(Faults, CreateOverAnotherUsersSegmentKeepsItsOwnerOrLeavesIt)
{
    if (geteuid() != 0)
        GTEST_SKIP() << "needs root to make another user's segment again";
    Operation of_another = replacing;
    of_another.name = "create another in the place of another user's";
    of_another.prepare = [](Scene &scene) {
        replacing.prepare(scene);
        ASSERT_EQ(chown(scene.name.c_str(), 65534, 65534), 0);
        ASSERT_EQ(chmod(scene.name.c_str(), 0640), 0);
    };
    of_another.check = [](Scene &scene, bool done) {
        replacing.check(scene, done);
        struct stat found = {};
        ASSERT_EQ(lstat(scene.name.c_str(), &found), 0);
        EXPECT_EQ(found.st_uid, 65534u);
        EXPECT_EQ(found.st_mode & 0777u, 0640u);
    };
    fail_every_call(of_another);
}

TEST(Faults, CreateWhereTheFileSystemCanDoLess)
{
    {
        const Lack lack(Call::fallocate, EOPNOTSUPP);
        fail_every_call(creating);
        fail_every_call(replacing);
    }
    {
        const Lack lack(Call::rename_to_free_name, EINVAL);
        fail_every_call(creating);
    }
    const Lack lock(Call::lock, EINVAL), query(Call::query_lock, EINVAL);
    fail_every_call(creating);
    fail_every_call(reusing);
    fail_every_call(replacing);
}

TEST(Faults, CreateBesideAQuickTimer)
{
    sigset_t before, after;
    ASSERT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, &before), 0);
    const QuickTimer timer;
    Scene scene;
    ASSERT_EQ(create(scene), DAO_SUCCESS) << daoLastErrorMessage();
    expect_all_or_nothing(scene, true);
    ASSERT_EQ(pthread_sigmask(SIG_BLOCK, nullptr, &after), 0);
    EXPECT_EQ(sigismember(&before, SIGALRM), sigismember(&after, SIGALRM));
}

TEST(Faults, PrivateImagesAreMadeOrNot)
{
    fail_every_call({"create a private image", nothing,
                     [](Scene &scene) {
                         uint32_t size[2] = {Scene::side, Scene::side};
                         return daoShmImageCreate(scene.image.taken(), scene.name.c_str(), 2, size, _DATATYPE_UINT32, 0,
                                                  0);
                     },
                     [](Scene &scene, bool done) {
                         if (done)
                             Scene::publish(scene.image, 1);
                     },
                     DAO_SUCCESS, true});
    fail_every_call({"make an image of one axis", nothing,
                     [](Scene &scene) {
                         IMAGE *made = nullptr;
                         const int_fast8_t status = daoShmInit1D(scene.name.c_str(), 10, &made);
                         EXPECT_EQ(made != nullptr, status == DAO_SUCCESS);
                         if (made != nullptr)
                             daoShmCloseShm(made);
                         free(made);
                         return status;
                     },
                     [](Scene &scene, bool done) { EXPECT_EQ(std::filesystem::exists(scene.name), done); }, DAO_SUCCESS,
                     true});
}

TEST(Faults, OpenIsDoneOrLeavesNothing)
{
    const auto prepare = [](Scene &scene) {
        scene.create(scene.other);
        Scene::publish(scene.other, 5);
    };
    const auto check = [](Scene &scene, bool done) {
        if (done)
            Scene::expect_newest(scene.image, 5);
    };
    fail_every_call(
        {"open", prepare, [](Scene &scene) { return scene.image.try_open(scene.name); }, check, DAO_SUCCESS, true});
    fail_every_call({"open for reading", prepare,
                     [](Scene &scene) { return daoShmOpenReadOnly(scene.name.c_str(), scene.image.taken()); }, check,
                     DAO_SUCCESS, true});
    fail_every_call({"duplicate", prepare,
                     [](Scene &scene) { return daoShmDuplicate(scene.other, scene.image.taken()); }, check, DAO_SUCCESS,
                     true});
    fail_every_call({"open with named semaphores",
                     [](Scene &scene) {
                         const uint32_t size[2] = {Scene::side, Scene::side};
                         const DAO_CREATE_OPTIONS options = options_with(0, 1, 0);
                         require(daoShmImageCreateWith(scene.other.taken(), scene.name.c_str(), 2, size,
                                                       _DATATYPE_UINT32, &options),
                                 "create");
                         Scene::publish(scene.other, 5);
                     },
                     [](Scene &scene) { return scene.image.try_open(scene.name); }, check, DAO_SUCCESS, true});
}

TEST(Faults, ReopenIsDoneOrKeepsWhatIsOpen)
{
    fail_every_call({"re-open",
                     [](Scene &scene) {
                         scene.create(scene.image, 1);
                         Scene::publish(scene.image, 4);
                         scene.create(scene.other, 2);
                         Scene::publish(scene.other, 5);
                     },
                     [](Scene &scene) { return daoShmReopen(scene.image); },
                     [](Scene &scene, bool done) {
                         if (done)
                             Scene::expect_newest(scene.image, 5);
                         else
                             EXPECT_EQ(daoShmGetCounter(scene.image), 1u);
                     },
                     DAO_SUCCESS, true});
}

TEST(Faults, RemoveIsDoneOrLeavesTheSegment)
{
    fail_every_call({"remove",
                     [](Scene &scene) {
                         scene.create(scene.image);
                         Scene::publish(scene.image, 6);
                     },
                     [](Scene &scene) { return daoShmRemove(scene.name.c_str()); },
                     [](Scene &scene, bool done) {
                         if (done)
                         {
                             EXPECT_FALSE(std::filesystem::exists(scene.name));
                             EXPECT_EQ(daoShmCheckReplaced(scene.image), DAO_REMOVED);
                         }
                         else
                             Scene::expect_newest(scene.image, 6);
                     },
                     DAO_SUCCESS, true});
}

TEST(Faults, AClosedSegmentLeavesNothing)
{
    fail_every_call({"close",
                     [](Scene &scene) {
                         scene.create(scene.image);
                         Scene::publish(scene.image, 6);
                         Scene::expect_newest(scene.image, 6);
                     },
                     [](Scene &scene) { return daoShmCloseShm(scene.image); },
                     [](Scene &scene, bool) { EXPECT_EQ(mapping_count(scene.name), 0u); }});
}

// What failed when the segment was opened does not count later.
TEST(Faults, AMoveIsNoticedWhateverFailedWhenTheSegmentWasOpened)
{
    const auto check = [](Scene &scene, bool done) {
        if (!done)
            return;
        const std::string elsewhere = scene.name + ".moved";
        std::filesystem::rename(scene.name, elsewhere);
        EXPECT_EQ(daoShmCheckReplaced(scene.image), DAO_REMOVED) << daoLastErrorMessage();
        std::filesystem::rename(elsewhere, scene.name);
    };
    fail_every_call({"open, then moved away", [](Scene &scene) { scene.create(scene.other); },
                     [](Scene &scene) { return scene.image.try_open(scene.name); }, check, DAO_SUCCESS, true});
    fail_every_call({"create, then moved away", nothing, create, check, DAO_SUCCESS, true});
}

TEST(Faults, ASegmentsNameIsNotTakenForGoneWhenItCannotBeLookedAt)
{
    fail_every_call({"check whether it was replaced", [](Scene &scene) { scene.create(scene.image); },
                     [](Scene &scene) { return daoShmCheckReplaced(scene.image); }, [](Scene &, bool) {}});
}

}
}
