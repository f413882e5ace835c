#include <daoBase.h> /* the older name of dao.h */

int main(int argc, char **argv)
{
    IMAGE image;
    uint32_t size[2] = {2, 3};
    float frame[6] = {1, 2, 3, 4, 5, 6}, got[6];
    uint64_t cnt0 = 0;
    if (argc < 2 || daoShmImageCreate(&image, argv[1], 2, size, _DATATYPE_FLOAT, 1, 0) != DAO_SUCCESS)
    {
        daoError("%s\n", daoLastErrorMessage());
        return 1;
    }
    daoShmImage2Shm(frame, 6, &image);
    daoShmReadNewest(&image, got, 6, &cnt0, NULL);
    daoShmCloseShm(&image);
    daoShmRemove(argv[1]);
    return cnt0 == 1 && got[5] == 6.0f ? 0 : 1;
}
