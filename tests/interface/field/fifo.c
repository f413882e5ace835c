/* A FIFO of frames read in order, packets, counters and keywords straight from the struct, as the field writes it. */
#include "dao.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    IMAGE writer, reader;
    uint32_t size[3];
    uint16_t packet[32];
    void *ptr;
    uint32_t idx, frame;
    uint64_t cnt0;
    int_fast8_t status;
    int i, p;
    const char *name = argc > 1 ? argv[1] : "fifo";

    memset(&writer, 0x11, sizeof(writer));
    memset(&reader, 0x22, sizeof(reader));
    size[0] = 16;
    size[1] = 8;
    if (daoShmImageCreate_FIFO(&writer, name, 2, size, _DATATYPE_UINT16, 1, 2, 4) != DAO_SUCCESS)
        return 1;
    if (daoShmShm2Img(name, &reader) != DAO_SUCCESS)
        return 1;
    strcpy(writer.kw[0].name, "EXPTIME");
    writer.kw[0].type = 'D';
    writer.kw[0].value.numf = 0.001;
    for (frame = 1; frame <= 3; frame++)
    {
        for (p = 0; p < 4; p++)
        {
            for (i = 0; i < 32; i++)
                packet[i] = (uint16_t)(frame * 1000 + p * 32 + i);
            daoShmImagePart2Shm((char *)packet, 32, &writer, p * 32, p, 4, frame);
        }
        daoShmImagePart2ShmFinalize(&writer);
    }
    for (frame = 1; frame <= 3; frame++)
    {
        if (daoShmWaitForNextSegment(&reader) != DAO_SUCCESS)
            return 1;
        status = daoShmGetNextSegment(&reader, &ptr, &idx, &cnt0);
        if (status != DAO_SUCCESS || cnt0 != frame || ((uint16_t *)ptr)[127] != frame * 1000 + 127)
        {
            daoError("frame %u: status %d cnt0 %u\n", frame, status, (unsigned)cnt0);
            return 1;
        }
        if (reader.md[idx].lastNbArray[3] != frame || reader.md[idx].packetTotal != 4 || reader.md[idx].write != 0)
            return 1;
        if (daoShmCheckSegmentOverwrite(&reader) != DAO_SUCCESS)
            return 1;
    }
    if (daoShmGetNextSegment(&reader, &ptr, &idx, &cnt0) != DAO_NOTREADY)
        return 1;
    if (strcmp(reader.kw[0].name, "EXPTIME") || reader.kw[0].value.numf != 0.001)
        return 1;
    daoWarning("last written %u of %u\n", reader.md[0].fifo_last_written, reader.md[0].fifo_size);
    daoShmCloseShm(&reader);
    daoShmCloseShm(&writer);
    remove(name);
    return 0;
}
