#include "whole_header.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace
{
using Wait = int_fast8_t (*)(IMAGE *, uint64_t, int64_t);

/** The library may be interrupted just before the wait begins, which does not count: so again until it ends. */
void expect_interrupted(const char *name, Wait wait)
{
    std::atomic<bool> ended{false};
    int_fast8_t status = DAO_SUCCESS;
    std::thread waiter([&] {
        IMAGE image;
        EXPECT(daoShmShm2Img(name, &image) == DAO_SUCCESS);
        status = wait(&image, 0, 10'000'000'000);
        EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS);
        ended = true;
    });
    while (!ended)
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
        daoShmInterrupt();
    }
    waiter.join();
    EXPECT(status == DAO_INTERRUPTED);
}
} // namespace

void use_interrupt(void)
{
    IMAGE image;
    const char *name = fresh_name();
    make_floats(&image, name, 1);
    expect_interrupted(name, daoShmWaitForFrame);
    expect_interrupted(name, daoShmWaitForFrameSpin);
    expect_interrupted(name, daoShmWaitForFrameAdaptive);
    EXPECT(daoShmCloseShm(&image) == DAO_SUCCESS);
    EXPECT(daoShmRemove(name) == DAO_SUCCESS);
}
