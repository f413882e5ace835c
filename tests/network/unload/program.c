/* A program that loads libdaoNet, asks for a host by name, and unloads it while nobody answers.
   Usage: unload_network LIBRARY HOST */
#include <daoNet.h>
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

typedef int_fast8_t (*open_function)(const DAO_NET_SUBSCRIBER_OPTIONS *options, DAO_NET **net);
typedef int_fast8_t (*close_function)(DAO_NET *net);

int main(int count, char **arguments)
{
    DAO_NET_SUBSCRIBER_OPTIONS options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    DAO_NET *net = NULL;
    open_function open_subscriber = NULL;
    close_function close_net = NULL;
    if (count != 3)
        return 2;
    void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (library == NULL)
    {
        fprintf(stderr, "%s\n", dlerror());
        return 3;
    }
    *(void **)&open_subscriber = dlsym(library, "daoNetOpenSubscriber");
    *(void **)&close_net = dlsym(library, "daoNetClose");
    options.host = arguments[2];
    if (open_subscriber == NULL || close_net == NULL || open_subscriber(&options, &net) != DAO_SUCCESS)
        return 4;
    usleep(300 * 1000); /* it asks */
    if (close_net(net) != DAO_SUCCESS || dlclose(library) != 0)
        return 5;
    sleep(6); /* the question ends without an answer, in a thread of the library's */
    return 0;
}
