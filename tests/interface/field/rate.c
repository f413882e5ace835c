/* A rate meter as the field writes it: waits on semaphore 4 of the segment itself and divides frames by time.
   rate SEGMENT FRAMES */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "dao.h"

int main(int argc, char **argv)
{
    IMAGE image;
    struct timespec t[2], timeout;
    uint64_t first = 0, last = 0;
    double elapsed = 0;
    int n = 0, wakes = 0;

    if (argc < 3)
        return 2;
    while (daoShmShm2Img(argv[1], &image) != DAO_SUCCESS)
        usleep(10000);
    while (n < atoi(argv[2]))
    {
        clock_gettime(CLOCK_REALTIME, &timeout);
        timeout.tv_sec += 30;
        if (sem_timedwait(image.semptr[4], &timeout) == -1)
        {
            if (errno == EINTR)
                continue;
            daoError("no frame after %d\n", n);
            return 1;
        }
        clock_gettime(CLOCK_MONOTONIC, &t[1]);
        last = image.md[0].cnt0;
        if (wakes == 0)
        {
            first = last;
            t[0] = t[1];
        }
        wakes++;
        n = (int)(last - first);
        elapsed = (double)(t[1].tv_sec - t[0].tv_sec) + (double)(t[1].tv_nsec - t[0].tv_nsec) / 1e9;
        if (n > 0)
            printf("\rfps = %8.3f Hz", n / elapsed);
    }
    printf("\n");
    /* A post is not added up, but each wake is for a frame, or for one that came while the last was looked at. */
    if (elapsed <= 0 || wakes > n + 2 || image.array.F[0] < (float)last)
    {
        daoError("%d wakes for %d frames in %f s\n", wakes, n, elapsed);
        return 1;
    }
    daoShmCloseShm(&image);
    return 0;
}
