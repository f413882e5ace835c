#include "whole_header.h"

#include <string.h>

static void publish(IMAGE *image, float value)
{
    float frame[24];
    for (int i = 0; i < 24; ++i)
    {
        frame[i] = value;
    }
    EXPECT(daoShmImage2Shm(frame, 24, image) == DAO_SUCCESS);
}

void use_waits(void)
{
    IMAGE writer, reader;
    const char *name = fresh_name();
    struct timespec past = {1, 0};
    const int64_t millisecond = 1000000;
    uint32_t user = 0;
    make_floats(&writer, name, 4);
    EXPECT(daoShmShm2Img(name, &reader) == DAO_SUCCESS);
    EXPECT(daoShmGetFrameBytes(&reader) == 24 * sizeof(float));
    EXPECT(daoShmWaitForFrame(&reader, 0, 2 * millisecond) == DAO_TIMEOUT && daoLastErrorCode() == DAO_E_TIMEOUT);
    EXPECT(daoShmWaitForFrameSpin(&reader, 0, 2 * millisecond) == DAO_TIMEOUT);
    EXPECT(daoShmWaitForFrameAdaptive(&reader, 0, 2 * millisecond) == DAO_TIMEOUT);
    publish(&writer, 1);
    EXPECT(daoShmWaitForCounter(&reader) == DAO_SUCCESS);
    EXPECT(daoShmWaitForTargetCounter(&reader, 1) == DAO_SUCCESS);
    EXPECT(daoShmWaitForFrame(&reader, 0, -1) == DAO_SUCCESS);
    EXPECT(daoShmWaitForFrameSpin(&reader, 0, -1) == DAO_SUCCESS);
    EXPECT(daoShmWaitForFrameAdaptive(&reader, 0, -1) == DAO_SUCCESS);
    EXPECT(daoShmWaitForSemaphore(&reader, 3) == DAO_SUCCESS);
    EXPECT(daoShmWaitForSemaphoreTimeout(&reader, 3, &past) == DAO_TIMEOUT);
    EXPECT_ERROR(daoShmWaitForSemaphoreTimeout(&reader, 3, NULL), DAO_E_ARGUMENT);
    EXPECT_ERROR(daoShmWaitForSemaphore(&reader, 10), DAO_E_SEMAPHORE);
    EXPECT(daoSemPost(&writer, 3) == DAO_SUCCESS && daoSemPost(&writer, 3) == DAO_SUCCESS);
    EXPECT(daoShmWaitForSemaphore(&reader, 3) == DAO_SUCCESS);
    EXPECT(daoShmWaitForSemaphoreTimeout(&reader, 3, &past) == DAO_TIMEOUT);
    EXPECT_ERROR(daoSemPost(&writer, -1), DAO_E_SEMAPHORE);
    EXPECT(daoSemPostAll(&writer) == DAO_SUCCESS);
    EXPECT(daoShmWaitForSemaphore(&reader, 9) == DAO_SUCCESS);
    EXPECT(daoSemLogPost(&writer) == DAO_SUCCESS);
    EXPECT(daoShmPostSem(&writer, 0) == DAO_SUCCESS && daoShmPostSemAll(&writer) == DAO_SUCCESS);
    EXPECT(daoShmWaitSem(&reader, 0) == DAO_SUCCESS);
    EXPECT(daoShmClaimSem(&reader) == 0 && daoShmSemInUse(&writer, 0) == 1);
    EXPECT(daoShmGetSemUser(&writer, 0, &user) == DAO_SUCCESS && user != 0);
    EXPECT(daoShmWaitSemTimeout(&reader, DAO_SEM_AUTO, &past) == DAO_TIMEOUT);
    EXPECT(daoShmReleaseSem(&reader) == DAO_SUCCESS && daoShmSemInUse(&writer, 0) == 0);
    publish(&writer, 2);
    EXPECT(daoShmWaitForNextSegment(&reader) == DAO_SUCCESS);
    EXPECT(daoShmRemove(name) == DAO_SUCCESS);
    EXPECT(daoShmWaitForFrame(&reader, daoShmGetCounter(&reader), 5000 * millisecond) == DAO_REMOVED);
    EXPECT(daoShmCloseShm(&reader) == DAO_SUCCESS && daoShmCloseShm(&writer) == DAO_SUCCESS);
}

