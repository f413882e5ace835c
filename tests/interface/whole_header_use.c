#include "whole_header.h"

#include <string.h>

void use_life(void)
{
    IMAGE image, again, *line = NULL;
    uint32_t size[3] = {4, 6, 0};
    const char *name = fresh_name(), *line_name = fresh_name();
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    int guarded;
    options.depth = 3;
    options.keywords = 5;
    options.file_mode = 0640;
    options.compatibility = -1;
    EXPECT(daoShmImageCreateWith(&image, name, 2, size, _DATATYPE_UINT16, &options) == DAO_SUCCESS);
    EXPECT(daoShmUnlock(&image, 0) == DAO_SUCCESS);
    EXPECT(daoShmSetLockLimit(0) == 5000000000 && daoShmSetLockLimit(5000000000) == 0);
    EXPECT(daoShmGetInfo(&image, &info) == DAO_SUCCESS);
    EXPECT(info.depth == 3 && info.has_extension == 1 && info.compatible == 0 && info.read_only == 0 &&
           info.state == 0);
    EXPECT(image.md->NBkw == 5 && image.md->sem == IMAGE_NB_SEMAPHORE);
    options.exclusive = 1;
    EXPECT_ERROR(daoShmImageCreateWith(&again, name, 2, size, _DATATYPE_UINT16, &options), DAO_E_EXISTS);
    options.size = 0;
    EXPECT_ERROR(daoShmImageCreateWith(&again, name, 2, size, _DATATYPE_UINT16, &options), DAO_E_ARGUMENT);
    EXPECT(daoShmImageCreateSem(&image, 4) == DAO_SUCCESS && image.md->sem == 4);
    EXPECT(daoImageCreateSem(&image, IMAGE_NB_SEMAPHORE) == DAO_SUCCESS && image.md->sem == 10);

    EXPECT(daoShmOpenReadOnly(name, &again) == DAO_SUCCESS);
    EXPECT(daoShmGetInfo(&again, &info) == DAO_SUCCESS && info.read_only == 1);
    EXPECT_ERROR(daoShmImage2Shm(size, 1, &again), DAO_E_READ_ONLY);
    EXPECT(daoShmCloseShm(&again) == DAO_SUCCESS);

    EXPECT(daoShmDuplicate(&image, &again) == DAO_SUCCESS && again.md == image.md);
    EXPECT(daoShmCloseShm(&again) == DAO_SUCCESS);

    EXPECT(daoShmShm2Img(name, &again) == DAO_SUCCESS);
    EXPECT(daoShmCheckReplaced(&again) == DAO_SUCCESS);
    EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS);
    EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS);
    size[0] = 7;
    EXPECT(daoShmImageCreate(&image, name, 2, size, _DATATYPE_UINT16, 1, 0) == DAO_SUCCESS);
    EXPECT(daoShmCheckReplaced(&again) == DAO_REPLACED);
    EXPECT(daoShmReopen(&again) == DAO_SUCCESS);
    EXPECT(daoShmCheckReplaced(&again) == DAO_SUCCESS && again.md->size[0] == 7);
    EXPECT(daoShmRemove(name) == DAO_SUCCESS);
    EXPECT(daoShmCheckReplaced(&again) == DAO_REMOVED);
    EXPECT(daoShmCloseShm(&again) == DAO_SUCCESS && daoShmCloseShm(&image) == DAO_SUCCESS);

    EXPECT(daoShmInit1D(line_name, 12, &line) == DAO_SUCCESS);
    EXPECT(line->md[0].size[0] == 12 && line->md[0].size[1] == 1 && line->md[0].atype == Dtype);
    EXPECT(daoShmCloseShm(line) == DAO_SUCCESS && daoShmRemove(line_name) == DAO_SUCCESS);
    free(line);

    daoShmSetFileMode(0600);
    EXPECT(daoShmGetFileMode() == 0600);
    daoShmSetCompatibility(1);
    EXPECT(daoShmGetCompatibility() == 1);
    daoShmSetCompatibility(0);
    EXPECT(daoShmGetCompatibility() == 0);
    guarded = daoShmGetTruncationGuard(); /* not on Windows */
    daoShmSetTruncationGuard(0);
    EXPECT(daoShmGetTruncationGuard() == 0);
    daoShmSetTruncationGuard(1);
    EXPECT(daoShmGetTruncationGuard() == guarded);
}

