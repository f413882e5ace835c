// The newest names of historic calls: each does what the other one does.
#include "dao.h"

int_fast8_t daoShmCreate(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype, int shared,
                         int NBkw)
{
    return daoShmImageCreate(image, name, naxis, size, atype, shared, NBkw);
}

int_fast8_t daoShmCreateFifo(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype, int shared,
                             int NBkw, uint32_t fifo_size)
{
    return daoShmImageCreate_FIFO(image, name, naxis, size, atype, shared, NBkw, fifo_size);
}

int_fast8_t daoShmCreate1D(const char *name, uint32_t nbVal, IMAGE **image)
{
    return daoShmInit1D(name, nbVal, image);
}

int_fast8_t daoShmCreateSem(IMAGE *image, long NBsem)
{
    return daoShmImageCreateSem(image, NBsem);
}

int_fast8_t daoShmOpen(const char *name, IMAGE *image)
{
    return daoShmShm2Img(name, image);
}

int_fast8_t daoShmClose(IMAGE *image)
{
    return daoShmCloseShm(image);
}

int_fast8_t daoShmSetDataPart(IMAGE *image, char *im, uint32_t nbVal, uint32_t position, uint16_t packetId,
                              uint16_t packetTotal, uint64_t frameNumber)
{
    return daoShmImagePart2Shm(im, nbVal, image, position, packetId, packetTotal, frameNumber);
}

int_fast8_t daoShmSetDataPartFinalize(IMAGE *image)
{
    return daoShmImagePart2ShmFinalize(image);
}

int_fast8_t daoShmCombine(IMAGE **imageCube, IMAGE *image, int nbChannel, int nbVal)
{
    return daoShmCombineShm2Shm(imageCube, image, nbChannel, nbVal);
}

int_fast8_t daoShmGetData(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return daoShmGetNewestSegment(image, segment_ptr, segment_idx, segment_cnt0);
}

int_fast8_t daoShmGetDataNext(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return daoShmGetNextSegment(image, segment_ptr, segment_idx, segment_cnt0);
}

int_fast8_t daoShmGetDataAt(IMAGE *image, void **segment_ptr, uint_fast32_t fifo_idx)
{
    return daoShmGetArbitrarySegment(image, segment_ptr, fifo_idx);
}

int_fast8_t daoShmCheckOverwrite(IMAGE *image)
{
    return daoShmCheckSegmentOverwrite(image);
}

int_fast8_t daoShmResetReadTail(IMAGE *image, uint32_t *segment_idx, uint64_t *segment_cnt0)
{
    return daoShmResetTail(image, segment_idx, segment_cnt0);
}

int_fast8_t daoShmWaitCounter(IMAGE *image)
{
    return daoShmWaitForCounter(image);
}

int_fast8_t daoShmWaitTargetCounter(IMAGE *image, uint64_t targetCnt0)
{
    return daoShmWaitForTargetCounter(image, targetCnt0);
}

int_fast8_t daoShmWaitData(IMAGE *image)
{
    return daoShmWaitForNextSegment(image);
}

int_fast8_t daoShmPostLog(IMAGE *image)
{
    return daoSemLogPost(image);
}
