/* A source of random images as the field writes it, each filled with one value and published whole.
   random_writer SEGMENT FREQUENCY [DEPTH] */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dao.h"

#define NX 24
#define NY 32
static int end = 0;

static void endme(int sig)
{
    (void)sig;
    end = 1;
}

int main(int argc, char **argv)
{
    IMAGE shm[1];
    uint32_t size[2] = {NX, NY};
    uint16_t *buffer = (uint16_t *)malloc(NX * NY * sizeof(uint16_t));
    int i, frame = 0, depth;

    if (argc < 3)
        return 2;
    depth = argc > 3 ? atoi(argv[3]) : 1;
    signal(SIGINT, endme);
    signal(SIGTERM, endme);
    memset(shm, 0x5a, sizeof(shm));
    if (daoShmImageCreate_FIFO(shm, argv[1], 2, size, _DATATYPE_UINT16, 1, 0, (uint32_t)depth) != DAO_SUCCESS)
    {
        daoError("cannot create %s\n", argv[1]);
        return 1;
    }
    if (buffer == NULL)
        return 1;
    srand(5);
    while (!end)
    {
        uint16_t value = (uint16_t)(rand() & 0xffff);
        for (i = 0; i < NX * NY; i++)
            buffer[i] = value;
        shm[0].md[(shm[0].md[0].fifo_last_written + 1) % shm[0].md[0].fifo_size].cnt2 = (uint64_t)value;
        if (daoShmImage2Shm(buffer, NX * NY, &shm[0]) != DAO_SUCCESS)
        {
            daoError("frame %d\n", frame);
            return 1;
        }
        frame++;
        usleep((useconds_t)(1e6 / atof(argv[2])));
    }
    free(buffer);
    daoShmCloseShm(shm);
    return frame > 0 ? 0 : 1;
}
