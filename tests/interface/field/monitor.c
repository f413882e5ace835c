/* A monitor as the field writes it: looks at the metadata, the semaphores and the keywords of a segment now and then.
   monitor SEGMENT FRAMES */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dao.h"

int main(int argc, char **argv)
{
    IMAGE *shm = (IMAGE *)malloc(sizeof(IMAGE));
    uint64_t seen, first;
    int k, value, posted = 0;

    if (argc < 3)
        return 2;
    while (daoShmOpen(argv[1], &shm[0]) != DAO_SUCCESS)
        usleep(10000);
    first = seen = daoShmGetCounter(&shm[0]);
    printf("%s %d x %d, type %d, %d semaphores\n", shm[0].md[0].name, (int)shm[0].md[0].size[0],
           (int)shm[0].md[0].size[1], shm[0].md[0].atype, shm[0].md[0].sem);
    while (seen < first + (uint64_t)atoi(argv[2]))
    {
        IMAGE_METADATA *md = &shm[0].md[shm[0].md[0].fifo_last_written];
        usleep(10000);
        if (shm[0].md[0].sem != IMAGE_NB_SEMAPHORE || daoShmGetCounter(&shm[0]) < seen)
            return 1;
        seen = daoShmGetCounter(&shm[0]);
        for (k = 0; k < shm[0].md[0].sem; k++)
        {
            if (sem_getvalue(shm[0].semptr[k], &value) != 0 || value < 0 || value > SEMAPHORE_MAXVAL)
            {
                daoError("semaphore %d has value %d\n", k, value);
                return 1;
            }
            posted |= value;
        }
        printf("\r%ld at %ld.%09ld", (long)seen, (long)(md->atime.tsfixed.secondlong / 1000000000),
               (long)(md->atime.tsfixed.secondlong % 1000000000));
    }
    printf("\n");
    if (!posted || shm[0].md[0].last_access < shm[0].md[0].creation_time)
    {
        daoError("%d frames, and no semaphore posted\n", (int)(seen - first));
        return 1;
    }
    daoShmClose(&shm[0]);
    free(shm);
    return 0;
}
