/* A machine where everything is late, at random: preloaded, it delays the start of processes and threads and the end of
 * sleeps and waits. What a test says must still hold; see run.sh. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int longest_ms = 250;
static uint64_t seed;

static void *next(void **function, const char *name)
{
    if (!*function)
        *function = dlsym(RTLD_NEXT, name);
    return *function;
}
#define NEXT(name)                \
    static void *name##_function; \
    __typeof__(&name) real = (__typeof__(&name))next(&name##_function, #name)

/* A step of splitmix64 (Steele, Lea, Flood 2014). */
static uint64_t draw(void)
{
    uint64_t z = __atomic_add_fetch(&seed, 0x9e3779b97f4a7c15u, __ATOMIC_RELAXED);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static void be_late(unsigned one_in)
{
    const uint64_t number = draw();
    if (number % one_in)
        return;
    const int before = errno;
    const uint64_t late_ns = (number >> 16) % ((uint64_t)longest_ms * 1000000);
    struct timespec rest = {(time_t)(late_ns / 1000000000), (long)(late_ns % 1000000000)};
    NEXT(clock_nanosleep);
    while (real(CLOCK_MONOTONIC, 0, &rest, &rest) == EINTR)
        ;
    errno = before;
}

__attribute__((constructor)) static void start_late(void)
{
    const char *text = getenv("LATE_MS");
    if (text && atoi(text) > 0)
        longest_ms = atoi(text);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    text = getenv("LATE_SEED");
    seed = (text ? strtoull(text, NULL, 0) : (uint64_t)now.tv_nsec) ^ ((uint64_t)getpid() << 32);
    be_late(4);
}

struct start
{
    void *(*function)(void *);
    void *argument;
};

static void *start_thread(void *argument)
{
    const struct start start = *(struct start *)argument;
    free(argument);
    be_late(3);
    return start.function(start.argument);
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*function)(void *), void *argument)
{
    NEXT(pthread_create);
    struct start *start = malloc(sizeof *start);
    if (!start)
        return EAGAIN;
    *start = (struct start){function, argument};
    const int result = real(thread, attributes, start_thread, start);
    if (result)
        free(start);
    else
        be_late(8);
    return result;
}

pid_t fork(void)
{
    NEXT(fork);
    const pid_t child = real();
    be_late(4);
    return child;
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *span, struct timespec *rest)
{
    NEXT(clock_nanosleep);
    const int result = real(clock, flags, span, rest);
    be_late(8);
    return result;
}

int nanosleep(const struct timespec *span, struct timespec *rest)
{
    NEXT(nanosleep);
    const int result = real(span, rest);
    be_late(8);
    return result;
}

int poll(struct pollfd *descriptors, nfds_t count, int timeout_ms)
{
    NEXT(poll);
    const int result = real(descriptors, count, timeout_ms);
    be_late(16);
    return result;
}

int sem_timedwait(sem_t *semaphore, const struct timespec *limit)
{
    NEXT(sem_timedwait);
    const int result = real(semaphore, limit);
    be_late(8);
    return result;
}

int pthread_cond_clockwait(pthread_cond_t *condition, pthread_mutex_t *mutex, clockid_t clock,
                           const struct timespec *limit)
{
    NEXT(pthread_cond_clockwait);
    const int result = real(condition, mutex, clock, limit);
    be_late(8);
    return result;
}
