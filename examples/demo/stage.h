/* What every stage of the demonstration does besides its work: wait for its input to appear, count what it was given
   and how late, and say so in keywords of the segment it writes. */
#ifndef DEMO_STAGE_H
#define DEMO_STAGE_H

#include <dao.h>

#ifdef __cplusplus
extern "C"
{
#endif

/* Latencies are counted in bins of 1 us; the last bin takes all that are longer. */
#define DEMO_LATENCY_BINS 1000001

/* Keywords that a stage needs room for. */
#define DEMO_KEYWORDS 16

/* Slots of each segment: a stage may be held up for so many frames before it misses one. */
#define DEMO_DEPTH 128

    typedef struct
    {
        uint64_t frames;
        uint64_t missed;   /* overwritten before this stage read them */
        uint64_t torn;     /* content and frame id do not belong together */
        uint64_t repeated; /* a frame id that is not above the last one */
        uint64_t skipped;  /* frame ids that never came, whoever lost them */
        uint64_t last_id;
        int64_t reported_ns; /* when the keywords were written last */
        uint32_t latency[DEMO_LATENCY_BINS];
    } DEMO_STAGE;

    /* Now, ns since the epoch. */
    int64_t demo_now_ns(void);

    /* From now on SIGINT and SIGTERM end the waits, and demo_is_stopped() says so. */
    void demo_catch_signals(void);
    int demo_is_stopped(void);

    /* Wait until there is a segment of that name, then close it again. DAO_ERROR after 60 s or when stopped. */
    int_fast8_t demo_wait_for_segment(const char *name);

    /* Count a frame that arrived now. */
    void demo_count(DEMO_STAGE *stage, const DAO_FRAME *frame, uint64_t missed, int is_whole);

    /* Latency that `fraction` of the frames did not exceed, us. */
    double demo_latency_us(const DEMO_STAGE *stage, double fraction);

    /* Write what was counted into keywords: at most twice a second, or at once. */
    int_fast8_t demo_report(DEMO_STAGE *stage, IMAGE *output, int at_once);

    /* Vectors carry a check of their elements and their frame id in one more element, the last. */
    void demo_seal(float *vector, uint32_t count, uint64_t frame_id);
    int demo_is_sealed(const float *vector, uint32_t count, uint64_t frame_id);

#ifdef __cplusplus
}
#endif

#endif
