/* What writers and readers of the load test have in common, in C (worker.c), C++ (worker.cpp) and Python (worker.py): a frame is
   made from one number, its tag, and a reader counts what must not be. Once a second a worker prints a line of what it counted
   so far; the last one counts. */
#ifndef DAO_SOAK_WORKER_HPP
#define DAO_SOAK_WORKER_HPP

#include <dao.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* A frame of any number of bytes: words made from the tag, and its lowest bytes where no whole word fits. */
static inline void fill_frame(unsigned char *frame, uint64_t bytes, uint64_t tag)
{
    const uint64_t words = bytes / sizeof tag;
    for (uint64_t index = 0; index < words; ++index)
    {
        const uint64_t word = tag * (2 * index + 1);
        memcpy(frame + index * sizeof word, &word, sizeof word);
    }
    memcpy(frame + words * sizeof tag, &tag, bytes % sizeof tag);
}

static inline int is_whole_frame(const unsigned char *frame, uint64_t bytes)
{
    uint64_t tag = 0;
    const uint64_t words = bytes / sizeof tag;
    if (words == 0)
        return 1; /* one access of the processor, or so few bytes that nothing tells */
    memcpy(&tag, frame, sizeof tag);
    for (uint64_t index = 1; index < words; ++index)
    {
        const uint64_t expected = tag * (2 * index + 1);
        if (memcmp(frame + index * sizeof tag, &expected, sizeof tag) != 0)
            return 0;
    }
    return memcmp(frame + words * sizeof tag, &tag, bytes % sizeof tag) == 0;
}

/* Who wrote, in the upper bits, so that a writer that is started again goes on with other tags. */
static inline uint64_t first_tag(uint64_t seed)
{
    return seed << 40;
}

struct counts
{
    uint64_t frames, missed, restarts, outrun, torn, repeated, reordered, silent;
    /* of the frame before */
    uint64_t segment_id, cnt0, tag;
    uint32_t generation;
    int64_t printed_at_s;
};

static inline void count_frame(struct counts *counts, uint64_t segment_id, const DAO_FRAME *found, uint64_t missed,
                               const unsigned char *frame, uint64_t bytes)
{
    const int is_first = counts->frames++ == 0;
    const int goes_on = segment_id == counts->segment_id && found->generation == counts->generation;
    uint64_t tag = 0;
    if (!is_whole_frame(frame, bytes))
        ++counts->torn;
    if (bytes >= sizeof tag)
        memcpy(&tag, frame, sizeof tag);
    if (!is_first && !goes_on)
        ++counts->restarts;
    if (!is_first)
    {
        const uint64_t before = goes_on ? counts->cnt0 : 0;
        if (found->cnt0 == before)
            ++counts->repeated;
        else if (found->cnt0 < before)
            ++counts->reordered;
        else if (found->cnt0 != before + missed + 1)
            ++counts->silent;
        counts->missed += missed;
    }
    /* The same by content, whatever the counters say. A frame that is written while the segment is being replaced may be in
       both: a writer that follows writes it again. */
    if (tag != 0 && tag == counts->tag)
        counts->repeated += goes_on ? 1 : 0;
    else if (tag != 0 && tag >> 40 == counts->tag >> 40 && tag < counts->tag)
        ++counts->reordered;
    counts->segment_id = segment_id;
    counts->generation = found->generation;
    counts->cnt0 = found->cnt0;
    counts->tag = tag;
}

static inline void print_counts(struct counts *counts, int at_once)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (!at_once && now.tv_sec == counts->printed_at_s)
        return;
    counts->printed_at_s = now.tv_sec;
    printf("frames=%llu missed=%llu restarts=%llu outrun=%llu torn=%llu repeated=%llu reordered=%llu silent=%llu\n",
           (unsigned long long)counts->frames, (unsigned long long)counts->missed, (unsigned long long)counts->restarts,
           (unsigned long long)counts->outrun, (unsigned long long)counts->torn, (unsigned long long)counts->repeated,
           (unsigned long long)counts->reordered, (unsigned long long)counts->silent);
    fflush(stdout);
}

static inline void pause_ns(int64_t ns)
{
    const struct timespec pause = {(time_t)(ns / 1000000000), (long)(ns % 1000000000)};
    nanosleep(&pause, NULL);
}

/* When it was made, as bits: what a follower reads now may be another segment of the same name. */
static inline uint64_t segment_id_of(const IMAGE *image)
{
    uint64_t id = 0;
    memcpy(&id, &image->md->creation_time, sizeof id);
    return id;
}

/* 1 when the failure is one that the test causes: segments are made again and removed, writers are stopped. */
static inline int is_expected_failure(void)
{
    switch (daoLastErrorCode())
    {
    case DAO_E_NOT_FOUND:
    case DAO_E_REPLACED:
    case DAO_E_REMOVED:
    case DAO_E_BUSY:
    case DAO_E_NOT_READY:
    case DAO_E_TIMEOUT:
    case DAO_E_OVERWRITE:
        return 1;
    default:
        return 0;
    }
}

#endif
