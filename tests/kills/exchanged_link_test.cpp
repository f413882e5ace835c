// Between any two calls of the system by which a process opens, makes or removes a segment, another user puts a symbolic link
// in the place of its name. It leads to a segment that is the process's own and secret: that one is never opened, changed or
// removed instead.
#include "scene.hpp"
#include "shared.hpp"
#include "steps.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace kills
{
namespace
{

constexpr uid_t user = 60001, other_user = 60002;
constexpr uint32_t secret_tag = 5;

struct Said
{
    int_fast8_t status;
    DAO_ERROR_CODE code;
    uint64_t segment_id; // of what was opened or made
};

void note(Shared<Said> &said, int_fast8_t status, IMAGE *image)
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    const DAO_ERROR_CODE code = status != DAO_SUCCESS ? daoLastErrorCode() : DAO_ERROR_CODE{};
    if (status == DAO_SUCCESS && image != nullptr)
        require(daoShmGetInfo(image, &info), "information");
    *said = {status, code, info.segment_id};
}

void give(const std::string &path, uid_t owner)
{
    if (lchown(path.c_str(), owner, owner) != 0)
        throw std::runtime_error("cannot give a file to another user");
}

ino_t inode_of(const std::string &path)
{
    struct stat found = {};
    return stat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

class ExchangedLink : public testing::Test
{
  protected:
    void SetUp() override
    {
        if (geteuid() != 0)
            GTEST_SKIP() << "only root can be two users";
    }

    // `call` as that user, of a name that has `there` (or nothing) first; exchanged at each step.
    void exchange_at_each_step(bool is_there, const std::function<void(const std::string &, Shared<Said> &)> &call)
    {
        bool has_ended = false;
        size_t step = 0;
        for (; !has_ended && !HasFailure(); ++step)
        {
            SCOPED_TRACE("exchanged at system call step " + std::to_string(step));
            Place place, secrets;
            Image secret;
            make(secrets, secret);
            Image first;
            if (is_there)
                make(place, first);
            ASSERT_EQ(chmod(place.folder.path().c_str(), 0777), 0);
            ASSERT_EQ(chown(secrets.folder.path().c_str(), user, user), 0);
            Shared<Said> said;
            SteppedProcess process(
                [] {
                    if (setgid(user) != 0 || setuid(user) != 0)
                        throw std::runtime_error("cannot become that user");
                },
                [&] { call(place.name, said); });
            for (size_t done = 0; done < step && !has_ended; ++done)
                has_ended = !process.step(Step::system_call);
            exchange(place, secrets.name);
            EXPECT_TRUE(process.finish());
            check(*said, secret);
        }
        std::printf("%zu steps\n", step);
    }

  private:
    static void make(const Place &place, Image &image)
    {
        place.create(image, 2);
        publish(image, secret_tag);
        give(place.name, user);
    }

    static void exchange(const Place &place, const std::string &target)
    {
        const std::string link = place.name + ".link";
        std::filesystem::create_symlink(target, link);
        give(link, other_user);
        std::filesystem::rename(link, place.name);
    }

    static void check(const Said &said, Image &secret)
    {
        EXPECT_EQ(daoShmCheckReplaced(secret), DAO_SUCCESS) << "it is still there";
        EXPECT_EQ(daoShmGetCounter(secret), 1u);
        Frame frame = frame_of(0);
        require(daoShmReadNewest(secret, frame.data(), elements, nullptr, nullptr), "read");
        EXPECT_EQ(frame, frame_of(secret_tag));
        EXPECT_NE(said.segment_id, secret.info().segment_id);
        // Refused, or busy: replaced meanwhile.
        EXPECT_TRUE(said.status == DAO_SUCCESS || said.code == DAO_E_PERMISSION || said.code == DAO_E_BUSY)
            << said.code;
    }
};

TEST_F(ExchangedLink, LeadsNoOpenToASecret)
{
    exchange_at_each_step(true, [](const std::string &name, Shared<Said> &said) {
        Image image;
        const int_fast8_t status = image.try_open(name);
        note(said, status, image);
    });
}

TEST_F(ExchangedLink, LeadsNoCreateToASecret)
{
    for (const bool is_there : {true, false})
        for (const uint32_t rows : {4u, 5u}) // the same again, and another shape
            exchange_at_each_step(is_there, [rows](const std::string &name, Shared<Said> &said) {
                Image image;
                const int_fast8_t status = image.try_create(name, {rows, 6}, _DATATYPE_UINT32, 2, 3);
                note(said, status, image);
            });
}

// One's own link is another matter: it may lead from one segment to another at any moment. A create takes one of them; a segment
// is told to be replaced where its file is another one, and only there.
TEST(MovedLink, LeadsACreateToOneOfTwoSegments)
{
    bool has_ended = false;
    size_t step = 0;
    for (; !has_ended && !testing::Test::HasFailure(); ++step)
    {
        SCOPED_TRACE("moved at system call step " + std::to_string(step));
        Place first, second;
        const std::string link = (first.folder.path() / "link").string(), next = link + ".next";
        Image images[2];
        const std::string files[2] = {first.name, second.name};
        ino_t inodes[2];
        for (size_t index = 0; index < 2; ++index)
        {
            (index == 0 ? first : second).create(images[index], 2);
            inodes[index] = inode_of(files[index]);
        }
        std::filesystem::create_symlink(first.name, link);
        std::filesystem::create_symlink(second.name, next);
        SteppedProcess process([] {},
                               [&] {
                                   Image image;
                                   image.create(link, {5, 6}, _DATATYPE_UINT32, 2, 3); // another shape
                               });
        for (size_t done = 0; done < step && !has_ended; ++done)
            has_ended = !process.step(Step::system_call);
        std::filesystem::rename(next, link);
        EXPECT_TRUE(process.finish());
        for (size_t index = 0; index < 2; ++index)
            EXPECT_EQ(images[index].info().state == 0, inode_of(files[index]) == inodes[index]) << index;
    }
    std::printf("%zu steps\n", step);
}

TEST_F(ExchangedLink, LeadsNoRemovalToASecret)
{
    exchange_at_each_step(
        true, [](const std::string &name, Shared<Said> &said) { note(said, daoShmRemove(name.c_str()), nullptr); });
}

}
}
