/* A combiner as the field writes it: the command is the sum of what its channels hold, made anew when the first of them is
   published.
   combiner SEGMENT CHANNEL... */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dao.h"

#define NB_MAX_SHM 10
IMAGE shm[NB_MAX_SHM];
static int end = 0;

static void endme(int sig)
{
    (void)sig;
    end = 1;
}

int main(int argc, char **argv)
{
    IMAGE *channel[NB_MAX_SHM], outShm;
    struct timespec timeout;
    int nbShm = argc - 2, k, n = 0;

    if (argc < 3 || nbShm > NB_MAX_SHM)
        return 2;
    signal(SIGINT, endme);
    signal(SIGTERM, endme);
    for (k = 0; k < nbShm; k++)
    {
        while (daoShmOpen(argv[k + 2], &shm[k]) != DAO_SUCCESS && !end)
            usleep(10000);
        channel[k] = &shm[k];
    }
    if (end || daoShmCreate(&outShm, argv[1], shm[0].md[0].naxis, shm[0].md[0].size, shm[0].md[0].atype, 1, 0))
        return 1;
    while (!end)
    {
        clock_gettime(CLOCK_REALTIME, &timeout);
        timeout.tv_sec += 1;
        if (sem_timedwait(shm[0].semptr[2], &timeout) == -1)
            continue;
        /* A channel may be between two frames for a while. */
        if (daoShmCombine(channel, &outShm, nbShm, (int)shm[0].md[0].nelement) > 0)
        {
            daoError("%s\n", daoLastErrorMessage());
            return 1;
        }
        n++;
    }
    for (k = 0; k < nbShm; k++)
        daoShmClose(&shm[k]);
    daoShmClose(&outShm);
    return n > 0 ? 0 : 1;
}
