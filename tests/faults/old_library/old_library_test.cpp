// A C library without sem_clockwait(), as glibc was before 2.30, whose waits last as long as the time of day says: it is set
// back as soon as one begins.
#include "platform/platform.hpp"
#include "platform/posix/polling.hpp"

#include <gtest/gtest.h>
#include <semaphore.h>
#include <string>
#include <time.h>

// The linker's: this program's calls go to __wrap_..., and one that is not there is null.
extern "C" {
int sem_clockwait(sem_t *, clockid_t, const timespec *) __attribute__((weak));
int __real_sem_timedwait(sem_t *, const timespec *);
int __wrap_sem_timedwait(sem_t *semaphore, const timespec *until)
{
    constexpr time_t step_s = 20;
    const timespec later{until->tv_sec + step_s, until->tv_nsec};
    return __real_sem_timedwait(semaphore, &later);
}
}

namespace
{

using namespace dao::platform;

constexpr int64_t millisecond_ns = 1'000'000;
constexpr int64_t limit_ns = 50 * millisecond_ns;

template <class Semaphore>
void expect_punctual(Semaphore &semaphore)
{
    const int64_t begin_ns = monotonic_ns();
    EXPECT_EQ(semaphore.wait(limit_ns), Sleep::timed_out);
    const int64_t taken_ns = monotonic_ns() - begin_ns;
    EXPECT_GE(taken_ns, limit_ns - millisecond_ns);
    EXPECT_LT(taken_ns, 10'000 * millisecond_ns);
    semaphore.post();
    EXPECT_EQ(semaphore.wait(limit_ns), Sleep::woken);
}

// What waits where the semaphores have another form.
struct Polled
{
    sem_t semaphore;

    Sleep wait(int64_t timeout_ns) { return poll_semaphore(&semaphore, timeout_ns); }
    void post() { sem_post(&semaphore); }
};

TEST(OldLibrary, IsTheOneOfThisTest)
{
    EXPECT_TRUE(sem_clockwait == nullptr);
    sem_t semaphore;
    ASSERT_EQ(sem_init(&semaphore, 0, 1), 0);
    const timespec past{1, 0};
    EXPECT_EQ(sem_timedwait(&semaphore, &past), 0);
    sem_destroy(&semaphore);
}

TEST(OldLibrary, LetsNamedSemaphoresWaitNoLongerThanTheyShallWhenTheClockIsSetBack)
{
    const std::string name = "/dp" + std::to_string(random_number() % 100'000'000) + "_old";
    NamedSemaphore semaphore;
    ASSERT_TRUE(semaphore.open(name.c_str(), true, 0600));
    expect_punctual(semaphore);
    NamedSemaphore::remove(name.c_str());
}

TEST(OldLibrary, LetsSemaphoresInMemoryDoSoToo)
{
    alignas(64) unsigned char place[native_semaphore_bytes] = {};
    NativeSemaphore semaphore(place);
    semaphore.initialise();
    expect_punctual(semaphore);
}

TEST(OldLibrary, LetsSemaphoresOfAnotherFormDoSoToo)
{
    Polled polled;
    ASSERT_EQ(sem_init(&polled.semaphore, 0, 0), 0);
    expect_punctual(polled);
    sem_destroy(&polled.semaphore);
}

}
