/* A display as the field writes it: a loop with other things to do, which looks with sem_trywait whether there is a frame.
   display SEGMENT FRAMES */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dao.h"

int main(int argc, char **argv)
{
    IMAGE shm[1];
    uint64_t cnt0 = 0;
    int shown = 0, idle = 0, value;

    if (argc < 3)
        return 2;
    while (daoShmOpen(argv[1], &shm[0]) != DAO_SUCCESS)
        usleep(10000);
    /* What was posted before the loop is old. */
    while (sem_trywait(shm[0].semptr[9]) == 0)
        ;
    while (shown < atoi(argv[2]))
    {
        if (sem_trywait(shm[0].semptr[9]) == 0)
        {
            if (daoShmGetCounter(&shm[0]) < cnt0)
            {
                daoError("the counter went from %d to %d\n", (int)cnt0, (int)daoShmGetCounter(&shm[0]));
                return 1;
            }
            cnt0 = daoShmGetCounter(&shm[0]);
            printf("\rframe %d", (int)cnt0);
            shown++;
        }
        else
        {
            idle++;
            usleep(2000);
        }
    }
    printf(", idle %d times\n", idle);
    sem_getvalue(shm[0].semptr[9], &value);
    daoShmClose(&shm[0]);
    return value <= SEMAPHORE_MAXVAL && cnt0 > 0 ? 0 : 1;
}
