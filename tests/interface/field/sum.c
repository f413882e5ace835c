/* A chain as the field writes it: handles from malloc and daoShmInit1D, arrays of IMAGE, a command summed over channels,
   waits on numbered semaphores with an absolute time limit. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <dao.h>

#define NCHANNEL 3
#define NACT 97

static char outName[80];
static float result[NACT];

static void *listen(void *arg)
{
    IMAGE *out = (IMAGE *)malloc(sizeof(IMAGE));
    struct timespec timeout;
    (void)arg;
    if (out == NULL)
        return NULL;
    memset(out, 0x5a, sizeof(IMAGE));
    if (daoShmShm2Img(outName, &out[0]) == DAO_SUCCESS)
    {
        clock_gettime(CLOCK_REALTIME, &timeout);
        timeout.tv_sec += 10;
        if (daoShmWaitForSemaphoreTimeout(out, 4, &timeout) == DAO_SUCCESS)
        {
            memcpy(result, out[0].array.F, NACT * sizeof(float));
        }
        daoShmCloseShm(out);
    }
    free(out);
    return NULL;
}

int main(int argc, char **argv)
{
    IMAGE *channel[NCHANNEL], *out = NULL, dark[2];
    char name[80];
    uint32_t size[3] = {NACT, 1, 0};
    float *command = (float *)calloc(NACT, sizeof(float));
    pthread_t listener;
    int i, j;

    snprintf(outName, sizeof(outName), "%s_out", argc > 1 ? argv[1] : "sum");
    daoSetLogLevel(DAO_DEBUG);
    if (command == NULL || daoShmInit1D(outName, NACT, &out) != DAO_SUCCESS)
    {
        return 1;
    }
    for (i = 0; i < NCHANNEL; i++)
    {
        snprintf(name, sizeof(name), "%s_%02d", argc > 1 ? argv[1] : "sum", i);
        if (daoShmInit1D(name, NACT, &channel[i]) != DAO_SUCCESS)
        {
            return 1;
        }
        for (j = 0; j < NACT; j++)
        {
            command[j] = (float)(i + 1);
        }
        daoShmImage2Shm(command, NACT, channel[i]);
        daoDebug("channel %d at %d\n", i, (int)channel[i]->md[0].cnt0);
    }
    for (i = 0; i < 2; i++)
    {
        memset(&dark[i], 0xff, sizeof(IMAGE));
        if (daoShmImageCreate(&dark[i], "dark", 2, size, _DATATYPE_UINT16, 0, 0) != DAO_SUCCESS)
        {
            return 1;
        }
        dark[i].array.UI16[NACT - 1] = 7;
        daoShmImagePart2ShmFinalize(&dark[i]);
    }
    pthread_create(&listener, NULL, listen, NULL);
    usleep(100000);
    daoShmCombineShm2Shm(channel, out, NCHANNEL, NACT);
    pthread_join(listener, NULL);
    daoInfo("sum %f, dark counter %d\n", result[NACT - 1], (int)dark[1].md[0].cnt0);
    for (i = 0; i < NCHANNEL; i++)
    {
        remove(channel[i]->name);
        daoShmCloseShm(channel[i]);
        free(channel[i]);
    }
    remove(outName);
    daoShmCloseShm(out);
    daoShmCloseShm(&dark[0]);
    daoShmCloseShm(&dark[1]);
    free(out);
    free(command);
    return result[0] == 6.0f && result[NACT - 1] == 6.0f ? 0 : 1;
}
