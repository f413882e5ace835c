/* A clock as the field writes it: one number, raised and published at a given frequency until somebody ends it.
   clock SEGMENT FREQUENCY */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <daoBase.h>

char clockName[DAO_SHM_NAME_LEN];
float frequency;
static int end = 0;

static void endme(int sig)
{
    (void)sig;
    end = 1;
}

int main(int argc, char **argv)
{
    IMAGE *clockShm = (IMAGE *)malloc(sizeof(IMAGE));
    uint32_t size[3] = {1, 1, 0};
    struct timespec period;
    long n = 0;

    if (argc < 3)
        return 2;
    strncpy(clockName, argv[1], sizeof(clockName) - 1);
    frequency = (float)atof(argv[2]);
    signal(SIGINT, endme);
    signal(SIGTERM, endme);
    period.tv_sec = 0;
    period.tv_nsec = (long)(1e9 / frequency);
    if (daoShmCreate(clockShm, clockName, 2, size, _DATATYPE_FLOAT, 1, 1) != DAO_SUCCESS)
    {
        daoError("%s: no clock: %s\n", __FILENAME__, daoLastErrorMessage());
        return 1;
    }
    strcpy(clockShm[0].kw[0].name, "FREQ");
    clockShm[0].kw[0].type = 'D';
    clockShm[0].kw[0].value.numf = frequency;
    while (!end)
    {
        nanosleep(&period, NULL);
        clockShm[0].array.F[0] += 1.0f;
        if (daoShmSetDataPartFinalize(&clockShm[0]) != DAO_SUCCESS)
            return 1;
        n++;
    }
    n -= (long)clockShm[0].md[0].cnt0;
    daoShmClose(clockShm);
    free(clockShm);
    return n == 0 ? 0 : 1;
}
