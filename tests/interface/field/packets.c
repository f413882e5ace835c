/* A receiver of packets as the field writes it: each thread takes some of the packets of every frame, and the thread that
   is through last publishes it. Packets would come from the network; here their content is computed.
   packets SEGMENT FREQUENCY */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dao.h"

#define NTHREAD 4
#define NPACKET 32
#define PACKET_ELEMENTS 24
#define NX NPACKET
#define NY PACKET_ELEMENTS

static IMAGE image;
static pthread_barrier_t frameStart, frameEnd;
static uint64_t frameNb = 0;
static int end = 0, stopping = 0, failed = 0;

static void endme(int sig)
{
    (void)sig;
    end = 1;
}

static void *receive(void *arg)
{
    int id = *(int *)arg, packet, i;
    uint16_t data[PACKET_ELEMENTS];

    for (;;)
    {
        pthread_barrier_wait(&frameStart);
        if (stopping)
            return NULL;
        for (packet = id; packet < NPACKET; packet += NTHREAD)
        {
            for (i = 0; i < PACKET_ELEMENTS; i++)
                data[i] = (uint16_t)frameNb;
            if (daoShmSetDataPart(&image, (char *)data, PACKET_ELEMENTS, (uint32_t)(packet * PACKET_ELEMENTS),
                                  (uint16_t)packet, NPACKET, frameNb) != DAO_SUCCESS)
                failed = 1;
        }
        pthread_barrier_wait(&frameEnd);
    }
}

int main(int argc, char **argv)
{
    uint32_t size[2] = {NX, NY};
    pthread_t thread[NTHREAD];
    int id[NTHREAD], i;

    if (argc < 3)
        return 2;
    signal(SIGINT, endme);
    signal(SIGTERM, endme);
    if (daoShmCreateFifo(&image, argv[1], 2, size, _DATATYPE_UINT16, 1, 0, 4) != DAO_SUCCESS)
        return 1;
    pthread_barrier_init(&frameStart, NULL, NTHREAD + 1);
    pthread_barrier_init(&frameEnd, NULL, NTHREAD + 1);
    for (i = 0; i < NTHREAD; i++)
    {
        id[i] = i;
        pthread_create(&thread[i], NULL, receive, &id[i]);
    }
    while (!end && !failed)
    {
        frameNb++;
        pthread_barrier_wait(&frameStart);
        pthread_barrier_wait(&frameEnd);
        if (daoShmSetDataPartFinalize(&image) != DAO_SUCCESS)
            failed = 1;
        for (i = 0; i < NPACKET; i++)
            failed |= image.md[image.md[0].fifo_last_written].lastNbArray[i] != frameNb;
        usleep((useconds_t)(1e6 / atof(argv[2])));
    }
    stopping = 1;
    pthread_barrier_wait(&frameStart);
    for (i = 0; i < NTHREAD; i++)
        pthread_join(thread[i], NULL);
    if (failed)
        daoError("frame %d: %s\n", (int)frameNb, daoLastErrorMessage());
    daoShmClose(&image);
    return failed;
}
