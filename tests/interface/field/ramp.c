/* A source of frames as the field writes it: the handle on the stack, pixels set through array.F, published by
   daoShmImagePart2ShmFinalize, a signal handler that ends the loop. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dao.h"

static int end = 0;

static void endme(int sig)
{
    (void)sig;
    end = 1;
}

int main(int argc, char **argv)
{
    IMAGE image[1];
    IMAGE check;
    uint32_t size[2] = {8, 5};
    int i, n = 0;

    if (argc < 2)
    {
        daoError("usage: %s segment\n", argv[0]);
        return 2;
    }
    signal(SIGINT, endme);
    memset(image, 0xa5, sizeof(image));
    memset(&check, 0xa5, sizeof(check));
    if (daoShmImageCreate(image, argv[1], 2, size, _DATATYPE_FLOAT, 1, 0) != DAO_SUCCESS)
    {
        daoError("cannot create %s\n", argv[1]);
        return 1;
    }
    if (daoShmShm2Img(argv[1], &check) != DAO_SUCCESS)
    {
        return 1;
    }
    daoInfo("start, %d x %d\n", (int)image[0].md[0].size[0], (int)image[0].md[0].size[1]);
    while (!end)
    {
        for (i = 0; i < (int)image[0].md[0].nelement; i++)
        {
            image[0].array.F[i] = n + i;
        }
        daoShmImagePart2ShmFinalize(&image[0]);
        n++;
        if (check.md[0].cnt0 != (uint64_t)n || check.array.F[39] != n - 1 + 39)
        {
            daoError("frame %d: cnt0 %d\n", n, (int)check.md[0].cnt0);
            return 1;
        }
        if (n == 20)
        {
            raise(SIGINT);
        }
    }
    daoInfo("end after %d\n", n);
    daoShmCloseShm(&check);
    daoShmCloseShm(image);
    remove(argv[1]);
    return n == 20 ? 0 : 1;
}