static void use_pointer_reads(IMAGE *writer, IMAGE *reader)
{
    void *slot = NULL;
    uint32_t index = 99;
    uint64_t cnt0 = 99;
    publish(writer, 7);
    EXPECT(daoShmGetNewestSegment(reader, &slot, &index, &cnt0) == DAO_SUCCESS);
    EXPECT(index == reader->md->fifo_last_written && cnt0 == daoShmGetCounter(writer) && ((float *)slot)[3] == 7.0f);
    EXPECT(daoShmCheckSegmentOverwrite(reader) == DAO_SUCCESS);
    EXPECT(daoShmRewind(reader) == DAO_SUCCESS && reader->fifo_last_read_cnt0 == 0);
    EXPECT(daoShmResetTail(reader, &index, &cnt0) == DAO_SUCCESS && cnt0 == daoShmGetCounter(writer));
    EXPECT(daoShmGetNextSegment(reader, &slot, &index, &cnt0) == DAO_NOTREADY && slot == NULL);
    publish(writer, 8);
    EXPECT(daoShmGetNextSegment(reader, &slot, &index, &cnt0) == DAO_SUCCESS && ((float *)slot)[23] == 8.0f);
    for (int i = 0; i < 4; ++i)
    {
        publish(writer, 9);
    }
    EXPECT(daoShmCheckSegmentOverwrite(reader) == DAO_OVERWRITE);
    publish(writer, 10);
    EXPECT(daoShmGetNextSegment(reader, &slot, &index, &cnt0) == DAO_OVERWRITE && ((float *)slot)[0] == 10.0f);
    EXPECT(daoShmGetArbitrarySegment(reader, &slot, index + 4) == DAO_SUCCESS && ((float *)slot)[0] == 10.0f);
}

static void use_next(IMAGE *writer, IMAGE *reader)
{
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    DAO_FRAME frame = DAO_FRAME_INIT;
    DAO_MEMORY *memory = NULL;
    float data[24];
    uint64_t missed = 99;
    how.timeout_ns = 0;
    EXPECT(daoShmNext(reader, &how, data, 24, &frame, &missed) == DAO_TIMEOUT && missed == 0);
    EXPECT(daoShmSetData(writer, data, 0) == DAO_SUCCESS);
    EXPECT(daoShmSetDataQuiet(writer, data, 0) == DAO_SUCCESS);
    how.order = DAO_NEXT_IN_ORDER;
    how.wait = DAO_WAIT_ADAPTIVE;
    EXPECT(daoShmNext(reader, &how, data, 24, &frame, NULL) == DAO_SUCCESS && frame.stable == 1);
    EXPECT(daoShmGetNewestFrame(reader, &frame) == DAO_SUCCESS && daoShmCheckFrame(reader, &frame) == DAO_SUCCESS);
    EXPECT(daoShmGetFrameAt(reader, frame.slot, &frame) == DAO_SUCCESS);
    how.wait = DAO_WAIT_SEMAPHORE;
    how.order = DAO_NEXT_NEWEST;
    EXPECT(daoShmNext(reader, &how, data, 24, &frame, NULL) == DAO_SUCCESS);
    how.wait = DAO_WAIT_SPIN;
    EXPECT(daoShmNext(reader, &how, data, 24, &frame, NULL) == DAO_TIMEOUT);
    how.wait = DAO_WAIT_SLEEP;
    EXPECT(daoShmInterruptImage(reader) == DAO_SUCCESS);
    EXPECT(daoShmForgetInterrupts(reader) == DAO_SUCCESS);
    EXPECT(daoShmHoldMemory(reader, &memory) == DAO_SUCCESS && memory != NULL);
    daoShmReleaseMemory(memory);
}

void use_reads(void)
{
    IMAGE writer, reader;
    const char *name = fresh_name();
    float frames[3 * 24];
    uint64_t cnt0 = 0, missed = 0;
    int64_t atime_ns = 0;
    DAO_FRAME frame = DAO_FRAME_INIT;
    make_floats(&writer, name, 4);
    EXPECT(daoShmShm2Img(name, &reader) == DAO_SUCCESS);
    EXPECT(daoShmGetFrame(&reader, &frame) == DAO_NOTREADY);
    EXPECT(daoShmReadNewest(&reader, frames, 24, &cnt0, &atime_ns) == DAO_SUCCESS && cnt0 == 0 && frames[23] == 0.0f);
    EXPECT(daoShmReadNext(&reader, frames, 24, &cnt0, &atime_ns, &missed) == DAO_NOTREADY);
    publish(&writer, 1);
    publish(&writer, 2);
    EXPECT(daoShmReadNewest(&reader, frames, 24, &cnt0, &atime_ns) == DAO_SUCCESS);
    EXPECT(cnt0 == 2 && frames[11] == 2.0f && atime_ns > 1600000000000000000);
    EXPECT_ERROR(daoShmReadNewest(&reader, frames, 25, NULL, NULL), DAO_E_RANGE);
    EXPECT(daoShmGetFrame(&reader, &frame) == DAO_SUCCESS && frame.cnt0 == 2 && frame.atime_ns == atime_ns);
    EXPECT(daoShmReadNext(&reader, frames, 24, &cnt0, NULL, &missed) == DAO_SUCCESS);
    EXPECT(cnt0 == 1 && frames[0] == 1.0f && missed == 0);
    EXPECT(daoShmReadLast(&reader, frames, 2, &cnt0) == DAO_SUCCESS);
    EXPECT(cnt0 == 1 && frames[0] == 1.0f && frames[24] == 2.0f);
    EXPECT(daoShmReadLast(&reader, frames, 3, &cnt0) == DAO_NOTREADY && daoLastErrorCode() != DAO_E_OUTRUN);
    EXPECT(daoShmReadLast(&reader, frames, 2, &cnt0) != DAO_OUTRUN);
    EXPECT_ERROR(daoShmReadLast(&reader, frames, 5, &cnt0), DAO_E_RANGE);
    EXPECT(daoShmGetMissed(&reader) <= 2);
    use_next(&writer, &reader);
    use_pointer_reads(&writer, &reader);
    EXPECT(daoShmCloseShm(&reader) == DAO_SUCCESS && daoShmCloseShm(&writer) == DAO_SUCCESS);
    EXPECT(daoShmRemove(name) == DAO_SUCCESS);
}

