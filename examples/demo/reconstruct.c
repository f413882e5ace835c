/* Mirror commands: the reconstructor matrix times the slopes of every frame.
     demo_reconstruct SLOPES MATRIX COMMANDS
   A new matrix (commands x slopes) may be published at any time. */
#include <cblas.h>
#include <stdio.h>
#include <string.h>

#include "stage.h"

typedef struct
{
    IMAGE slopes;
    IMAGE matrix;
    IMAGE commands;
    uint32_t slope_count;
    uint32_t command_count;
    uint64_t matrix_cnt0;
    float *slope_vector;
    float *matrix_elements;
} LOOP;

static DEMO_STAGE stage;

static int fail(const char *what)
{
    fprintf(stderr, "reconstruct: %s: %s\n", what, daoLastErrorMessage());
    return 1;
}

static int open_all(LOOP *loop, char **names)
{
    if (demo_wait_for_segment(names[1]) != DAO_SUCCESS || demo_wait_for_segment(names[2]) != DAO_SUCCESS)
        return fail("waiting for the slopes and the matrix");
    if (daoShmShm2Img(names[1], &loop->slopes) != DAO_SUCCESS || daoShmShm2Img(names[2], &loop->matrix) != DAO_SUCCESS)
        return fail("open");
    loop->slope_count = (uint32_t)loop->slopes.md->nelement;
    loop->command_count = loop->matrix.md->size[0];
    if (loop->matrix.md->size[1] != loop->slope_count || loop->matrix.md->atype != _DATATYPE_FLOAT)
    {
        fprintf(stderr, "reconstruct: %s: %u columns of %s; expected %u of float32\n", names[2],
                loop->matrix.md->size[1], daoTypeName(loop->matrix.md->atype), loop->slope_count);
        return 1;
    }
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;

    options.depth = DEMO_DEPTH;
    options.keywords = DEMO_KEYWORDS;
    const uint32_t size[1] = {loop->command_count};
    if (daoShmImageCreateWith(&loop->commands, names[3], 1, size, _DATATYPE_FLOAT, &options) != DAO_SUCCESS)
        return fail("create");
    loop->slope_vector = malloc(loop->slope_count * sizeof(float));
    loop->matrix_elements = malloc((size_t)loop->slope_count * loop->command_count * sizeof(float));
    return loop->slope_vector == NULL || loop->matrix_elements == NULL;
}

static int load_matrix(LOOP *loop)
{
    if (loop->matrix_cnt0 != 0 && daoShmGetCounter(&loop->matrix) == loop->matrix_cnt0)
        return 0;
    if (daoShmReadNewest(&loop->matrix, loop->matrix_elements, (uint64_t)loop->slope_count * loop->command_count,
                         &loop->matrix_cnt0, NULL) != DAO_SUCCESS)
        return fail("matrix");
    return 0;
}

static int reconstruct_frame(LOOP *loop, uint64_t missed)
{
    DAO_FRAME frame = DAO_FRAME_INIT;
    void *slot = NULL;
    if (daoShmGetFrame(&loop->slopes, &frame) != DAO_SUCCESS || load_matrix(loop) != 0)
        return fail("slopes");
    demo_count(&stage, &frame, missed, demo_is_sealed(loop->slope_vector, loop->slope_count, frame.cnt2));
    if (daoShmLoanBegin(&loop->commands, &slot) != DAO_SUCCESS)
        return fail("commands");
    cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)loop->command_count, (int)loop->slope_count, 1.0f,
                loop->matrix_elements, (int)loop->slope_count, loop->slope_vector, 1, 0.0f, (float *)slot, 1);
    daoShmSetFrameId(&loop->commands, demo_seal((float *)slot, loop->command_count, demo_frame_id(frame.cnt2)));
    daoShmSetAcquisitionTime(&loop->commands, frame.atime_ns);
    if (daoShmLoanCommit(&loop->commands) != DAO_SUCCESS)
        return fail("commands");
    return demo_report(&stage, &loop->commands, 0) == DAO_SUCCESS ? 0 : fail("keywords");
}

static int run(LOOP *loop)
{
    uint64_t seen = daoShmGetCounter(&loop->slopes);
    while (!demo_is_stopped())
    {
        uint64_t missed = 0;
        const int_fast8_t status =
            daoShmReadNext(&loop->slopes, loop->slope_vector, loop->slope_count, &seen, NULL, &missed);
        if (status == DAO_SUCCESS || status == DAO_OVERWRITE)
        {
            if (reconstruct_frame(loop, missed) != 0)
                return 1;
        }
        else if (status != DAO_NOTREADY)
            return fail("slopes");
        else
        {
            const int_fast8_t end = daoShmWaitForFrame(&loop->slopes, seen, 1000000000);
            if (end != DAO_SUCCESS && end != DAO_TIMEOUT && end != DAO_INTERRUPTED)
                return fail("slopes");
        }
    }
    return demo_report(&stage, &loop->commands, 1) == DAO_SUCCESS ? 0 : fail("keywords");
}

int main(int argc, char **argv)
{
    static LOOP loop;
    if (argc != 4)
    {
        fprintf(stderr, "usage: demo_reconstruct SLOPES MATRIX COMMANDS\n");
        return 2;
    }
    demo_catch_signals();
    int result = open_all(&loop, argv);
    if (result == 0)
        result = run(&loop);
    daoShmCloseShm(&loop.slopes);
    daoShmCloseShm(&loop.matrix);
    daoShmCloseShm(&loop.commands);
    free(loop.slope_vector);
    free(loop.matrix_elements);
    return result;
}
