/* Publish a moving ramp: writer NAME --frames N */
#include <dao.h>
#include <string.h>

int main(int argc, char **argv)
{
    long frames = argc == 4 && strcmp(argv[2], "--frames") == 0 ? atol(argv[3]) : 10;
    uint32_t size[2] = {10, 10};
    float frame[100];
    IMAGE image;
    if (argc < 2 || daoShmImageCreate_FIFO(&image, argv[1], 2, size, _DATATYPE_FLOAT, 1, 0, 4) != DAO_SUCCESS)
    {
        daoError("%s\n", argc < 2 ? "usage: writer NAME [--frames N]" : daoLastErrorMessage());
        return EXIT_FAILURE;
    }
    for (long n = 0; n < frames; ++n)
    {
        for (int i = 0; i < 100; ++i)
        {
            frame[i] = (float)(n + i);
        }
        if (daoShmImage2Shm(frame, 100, &image) != DAO_SUCCESS)
        {
            daoError("%s\n", daoLastErrorMessage());
        }
    }
    daoShmCloseShm(&image);
    return EXIT_SUCCESS;
}
