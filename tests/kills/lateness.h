/* What a call waits for that takes long: a processor for itself, or a living process that has the lock and waits for a processor.
   A second thread looks every 5 ms, from 50 ms on. That time is the machine's; all other is the library's. */
#ifndef DAO_KILLS_LATENESS_H
#define DAO_KILLS_LATENESS_H

#include <dao.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum
{
    most_holders = 12
};

struct Holder
{
    uint32_t pid; /* 0: nobody */
    char state;   /* as /proc has it: R runs or wants to, S asleep, T stopped, Z dead; ? not to be seen */
    int looks;
};

struct Lateness
{
    double begun_s;
    double waited_s;  /* for a processor, by this thread */
    double excused_s; /* that, and while who has the lock waited for one */
    double taken_s;
    IMAGE watched;
    pthread_t watcher;
    volatile int is_over;
    struct Holder holders[most_holders];
};

static inline double clock_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* How long the calling thread has waited for a processor since it began; 0 where the system does not say. */
static inline double processor_wait_s(void)
{
    unsigned long long run_ns = 0, wait_ns = 0;
    FILE *file = fopen("/proc/thread-self/schedstat", "r");
    if (file != NULL && fscanf(file, "%llu %llu", &run_ns, &wait_ns) != 2)
        wait_ns = 0;
    if (file != NULL)
        fclose(file);
    return 1e-9 * (double)wait_ns;
}

static inline char state_of(uint32_t pid)
{
    char path[64], text[512];
    snprintf(path, sizeof path, "/proc/%u/stat", pid);
    FILE *file = fopen(path, "r");
    const size_t bytes = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    text[bytes] = 0;
    const char *end = strrchr(text, ')');
    return end != NULL && end[1] == ' ' ? end[2] : '?';
}

static inline void note_holder(struct Lateness *lateness)
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    if (daoShmGetInfo(&lateness->watched, &info) != DAO_SUCCESS)
        return;
    const uint32_t pid = info.writing ? info.writer_pid : 0;
    const char state = pid != 0 ? state_of(pid) : ' ';
    for (int index = 0; index < most_holders; ++index)
    {
        struct Holder *holder = &lateness->holders[index];
        if (holder->looks != 0 && (holder->pid != pid || holder->state != state))
            continue;
        holder->pid = pid;
        holder->state = state;
        ++holder->looks;
        return;
    }
}

static const double look_s = 0.005;

static inline void *watch(void *argument)
{
    struct Lateness *lateness = (struct Lateness *)argument;
    while (!lateness->is_over)
    {
        const struct timespec pause = {0, (long)(1e9 * look_s)};
        nanosleep(&pause, NULL);
        if (clock_s() - lateness->begun_s > 0.05)
            note_holder(lateness);
    }
    return NULL;
}

static inline void begin_to_watch(struct Lateness *lateness, IMAGE *image)
{
    memset(lateness, 0, sizeof *lateness);
    lateness->is_over = daoShmDuplicate(image, &lateness->watched) != DAO_SUCCESS; /* removed by now, it may be */
    if (!lateness->is_over && pthread_create(&lateness->watcher, NULL, watch, lateness) != 0)
        lateness->is_over = 1;
    lateness->waited_s = processor_wait_s();
    lateness->begun_s = clock_s();
}

static inline double end_of_watch(struct Lateness *lateness)
{
    lateness->taken_s = clock_s() - lateness->begun_s;
    lateness->waited_s = processor_wait_s() - lateness->waited_s;
    lateness->excused_s = lateness->waited_s;
    if (lateness->is_over)
        return lateness->taken_s;
    lateness->is_over = 1;
    pthread_join(lateness->watcher, NULL);
    daoShmCloseShm(&lateness->watched);
    for (int index = 0; index < most_holders; ++index)
        if (lateness->holders[index].state == 'R')
            lateness->excused_s += look_s * lateness->holders[index].looks;
    return lateness->taken_s;
}

static inline void say_why(const struct Lateness *lateness)
{
    if (lateness->taken_s < 0.1)
        return;
    fprintf(stderr, "%.3f s, %.3f s of them waiting for a processor; who had the lock, looked at every %.0f ms:",
            lateness->taken_s, lateness->waited_s, 1e3 * look_s);
    for (int index = 0; index < most_holders && lateness->holders[index].looks != 0; ++index)
    {
        const struct Holder *holder = &lateness->holders[index];
        if (holder->pid == 0)
            fprintf(stderr, " nobody %d times;", holder->looks);
        else
            fprintf(stderr, " process %u (%c) %d times;", holder->pid, holder->state, holder->looks);
    }
    fprintf(stderr, "\n");
}

#endif
