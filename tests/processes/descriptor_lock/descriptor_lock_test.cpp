// The lock that proves a life, kept by a descriptor, as where nothing else can (macOS): the library here, but for that.
#include "holders_linux.hpp"
#include "timing.hpp"

#include <csignal>
#include <fcntl.h>

namespace
{

using namespace test;

// What it was is gone; the number is another file's.
void give_to_another_file(int descriptor)
{
    const int other = open("/dev/null", O_RDONLY | O_CLOEXEC);
    require(dup2(other, descriptor) == descriptor ? DAO_SUCCESS : DAO_ERROR, "dup2");
    close(other);
}

int_fast8_t publish(Shared &segment)
{
    Frame frame(size);
    fill(frame, 2);
    return daoShmImage2Shm(frame.data(), size, segment.image());
}

class DescriptorLock : public testing::Test
{
  protected:
    void SetUp() override { daoShmSetLockLimit(200 * millisecond_ns); }
    void TearDown() override { daoShmSetLockLimit(5 * second_ns); }

    Shared segment_;
};

TEST_F(DescriptorLock, WriterThatClosedAllItsDescriptorsIsAliveUntilItDies)
{
    Placed writer(here, [&](const auto &say) {
        Image image;
        image.open(segment_.name());
        Frame frame(size);
        require(daoShmImage2Shm(frame.data(), size, image), "publish");
        for (const int descriptor : descriptors_of(segment_.name()))
            close(descriptor);
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        say("holds");
        sleep_on();
    });
    ASSERT_EQ(writer.line(), "holds");
    EXPECT_EQ(segment_.image().info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
    EXPECT_EQ(publish(segment_), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_BUSY) << daoLastErrorMessage();
    writer.kill();
    EXPECT_EQ(segment_.image().info().writer_alive, static_cast<uint32_t>(DAO_DEAD));
    EXPECT_EQ(publish(segment_), DAO_SUCCESS) << daoLastErrorMessage();
}

TEST_F(DescriptorLock, HolderThatWasKilledIsDeadWhereverItWas)
{
    for (const Place *place : {&here, &container, &as_nobody})
    {
        Placed writer(*place, hold(segment_.name(), *place));
        if (!writer.is_possible())
            continue;
        ASSERT_EQ(writer.line(), "holds");
        EXPECT_EQ(publish(segment_), DAO_ERROR) << place->name;
        writer.kill();
        EXPECT_EQ(publish(segment_), DAO_SUCCESS) << place->name << ": " << daoLastErrorMessage();
    }
}

// The number of the lock's descriptor may be another file's by then.
TEST_F(DescriptorLock, ClosesNoFileOfTheProgram)
{
    for (const bool in_child : {false, true})
    {
        Placed writer(here, [&](const auto &say) {
            Image image;
            image.open(segment_.name());
            Frame frame(size);
            require(daoShmImage2Shm(frame.data(), size, image), "publish");
            const std::vector<int> descriptors = descriptors_of(segment_.name());
            for (const int descriptor : descriptors)
                give_to_another_file(descriptor);
            if (in_child && fork() != 0)
                sleep_on();
            if (!in_child)
                require(daoShmCloseShm(image), "close");
            std::string open;
            for (const int descriptor : descriptors)
                open += is_descriptor_of(descriptor, "/dev/null") ? "open " : "closed ";
            say(open);
            if (in_child)
                _exit(0);
            sleep_on();
        });
        const std::string open = writer.line();
        EXPECT_NE(open.find("open open"), std::string::npos) << "the segment's and the lock's: " << open;
        EXPECT_EQ(open.find("closed"), std::string::npos) << open;
    }
}

TEST_F(DescriptorLock, ForkedChildDoesNotKeepIt)
{
    Placed writer(here, [&](const auto &say) {
        Image image;
        image.open(segment_.name());
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot), "begin");
        const pid_t child = fork();
        if (child == 0)
            sleep_on();
        say(std::to_string(child));
        sleep_on();
    });
    const auto child = static_cast<pid_t>(std::stol("0" + writer.line()));
    ASSERT_GT(child, 0);
    EXPECT_EQ(publish(segment_), DAO_ERROR);
    writer.kill();
    EXPECT_EQ(publish(segment_), DAO_SUCCESS) << daoLastErrorMessage();
    kill(child, SIGKILL);
}

}
