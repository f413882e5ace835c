/* What all stages of the demonstration share: wait for the input to exist, count its frames and their latency, and
   report both in keywords of the segment that the stage writes. */
#ifndef DEMO_STAGE_H
#define DEMO_STAGE_H

#include <dao.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Latencies are counted in bins of 1 us; the last bin holds all longer ones. */
#define DEMO_LATENCY_BINS 1000001

/* Number of keywords of a stage. */
#define DEMO_KEYWORDS 16

/* Slots of each segment: a stage may be delayed by this many frames before it misses one. */
#define DEMO_DEPTH 128

typedef struct
{
    uint64_t frames;
    uint64_t missed;   /* overwritten before this stage read them */
    uint64_t torn;     /* content and frame id do not match */
    uint64_t repeated; /* a frame id that is not above the last one */
    uint64_t skipped;  /* frame ids that never arrived, wherever they were lost */
    uint32_t last_id;
    int64_t reported_ns; /* last update of the keywords */
    uint32_t latency[DEMO_LATENCY_BINS];
} DEMO_STAGE;

/* Now, ns since the epoch. */
int64_t demo_now_ns(void);

/* From now on SIGINT and SIGTERM end the waits, and demo_is_stopped() is true. */
void demo_catch_signals(void);
int demo_is_stopped(void);

/* Wait until a segment of that name exists. DAO_ERROR after 60 s or when stopped. */
int_fast8_t demo_wait_for_segment(const char *name);

/* Count a frame that arrived now. */
void demo_count(DEMO_STAGE *stage, const DAO_FRAME *frame, uint64_t missed, int is_whole);

/* Latency that `fraction` of the frames did not exceed, us. */
double demo_latency_us(const DEMO_STAGE *stage, double fraction);

/* Write the counts into keywords: at most twice per second, or at once. */
int_fast8_t demo_report(DEMO_STAGE *stage, IMAGE *output, int at_once);

/* The cnt2 of a vector is the camera's frame id and, in its upper half, a checksum of the elements and that id; in the
   camera's own frames the upper half is 0. */
uint64_t demo_seal(const float *vector, uint32_t count, uint32_t frame_id);
int demo_is_sealed(const float *vector, uint32_t count, uint64_t cnt2);
uint32_t demo_frame_id(uint64_t cnt2);

#ifdef __cplusplus
}
#endif

#endif
