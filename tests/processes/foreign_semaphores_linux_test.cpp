// `semptr` beside processes of another C library, and semaphores that are damaged.
#include "system_semaphores_posix.hpp"
#include "wait_modes.hpp"

#include <cstring>
#include <thread>

namespace
{

using namespace test;

TEST_F(SystemSemaphores, OfAnotherCLibraryAreLeftAlone)
{
    extension_word(image_, semaphore_layout).store(77);
    Image other;
    other.open(name_.text());
    EXPECT_EQ(other->semptr, nullptr);
    EXPECT_EQ(other->semlog, nullptr);
    EXPECT_EQ(extension_word(other, mixed_libraries).load(), 1u);
    require(daoShmImage2Shm(frame_.data(), size, other), "publish");
    EXPECT_EQ(take(other, 4), DAO_SUCCESS);
    EXPECT_EQ(take(other, 4), DAO_TIMEOUT);
    expect_values(0);
    EXPECT_EQ(daoShmCheckReplaced(image_), DAO_SUCCESS);
    Image again;
    again.create(name_.text(), {size}, _DATATYPE_UINT32);
    EXPECT_NE(again->semptr, nullptr) << "made again, it is this library's";
    EXPECT_EQ(daoShmCheckReplaced(image_), DAO_REPLACED);
}

TEST_F(SystemSemaphores, AreWaitedForBesideThePostsOfAnotherCLibrary)
{
    extension_word(image_, mixed_libraries).store(1);
    extension_word(image_, posted_bits).fetch_or(1u << 6); // all that such a process can do
    EXPECT_EQ(take(image_, 6), DAO_SUCCESS);
    EXPECT_EQ(take(image_, 6), DAO_TIMEOUT);
    std::thread poster([&] {
        std::this_thread::sleep_for(milliseconds(50));
        extension_word(image_, posted_bits).fetch_or(1u << 6);
    });
    EXPECT_EQ(daoShmWaitForSemaphore(image_, 6), DAO_SUCCESS);
    poster.join();
    publish(1);
    EXPECT_EQ(take(image_, 6), DAO_SUCCESS);
    EXPECT_EQ(take(image_, 6), DAO_TIMEOUT) << "one post, told in both ways";
}

TEST_F(SystemSemaphores, BesideAnotherCLibraryAreClaimedForFramesToCome)
{
    extension_word(image_, mixed_libraries).store(1);
    publish(1);
    const int32_t number = daoShmClaimSem(image_);
    EXPECT_EQ(take(image_, number), DAO_TIMEOUT);
    publish(2);
    EXPECT_EQ(take(image_, number), DAO_SUCCESS);
}

// The reader is there first, as often.
TEST_F(SystemSemaphores, AreWaitedForBesideAnotherCLibraryThatComesLater)
{
    std::thread poster([&] {
        std::this_thread::sleep_for(milliseconds(150));
        extension_word(image_, mixed_libraries).store(1);
        extension_word(image_, posted_bits).fetch_or(1u << 6);
    });
    const timespec limit = realtime_after(20 * second_ns);
    EXPECT_EQ(daoShmWaitForSemaphoreTimeout(image_, 6, &limit), DAO_SUCCESS);
    poster.join();
    EXPECT_EQ(take(image_, 6), DAO_TIMEOUT);
}

TEST_F(SystemSemaphores, ValueThatIsNonsenseDelaysNoReuse)
{
    auto *value = reinterpret_cast<uint32_t *>(image_->semptr[0]);
    std::atomic_ref<uint32_t>(*value).store(0x7fffffff);
    publish(1);
    const int64_t taken_ns = punctual_ns([&] {
        Image again;
        again.create(name_.text(), {size}, _DATATYPE_UINT32);
    });
    EXPECT_LT(taken_ns, 5 * second_ns);
}

// The C library ends a process that it asks to wake others by nonsense.
TEST_F(SystemSemaphores, ThatAreDamagedEndNoProcess)
{
    for (int number = 0; number < semaphores; ++number)
        std::memset(reinterpret_cast<char *>(image_->semptr[number]) + 4 + 4 * (number % 3), 0xff,
                    sizeof(sem_t) - 4 - 4 * (static_cast<size_t>(number) % 3));
    publish(1);
    Image reader;
    reader.open(name_.text());
    for (int32_t number = 0; number < semaphores; ++number)
    {
        const timespec soon = realtime_after(5 * millisecond_ns);
        EXPECT_EQ(daoShmWaitForSemaphoreTimeout(reader, number, &soon), DAO_TIMEOUT);
        EXPECT_EQ(daoSemPost(reader, number), DAO_SUCCESS);
    }
    EXPECT_EQ(daoShmWaitForFrame(reader, 0, 0), DAO_SUCCESS);
    Image again;
    again.create(name_.text(), {size}, _DATATYPE_UINT32);
    EXPECT_EQ(daoShmClaimSem(again), 0);
    EXPECT_EQ(daoShmRemove(name_.c_str()), DAO_SUCCESS);
}

}
