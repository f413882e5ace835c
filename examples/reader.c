/* Read frames as they arrive: reader NAME --frames N */
#include <dao.h>
#include <string.h>

int main(int argc, char **argv)
{
    const long frames = argc == 4 && strcmp(argv[2], "--frames") == 0 ? atol(argv[3]) : 10;
    const int64_t ten_seconds_ns = 10000000000;
    IMAGE image;
    if (argc < 2 || daoShmShm2Img(argv[1], &image) != DAO_SUCCESS)
    {
        daoError("%s\n", argc < 2 ? "usage: reader NAME [--frames N]" : daoLastErrorMessage());
        return EXIT_FAILURE;
    }
    const uint64_t elements = image.md->nelement;
    float *frame = image.md->atype == _DATATYPE_FLOAT ? malloc(elements * sizeof(float)) : NULL;
    int_fast8_t status = frame ? DAO_SUCCESS : DAO_ERROR;
    uint64_t cnt0 = 0;
    for (long n = 0; n < frames && status == DAO_SUCCESS; ++n)
    {
        status = daoShmWaitForFrame(&image, cnt0, ten_seconds_ns);
        if (status == DAO_SUCCESS && (status = daoShmReadNewest(&image, frame, elements, &cnt0, NULL)) == DAO_SUCCESS)
        {
            daoInfo("frame %llu begins with %g\n", (unsigned long long)cnt0, frame[0]);
        }
    }
    if (status != DAO_SUCCESS)
    {
        daoError("%s\n", frame ? daoLastErrorMessage() : "the segment is not of float32, or memory is exhausted");
    }
    free(frame);
    daoShmCloseShm(&image);
    return status == DAO_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE;
}
