/* A segment seen from C: what the Python tests open, and who opens what they make. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dao.h"

#define COLUMNS 3
#define ROWS 2

static int fail(const char *step)
{
    fprintf(stderr, "%s: %s\n", step, daoLastErrorMessage());
    return 1;
}

/* A frame whose element i is base + i. */
static void fill(float *frame, float base)
{
    for (int i = 0; i < ROWS * COLUMNS; ++i)
        frame[i] = base + (float)i;
}

static int create(const char *name, int publish)
{
    IMAGE image;
    uint32_t size[] = {ROWS, COLUMNS};
    float frame[ROWS * COLUMNS];
    if (daoShmImageCreate_FIFO(&image, name, 2, size, _DATATYPE_FLOAT, 1, 2, 3) != DAO_SUCCESS)
        return fail("create");
    fill(frame, 10.0f);
    if (publish && daoShmSetKeywordLong(&image, "ORIGIN", 42, "who made it") != DAO_SUCCESS)
        return fail("keyword");
    if (publish && daoShmImage2Shm(frame, ROWS * COLUMNS, &image) != DAO_SUCCESS)
        return fail("publish");
    return daoShmCloseShm(&image);
}

/* Check the newest frame and add one to the answer: publish base 20. */
static int reply(const char *name, float expected_base)
{
    IMAGE image;
    float frame[ROWS * COLUMNS];
    float expected[ROWS * COLUMNS];
    if (daoShmShm2Img(name, &image) != DAO_SUCCESS)
        return fail("open");
    if (image.md[0].size[0] != ROWS || image.md[0].size[1] != COLUMNS || image.md[0].atype != _DATATYPE_FLOAT)
        return fail("geometry");
    if (daoShmReadNewest(&image, frame, ROWS * COLUMNS, NULL, NULL) != DAO_SUCCESS)
        return fail("read");
    fill(expected, expected_base);
    if (memcmp(frame, expected, sizeof frame) != 0)
        return fail("content");
    fill(frame, 20.0f);
    if (daoShmImage2Shm(frame, ROWS * COLUMNS, &image) != DAO_SUCCESS)
        return fail("publish");
    return daoShmCloseShm(&image);
}

/* Take the writer's lock away from whoever has it. */
static int unlock(const char *name)
{
    IMAGE image;
    if (daoShmShm2Img(name, &image) != DAO_SUCCESS)
        return fail("open");
    if (daoShmUnlock(&image, 1) != DAO_SUCCESS)
        return fail("unlock");
    return daoShmCloseShm(&image);
}

/* For each line of standard input publish a frame of ones more than the last, then add one to some of its elements, quietly
 * and again and again: by and by, while a reader copies, but not without end. */
static int alter(const char *name)
{
    enum
    {
        ELEMENTS = 1024,
        TIMES = 20
    };
    const struct timespec pause = {0, 1000000};
    IMAGE image;
    static float altered[ELEMENTS];
    float value = 0.0f;
    if (daoShmShm2Img(name, &image) != DAO_SUCCESS)
        return fail("open");
    float *frame = malloc(daoShmGetFrameBytes(&image));
    while (frame != NULL && getchar() == '\n')
    {
        value += 1.0f;
        for (uint64_t i = 0; i < image.md[0].nelement; ++i)
            frame[i] = value;
        if (daoShmSetData(&image, frame, image.md[0].nelement) != DAO_SUCCESS)
            return fail("publish");
        for (int time = 1; time <= TIMES; ++time)
        {
            nanosleep(&pause, NULL);
            for (int i = 0; i < ELEMENTS; ++i)
                altered[i] = value + (float)time;
            if (daoShmSetDataQuiet(&image, altered, ELEMENTS) != DAO_SUCCESS)
                return fail("quiet write");
        }
    }
    free(frame);
    return daoShmCloseShm(&image);
}

int main(int count, char **arguments)
{
    if (count == 3 && strcmp(arguments[1], "unlock") == 0)
        return unlock(arguments[2]);
    if (count == 3 && strcmp(arguments[1], "create") == 0)
        return create(arguments[2], 1);
    if (count == 3 && strcmp(arguments[1], "make_unpublished") == 0)
        return create(arguments[2], 0);
    if (count == 4 && strcmp(arguments[1], "reply") == 0)
        return reply(arguments[2], (float)atof(arguments[3]));
    if (count == 3 && strcmp(arguments[1], "alter") == 0)
        return alter(arguments[2]);
    fprintf(stderr, "usage: segment_tool alter|create|make_unpublished|unlock name | reply name base\n");
    return 2;
}
