#include <daoNet.h>

#include <stdio.h>

/* A segment goes out of a port of this machine and comes back as a private copy. */
int main(int argc, char **argv)
{
    DAO_NET_PUBLISHER_OPTIONS offer = DAO_NET_PUBLISHER_OPTIONS_INIT;
    DAO_NET_SUBSCRIBER_OPTIONS wish = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    DAO_NET *publisher = NULL, *subscriber = NULL;
    IMAGE image, copy;
    uint32_t size[2] = {2, 3};
    float frame[6] = {1, 2, 3, 4, 5, 6}, got[6] = {0};
    offer.port = -1;
    wish.host = "127.0.0.1";
    if (argc < 2 || daoShmImageCreate(&image, argv[1], 2, size, _DATATYPE_FLOAT, 1, 0) != DAO_SUCCESS ||
        daoShmImage2Shm(frame, 6, &image) != DAO_SUCCESS || daoNetOpenPublisher(&offer, &publisher) != DAO_SUCCESS ||
        daoNetPublish(publisher, argv[1], NULL) != DAO_SUCCESS || daoNetGetInfo(publisher, &info) != DAO_SUCCESS)
    {
        fprintf(stderr, "%s\n", daoLastErrorMessage());
        return 1;
    }
    for (const char *letter = info.endpoint; *letter != '\0'; ++letter)
        if (*letter == ':')
            sscanf(letter + 1, "%d", &wish.port);
    if (daoNetOpenSubscriber(&wish, &subscriber) != DAO_SUCCESS ||
        daoNetOpenCopy(subscriber, &copy, 60 * INT64_C(1000000000)) != DAO_SUCCESS ||
        daoShmReadNewest(&copy, got, 6, NULL, NULL) != DAO_SUCCESS)
    {
        fprintf(stderr, "%s\n", daoLastErrorMessage());
        return 1;
    }
    daoShmCloseShm(&copy);
    daoNetClose(subscriber);
    daoNetClose(publisher);
    daoShmCloseShm(&image);
    daoShmRemove(argv[1]);
    return got[5] == 6.0f ? 0 : 1;
}
