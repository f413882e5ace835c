#include "stage.h"

#include <signal.h>

static volatile sig_atomic_t is_stopped = 0;

static void on_signal(int number)
{
    signal(number, on_signal);
    is_stopped = 1;
    daoShmInterrupt();
}

int64_t demo_now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void demo_catch_signals(void)
{
    signal(SIGINT, on_signal);
    signal(SIGTERM, on_signal);
}

int demo_is_stopped(void)
{
    return is_stopped;
}

int_fast8_t demo_wait_for_segment(const char *name)
{
    const int64_t until_ns = demo_now_ns() + 60 * (int64_t)1000000000;
    const struct timespec pause = {0, 5000000};
    IMAGE image;
    while (daoShmOpenReadOnly(name, &image) != DAO_SUCCESS)
    {
        if (is_stopped || demo_now_ns() > until_ns || daoLastErrorCode() != DAO_E_NOT_FOUND)
            return DAO_ERROR;
        nanosleep(&pause, NULL);
    }
    return daoShmCloseShm(&image);
}

void demo_count(DEMO_STAGE *stage, const DAO_FRAME *frame, uint64_t missed, int is_whole)
{
    const int64_t latency_us = (demo_now_ns() - frame->atime_ns) / 1000;
    const int64_t last_bin = DEMO_LATENCY_BINS - 1;
    ++stage->latency[latency_us < 0 ? 0 : latency_us < last_bin ? latency_us : last_bin];
    const uint32_t id = demo_frame_id(frame->cnt2);
    if (stage->frames > 0 && id <= stage->last_id)
        ++stage->repeated;
    else if (stage->frames > 0)
        stage->skipped += id - stage->last_id - 1;
    stage->last_id = id;
    stage->missed += missed;
    stage->torn += is_whole ? 0 : 1;
    ++stage->frames;
}

double demo_latency_us(const DEMO_STAGE *stage, double fraction)
{
    const double wanted = fraction * (double)stage->frames;
    uint64_t counted = 0;
    for (uint32_t bin = 0; bin < DEMO_LATENCY_BINS; ++bin)
    {
        counted += stage->latency[bin];
        if (counted > 0 && (double)counted >= wanted)
            return bin + 0.5;
    }
    return 0;
}

int_fast8_t demo_report(DEMO_STAGE *stage, IMAGE *output, int at_once)
{
    const int64_t now_ns = demo_now_ns();
    if (!at_once && now_ns - stage->reported_ns < 500000000)
        return DAO_SUCCESS;
    stage->reported_ns = now_ns;
    const struct
    {
        const char *name;
        uint64_t value;
        const char *comment;
    } counts[] = {{"FRAMES", stage->frames, "frames read"},
                  {"MISSED", stage->missed, "frames overwritten before they were read"},
                  {"TORN", stage->torn, "torn frames"},
                  {"REPEATED", stage->repeated, "frames repeated or out of order"},
                  {"SKIPPED", stage->skipped, "frame ids of the camera that never arrived"}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; ++i)
        if (daoShmSetKeywordLong(output, counts[i].name, (int64_t)counts[i].value, counts[i].comment) != DAO_SUCCESS)
            return DAO_ERROR;
    if (daoShmSetKeywordDouble(output, "LATMEDUS", demo_latency_us(stage, 0.5), "median age at arrival, us") !=
        DAO_SUCCESS)
        return DAO_ERROR;
    return daoShmSetKeywordDouble(output, "LAT99US", demo_latency_us(stage, 0.99),
                                  "99 % quantile of the age at arrival, us");
}

/* FNV-1a over the bytes of the elements and of the id. */
static uint32_t check_of(const float *vector, uint32_t count, uint32_t frame_id)
{
    uint32_t check = 2166136261u;
    const unsigned char *bytes = (const unsigned char *)vector;
    for (size_t i = 0; i < count * sizeof(float); ++i)
        check = (check ^ bytes[i]) * 16777619u;
    for (int shift = 0; shift < 32; shift += 8)
        check = (check ^ (frame_id >> shift & 255)) * 16777619u;
    return check;
}

uint64_t demo_seal(const float *vector, uint32_t count, uint32_t frame_id)
{
    return (uint64_t)check_of(vector, count, frame_id) << 32 | frame_id;
}

int demo_is_sealed(const float *vector, uint32_t count, uint64_t cnt2)
{
    return demo_seal(vector, count, demo_frame_id(cnt2)) == cnt2;
}

uint32_t demo_frame_id(uint64_t cnt2)
{
    return (uint32_t)cnt2;
}
