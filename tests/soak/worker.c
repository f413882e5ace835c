/* Writers and readers of the load test in C:
       worker create NAME BYTES DEPTH
       worker remove NAME
       worker writer NAME SEED PERIOD_NS
       worker reader NAME newest|order sleep|spin|adaptive|semaphore
       worker crowd FOLDER COUNT DEPTH     makes segments with a frame each, keeps them open until its input ends
       worker publish NAME COUNT PERIOD_NS prints how long a publish took, the median in nanoseconds */
#include "worker.hpp"

#include <stdlib.h>

static unsigned char *frame;
static uint64_t frame_bytes;

static int fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, daoLastErrorMessage());
    return 1;
}

static int create(const char *name, uint32_t bytes, uint32_t depth)
{
    IMAGE image;
    uint32_t size[2] = {bytes, 1};
    memset(&image, 0, sizeof image);
    return daoShmImageCreate_FIFO(&image, name, 2, size, _DATATYPE_UINT8, 1, 4, depth) == DAO_SUCCESS ? 0
                                                                                                      : fail("create");
}

/* Opens it, and has room for its frames. */
static int open_segment(const char *name, IMAGE *image)
{
    memset(image, 0, sizeof *image);
    while (daoShmShm2Img(name, image) != DAO_SUCCESS)
    {
        if (!is_expected_failure())
            return fail("open");
        pause_ns(10000000);
    }
    frame_bytes = image->md->nelement;
    free(frame);
    frame = malloc(frame_bytes);
    return frame == NULL;
}

static int write_frames(const char *name, uint64_t seed, int64_t period_ns)
{
    struct counts counts = {0};
    uint64_t tag = first_tag(seed);
    for (;;)
    {
        IMAGE image;
        if (open_segment(name, &image) != 0)
            return 1;
        int status = DAO_SUCCESS;
        while (status == DAO_SUCCESS)
        {
            void *slot = NULL;
            ++tag;
            if (tag % 4 != 0)
            {
                fill_frame(frame, frame_bytes, tag);
                status = daoShmSetData(&image, frame, frame_bytes);
            }
            else if ((status = daoShmLoanBegin(&image, &slot)) == DAO_SUCCESS)
            {
                fill_frame(slot, frame_bytes, tag);
                status = daoShmLoanCommit(&image);
            }
            counts.frames += status == DAO_SUCCESS;
            print_counts(&counts, 0);
            pause_ns(period_ns);
        }
        if (!is_expected_failure())
            return fail("write");
        daoShmCloseShm(&image);
    }
}

static int read_frames(const char *name, const char *order, const char *wait)
{
    struct counts counts = {0};
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = strcmp(order, "order") == 0 ? DAO_NEXT_IN_ORDER : DAO_NEXT_NEWEST;
    how.wait = strcmp(wait, "spin") == 0        ? DAO_WAIT_SPIN
               : strcmp(wait, "adaptive") == 0  ? DAO_WAIT_ADAPTIVE
               : strcmp(wait, "semaphore") == 0 ? DAO_WAIT_SEMAPHORE
                                                : DAO_WAIT_SLEEP;
    how.timeout_ns = 500000000;
    how.follow = 1;
    for (;;)
    {
        IMAGE image;
        if (open_segment(name, &image) != 0)
            return 1;
        for (;;)
        {
            DAO_FRAME found = DAO_FRAME_INIT;
            uint64_t missed = 0;
            const int status = daoShmNext(&image, &how, frame, frame_bytes, &found, &missed);
            if (status == DAO_SUCCESS || status == DAO_OVERWRITE)
                count_frame(&counts, segment_id_of(&image), &found, missed, frame, frame_bytes);
            else if (status == DAO_OUTRUN)
                ++counts.outrun;
            else if (status != DAO_TIMEOUT && status != DAO_NOTREADY)
                break;
            print_counts(&counts, 0);
        }
        if (!is_expected_failure())
            return fail("read");
        daoShmCloseShm(&image);
    }
}

/* The segments are open all at once, by one process. */
static int make_crowd(const char *folder, unsigned count, uint32_t depth)
{
    static IMAGE *images; /* until the process ends */
    const uint32_t bytes = 4096;
    uint32_t size[2] = {bytes, 1};
    images = calloc(count, sizeof *images);
    frame = calloc(bytes, 1);
    if (images == NULL || frame == NULL)
        return fail("memory");
    for (unsigned index = 0; index < count; ++index)
    {
        char name[80];
        snprintf(name, sizeof name, "%s/s%04u.im.shm", folder, index);
        if (daoShmImageCreate_FIFO(&images[index], name, 2, size, _DATATYPE_UINT8, 1, 4, depth) != DAO_SUCCESS)
            return fail("create");
        fill_frame(frame, bytes, index + 1);
        if (daoShmSetData(&images[index], frame, bytes) != DAO_SUCCESS)
            return fail("write");
    }
    printf("ready\n");
    fflush(stdout);
    while (getchar() != EOF)
    {
    }
    for (unsigned index = 0; index < count; ++index)
    {
        char name[80];
        snprintf(name, sizeof name, "%s/s%04u.im.shm", folder, index);
        daoShmCloseShm(&images[index]);
        daoShmRemove(name);
    }
    return 0;
}

static int compare_times(const void *one, const void *other)
{
    const int64_t difference = *(const int64_t *)one - *(const int64_t *)other;
    return difference < 0 ? -1 : difference > 0;
}

static int measure_publish(const char *name, unsigned count, int64_t period_ns)
{
    IMAGE image;
    static int64_t *times_ns; /* until the process ends */
    times_ns = calloc(count, sizeof *times_ns);
    if (times_ns == NULL || open_segment(name, &image) != 0)
        return 1;
    for (unsigned index = 0; index < count; ++index)
    {
        struct timespec begin, end;
        fill_frame(frame, frame_bytes, first_tag(1) + index);
        clock_gettime(CLOCK_MONOTONIC, &begin);
        if (daoShmSetData(&image, frame, frame_bytes) != DAO_SUCCESS)
            return fail("write");
        clock_gettime(CLOCK_MONOTONIC, &end);
        times_ns[index] = (int64_t)(end.tv_sec - begin.tv_sec) * 1000000000 + (end.tv_nsec - begin.tv_nsec);
        pause_ns(period_ns);
    }
    qsort(times_ns, count, sizeof *times_ns, compare_times);
    printf("%lld\n", (long long)times_ns[count / 2]);
    return 0;
}

int main(int count, char **words)
{
    if (count == 3 && strcmp(words[1], "remove") == 0)
        return daoShmRemove(words[2]) == DAO_SUCCESS || daoLastErrorCode() == DAO_E_NOT_FOUND ? 0 : fail("remove");
    if (count != 5)
        return 2;
    if (strcmp(words[1], "create") == 0)
        return create(words[2], (uint32_t)strtoul(words[3], NULL, 10), (uint32_t)strtoul(words[4], NULL, 10));
    if (strcmp(words[1], "crowd") == 0)
        return make_crowd(words[2], (unsigned)strtoul(words[3], NULL, 10), (uint32_t)strtoul(words[4], NULL, 10));
    if (strcmp(words[1], "publish") == 0)
        return measure_publish(words[2], (unsigned)strtoul(words[3], NULL, 10), strtoll(words[4], NULL, 10));
    if (strcmp(words[1], "writer") == 0)
        return write_frames(words[2], strtoull(words[3], NULL, 10), strtoll(words[4], NULL, 10));
    return read_frames(words[2], words[3], words[4]);
}