void use_errors(void)
{
    IMAGE image;
    uint32_t size[3] = {4, 0, 1};
    const char *name = fresh_name();
    char long_name[90];
    EXPECT_ERROR(daoShmShm2Img(name, &image), DAO_E_NOT_FOUND);
    EXPECT_ERROR(daoShmRemove(name), DAO_E_NOT_FOUND);
    EXPECT_ERROR(daoShmImageCreate(&image, name, 2, size, _DATATYPE_FLOAT, 1, 0), DAO_E_SHAPE);
    EXPECT_ERROR(daoShmImageCreate(&image, name, 4, size, _DATATYPE_FLOAT, 1, 0), DAO_E_SHAPE);
    EXPECT_ERROR(daoShmImageCreate(&image, name, 1, size, 13, 1, 0), DAO_E_TYPE);
    EXPECT_ERROR(daoShmImageCreate_FIFO(&image, name, 1, size, _DATATYPE_FLOAT, 1, 0, 0), DAO_E_SHAPE);
    EXPECT(daoShmImageCreate(&image, name, 1, size, _DATATYPE_FLOAT, 1, -1) == DAO_ERROR);
    EXPECT(daoShmImageCreate(&image, NULL, 1, size, _DATATYPE_FLOAT, 1, 0) == DAO_ERROR);
    EXPECT_ERROR(daoShmImageCreate(&image, "", 1, size, _DATATYPE_FLOAT, 1, 0), DAO_E_NAME);
    memset(long_name, 'x', sizeof long_name);
    long_name[80] = 0;
    EXPECT_ERROR(daoShmImageCreate(&image, long_name, 1, size, _DATATYPE_FLOAT, 1, 0), DAO_E_NAME);
    EXPECT_ERROR(daoShmShm2Img(NULL, &image), DAO_E_ARGUMENT);
    EXPECT_ERROR(daoShmShm2Img(name, &image), DAO_E_NOT_FOUND);
    EXPECT(daoLastErrorCode() != DAO_E_NONE && strstr(daoLastErrorMessage(), strrchr(name, '/') + 1) != NULL);
    EXPECT_ERROR(daoSetLastError(DAO_E_NETWORK, "100%s: no such host"), DAO_E_NETWORK);
    EXPECT(strcmp(daoLastErrorMessage(), "100%s: no such host") == 0);
    EXPECT_ERROR(daoSetLastError(DAO_E_BUSY, daoLastErrorMessage()), DAO_E_BUSY);
    EXPECT(strcmp(daoLastErrorMessage(), "100%s: no such host") == 0);
    EXPECT(daoSetLastError(DAO_E_KEY, NULL) == DAO_ERROR && *daoLastErrorMessage() == 0);
}

void use_retiring(void)
{
    IMAGE image, other;
    uint32_t size[1] = {3};
    const char *name = fresh_name();
    EXPECT(daoShmImageCreate(&image, "private", 1, size, _DATATYPE_FLOAT, 0, 0) == DAO_SUCCESS);
    EXPECT(daoShmDuplicate(&image, &other) == DAO_SUCCESS);
    EXPECT(daoShmRetirePrivate(&image, 1) == DAO_SUCCESS);
    EXPECT(daoShmWaitForFrame(&other, 0, 1000000000) == DAO_REPLACED);
    daoShmCloseShm(&other);
    daoShmCloseShm(&image);
    EXPECT(daoShmImageCreate(&image, "private", 1, size, _DATATYPE_FLOAT, 0, 0) == DAO_SUCCESS);
    EXPECT(daoShmDuplicate(&image, &other) == DAO_SUCCESS);
    EXPECT(daoShmRetirePrivate(&image, 0) == DAO_SUCCESS);
    EXPECT(daoShmWaitForFrame(&other, 0, 1000000000) == DAO_REMOVED);
    daoShmCloseShm(&other);
    daoShmCloseShm(&image);
    make_floats(&image, name, 1);
    EXPECT_ERROR(daoShmRetirePrivate(&image, 1), DAO_E_ARGUMENT);
    daoShmCloseShm(&image);
    daoShmRemove(name);
}

