// What the processes that are killed do, and what they must never see. The same in C (worker.c), C++ (worker.cpp) and Python
// (worker.py): a frame is `frame_elements` words, all made from its first.
//
// Results, as exit codes: 0 the segment ended or the work was done, 1 a call failed that should not, 2 torn, 3 repeated or
// out of order, 4 silently lost.
#ifndef DAO_KILLS_WORKER_HPP
#define DAO_KILLS_WORKER_HPP

#include <dao.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum
{
    frame_rows = 16,
    frame_columns = 32,
    frame_elements = frame_rows * frame_columns
};

static inline void fill_frame(uint64_t *frame, uint64_t tag)
{
    for (uint64_t index = 0; index < frame_elements; ++index)
        frame[index] = tag * (2 * index + 1);
}

static inline int is_whole_frame(const uint64_t *frame)
{
    for (uint64_t index = 1; index < frame_elements; ++index)
        if (frame[index] != frame[0] * (2 * index + 1))
            return 0;
    return 1;
}

/* 1 when the failure is one that others cause on purpose: they replace and remove the segment all the time. */
static inline int is_expected_failure(void)
{
    switch (daoLastErrorCode())
    {
    case DAO_E_NOT_FOUND:
    case DAO_E_REPLACED:
    case DAO_E_REMOVED:
    case DAO_E_PERMISSION: /* made by the other user */
    case DAO_E_READ_ONLY:
    case DAO_E_BUSY: /* replaced and removed by another at this moment */
    case DAO_E_NOT_READY:
    case DAO_E_TIMEOUT:
        return 1;
    default:
        return 0;
    }
}

static inline void end_at_once(int number)
{
    _exit(128 + number);
}

/* SIGUSR1 ends the process by _exit() at whatever instruction it is: nothing is flushed, unlocked or unmapped by itself. */
static inline void end_at_once_on_signal(void)
{
    (void)signal(SIGUSR1, end_at_once);
}

static inline int fail(const char *what)
{
    fprintf(stderr, "%s: %s\n", what, daoLastErrorMessage());
    return 1;
}

#endif
