/* A recorder as the field writes it: sleeps on a semaphore of the segment, puts frames into a cube and saves it as FITS.
   save SEGMENT FRAMES FILE */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dao.h"

#define FITS_BLOCK 2880

static void card(char *header, int *n, const char *key, long value)
{
    char text[81];
    snprintf(text, sizeof(text), "%-8s= %20ld%50s", key, value, "");
    memcpy(header + 80 * (*n)++, text, 80);
}

static int saveFits(const char *file, const uint16_t *cube, const uint32_t *size, long nbFrames)
{
    char header[FITS_BLOCK];
    long i, nelement = (long)size[0] * (long)size[1] * nbFrames;
    int n = 1;
    FILE *f = fopen(file, "wb");

    if (f == NULL)
        return 1;
    memset(header, ' ', sizeof(header));
    memcpy(header, "SIMPLE  =                    T", 30);
    card(header, &n, "BITPIX", 16);
    card(header, &n, "NAXIS", 3);
    card(header, &n, "NAXIS1", (long)size[1]);
    card(header, &n, "NAXIS2", (long)size[0]);
    card(header, &n, "NAXIS3", nbFrames);
    card(header, &n, "BZERO", 32768);
    memcpy(header + 80 * n, "END", 3);
    fwrite(header, 1, sizeof(header), f);
    for (i = 0; i < nelement; i++)
    {
        int stored = (int)cube[i] - 32768; /* big-endian, signed */
        fputc((stored >> 8) & 0xff, f);
        fputc(stored & 0xff, f);
    }
    for (i = 2 * nelement; i % FITS_BLOCK != 0; i++)
        fputc(0, f);
    return fclose(f);
}

int main(int argc, char **argv)
{
    IMAGE image;
    uint16_t *cube, *frame;
    uint32_t idx;
    uint64_t cnt0, last = 0;
    void *ptr;
    long n = 0, nbFrames, nelement, i;

    if (argc < 4)
        return 2;
    nbFrames = atol(argv[2]);
    while (daoShmShm2Img(argv[1], &image) != DAO_SUCCESS)
        usleep(10000);
    nelement = (long)image.md[0].nelement;
    cube = (uint16_t *)calloc((size_t)(nelement * nbFrames), sizeof(uint16_t));
    if (cube == NULL)
        return 1;
    while (n < nbFrames)
    {
        if (sem_wait(image.semptr[7]) == -1)
        {
            if (errno == EINTR)
                continue;
            return 1;
        }
        frame = cube + n * nelement;
        daoShmGetNewestSegment(&image, &ptr, &idx, &cnt0);
        memcpy(frame, ptr, (size_t)nelement * sizeof(uint16_t));
        if (daoShmCheckSegmentOverwrite(&image) != DAO_SUCCESS || cnt0 <= last)
            continue; /* overwritten meanwhile, or a post for one that was taken already */
        last = cnt0;
        for (i = 1; i < nelement; i++)
        {
            if (frame[i] != frame[0])
            {
                daoError("frame %d is torn\n", (int)cnt0);
                return 1;
            }
        }
        n++;
    }
    if (saveFits(argv[3], cube, image.md[0].size, nbFrames))
        return 1;
    daoShmCloseShm(&image);
    free(cube);
    return 0;
}