void use_keywords(void)
{
    IMAGE image;
    IMAGE_KEYWORD keyword;
    const char *name = fresh_name();
    uint32_t count = 0;
    make_floats(&image, name, 1);
    EXPECT(daoShmSetKeywordLong(&image, "gain", 42, "loop gain") == DAO_SUCCESS);
    EXPECT(daoShmSetKeywordDouble(&image, "period", 0.5, NULL) == DAO_SUCCESS);
    EXPECT(daoShmSetKeywordString(&image, "sixteen_bytes_ok", "sixteen bytes ok", NULL) == DAO_SUCCESS);
    EXPECT_ERROR(daoShmSetKeywordString(&image, "text", "seventeen bytes !", NULL), DAO_E_KEYWORD);
    EXPECT(daoShmCountKeywords(&image, &count) == DAO_SUCCESS && count == 3);
    EXPECT(daoShmGetKeyword(&image, "gain", &keyword) == DAO_SUCCESS);
    EXPECT(keyword.type == 'L' && keyword.value.numl == 42 && strcmp(keyword.comment, "loop gain") == 0);
    EXPECT(daoShmGetKeyword(&image, "period", &keyword) == DAO_SUCCESS);
    EXPECT(keyword.type == 'D' && keyword.value.numf == 0.5);
    EXPECT(daoShmGetKeyword(&image, "sixteen_bytes_ok", &keyword) == DAO_SUCCESS);
    EXPECT(keyword.type == 'S' && memcmp(keyword.value.valstr, "sixteen bytes ok", 16) == 0);
    EXPECT(daoShmGetKeywordAt(&image, 0, &keyword) == DAO_SUCCESS && strcmp(keyword.name, "gain") == 0);
    keyword.value.numl = 43;
    EXPECT(daoShmSetKeywords(&image, &keyword, 1, DAO_KEYWORDS_KEEP_COMMENTS) == DAO_SUCCESS);
    EXPECT(daoShmGetKeyword(&image, "gain", &keyword) == DAO_SUCCESS && keyword.value.numl == 43);
    EXPECT_ERROR(daoShmGetKeywordAt(&image, 3, &keyword), DAO_E_NOT_FOUND);
    EXPECT(daoShmRemoveKeyword(&image, "gain") == DAO_SUCCESS);
    EXPECT_ERROR(daoShmGetKeyword(&image, "gain", &keyword), DAO_E_NOT_FOUND);
    EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS && daoShmRemove(name) == DAO_SUCCESS);
}

void use_readers(void)
{
    IMAGE writer, reader;
    DAO_READER readers[4] = {DAO_READER_INIT};
    uint32_t count = 0;
    float frame[24];
    const char *name = fresh_name();
    make_floats(&writer, name, 1);
    EXPECT(daoShmShm2Img(name, &reader) == DAO_SUCCESS);
    EXPECT(daoShmCountReaders(&writer, &count) == DAO_SUCCESS && count == 0);
    publish(&writer, 3);
    EXPECT(daoShmReadNewest(&reader, frame, 24, NULL, NULL) == DAO_SUCCESS);
    EXPECT(daoShmCountReaders(&writer, &count) == DAO_SUCCESS && count == 1);
    EXPECT(daoShmGetReaders(&writer, readers, 4, &count) == DAO_SUCCESS && count == 1);
    EXPECT(readers[0].pid == (uint32_t)getpid() && readers[0].alive == 1 && readers[0].last_cnt0 == 1);
    EXPECT(daoShmGetReaders(&writer, NULL, 0, &count) == DAO_SUCCESS && count == 1);
    EXPECT(daoShmCloseShm(&reader) == DAO_SUCCESS);
    EXPECT(daoShmCountReaders(&writer, &count) == DAO_SUCCESS && count == 0);
    EXPECT(daoShmCloseShm(&writer) == DAO_SUCCESS && daoShmRemove(name) == DAO_SUCCESS);
}