void use_writes(void)
{
    IMAGE image, first, second, *inputs[2];
    const char *name = fresh_name(), *first_name = fresh_name(), *second_name = fresh_name();
    float frame[24];
    void *slot = NULL;
    make_floats(&image, name, 2);
    make_floats(&first, first_name, 1);
    make_floats(&second, second_name, 1);
    for (int i = 0; i < 24; ++i)
    {
        frame[i] = (float)i;
    }
    EXPECT(daoShmSetFrameId(&first, 77) == DAO_SUCCESS);
    EXPECT(daoShmSetAcquisitionTime(&first, 123456789) == DAO_SUCCESS);
    EXPECT(daoShmImage2Shm(frame, 24, &first) == DAO_SUCCESS);
    EXPECT(first.md->cnt0 == 1 && first.md->cnt2 == 77 && first.md->atime.tsfixed.secondlong == 123456789);
    EXPECT(first.md->write == 0 && first.array.F[23] == 23.0f);
    EXPECT_ERROR(daoShmImage2Shm(frame, 25, &first), DAO_E_RANGE);
    EXPECT_ERROR(daoShmImage2Shm(NULL, 24, &first), DAO_E_ARGUMENT);
    EXPECT(daoShmGetCounter(&first) == 1);

    EXPECT(daoShmImage2ShmQuiet(frame, 24, &second) == DAO_SUCCESS);
    EXPECT(daoShmGetCounter(&second) == 0 && second.array.F[5] == 5.0f);
    EXPECT(daoShmImagePart2ShmFinalize(&second) == DAO_SUCCESS && daoShmGetCounter(&second) == 1);
    inputs[0] = &first;
    inputs[1] = &second;
    EXPECT(daoShmCombineShm2Shm(inputs, &image, 2, 24) == DAO_SUCCESS);
    EXPECT(daoShmGetCounter(&image) == 1 && image.array.F[image.md->fifo_last_written * 24 + 7] == 14.0f);
    EXPECT(daoShmTimestampShm(&image) == DAO_SUCCESS);
    EXPECT(image.md[image.md->fifo_last_written].atime.tsfixed.secondlong > 1600000000000000000);

    EXPECT(daoShmLoanBegin(&image, &slot) == DAO_SUCCESS);
    memcpy(slot, frame, sizeof frame);
    EXPECT(daoShmLoanCommit(&image) == DAO_SUCCESS && daoShmGetCounter(&image) == 2);
    EXPECT_ERROR(daoShmLoanCommit(&image), DAO_E_STATE);
    EXPECT(daoShmLoanBegin(&image, &slot) == DAO_SUCCESS);
    EXPECT(daoShmLoanAbort(&image) == DAO_SUCCESS && daoShmGetCounter(&image) == 2);
    daoShmCloseShm(&image);
    daoShmCloseShm(&first);
    daoShmCloseShm(&second);
    daoShmRemove(name);
    daoShmRemove(first_name);
    daoShmRemove(second_name);
}

void use_packets_and_slices(void)
{
    IMAGE image, roll;
    const char *name = fresh_name(), *roll_name = fresh_name();
    uint32_t size[3] = {3, 2, 2};
    float packet[12], slice[4] = {1, 2, 3, 4};
    make_floats(&image, name, 1);
    for (uint16_t id = 0; id < 2; ++id)
    {
        for (int i = 0; i < 12; ++i)
        {
            packet[i] = (float)(12 * id + i);
        }
        EXPECT(daoShmImagePart2Shm((char *)packet, 12, &image, 12u * id, id, 2, 900) == DAO_SUCCESS);
        EXPECT(image.md->write == 1 && image.md->lastPos == 12u * id && image.md->lastNb == 12);
        EXPECT(image.md->packetNb == id && image.md->packetTotal == 2 && image.md->lastNbArray[id] == 900);
    }
    EXPECT_ERROR(daoShmImagePart2Shm((char *)packet, 12, &image, 13, 1, 2, 900), DAO_E_RANGE);
    EXPECT(daoShmImagePart2ShmFinalize(&image) == DAO_SUCCESS);
    EXPECT(image.md->write == 0 && image.md->cnt0 == 1 && image.array.F[20] == 20.0f);
    EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS && daoShmRemove(name) == DAO_SUCCESS);

    EXPECT(daoShmImageCreate(&roll, roll_name, 3, size, _DATATYPE_FLOAT, 1, 0) == DAO_SUCCESS);
    for (unsigned i = 0; i < 4; ++i)
    {
        EXPECT(daoShmWriteSlice(&roll, slice, 4) == DAO_SUCCESS);
        EXPECT(roll.md->cnt1 == i % 3 && roll.md->cnt0 == i + 1 && roll.array.F[4 * (i % 3) + 2] == 3.0f);
    }
    EXPECT_ERROR(daoShmWriteSlice(&roll, slice, 5), DAO_E_RANGE);
    EXPECT(daoShmCloseShm(&roll) == DAO_SUCCESS && daoShmRemove(roll_name) == DAO_SUCCESS);
}
