// The segment is used again while a reader copies a frame.
#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <thread>
#include <unistd.h>

namespace
{

using namespace test;

std::atomic<bool> is_reached, is_over;
void *barred_page = nullptr;

void allow(int access)
{
    if (mprotect(barred_page, static_cast<size_t>(sysconf(_SC_PAGESIZE)), access) != 0)
        abort();
}

void wait_there(int)
{
    is_reached = true;
    while (!is_over)
        ;
    allow(PROT_READ | PROT_WRITE);
}

/** A reader that touches this page stays there until other things are done. */
class Barrier
{
  public:
    explicit Barrier(void *first_byte)
    {
        const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
        barred_page = reinterpret_cast<void *>((reinterpret_cast<uintptr_t>(first_byte) + page - 1) / page * page);
        is_reached = is_over = false;
        struct sigaction action = {};
        action.sa_handler = wait_there;
        for (const int number : {SIGSEGV, SIGBUS})
            sigaction(number, &action, number == SIGSEGV ? &before_segv_ : &before_bus_);
        allow(PROT_NONE);
    }
    ~Barrier()
    {
        allow(PROT_READ | PROT_WRITE);
        sigaction(SIGSEGV, &before_segv_, nullptr);
        sigaction(SIGBUS, &before_bus_, nullptr);
    }
    Barrier(const Barrier &) = delete;
    Barrier &operator=(const Barrier &) = delete;

    template <class Act>
    std::thread once_reached(Act act)
    {
        return std::thread([act = std::move(act)] {
            while (!is_reached)
                std::this_thread::yield();
            act();
            is_over = true;
        });
    }

  private:
    struct sigaction before_segv_ = {}, before_bus_ = {};
};

}

// That frame had a larger number than any of the new life.
TEST(ReusedMeanwhile, ReaderInOrderGetsEachFrameOfTheNewLife)
{
    constexpr uint32_t depth = 64;
    const auto elements = static_cast<uint32_t>(sysconf(_SC_PAGESIZE)); // four pages
    const SegmentName name;
    Image writer, reader;
    const auto publish = [&](uint64_t count) {
        Frame frame(elements);
        for (uint64_t number = 1; number <= count; ++number)
        {
            fill(frame, number);
            require(daoShmImage2Shm(frame.data(), elements, writer), "publish");
        }
    };
    writer.create(name.text(), {elements}, _DATATYPE_UINT32, depth);
    publish(30);
    reader.open(name.text());
    require(daoShmRewind(reader), "rewind");

    Frame frame(elements);
    DAO_FRAME found = DAO_FRAME_INIT;
    DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
    how.order = DAO_NEXT_IN_ORDER;
    how.timeout_ns = second_ns;
    uint64_t missed = 0;
    const auto next = [&] { return daoShmNext(reader, &how, frame.data(), elements, &found, &missed); };
    for (uint64_t number = 1; number < 20; ++number)
    {
        ASSERT_EQ(next(), DAO_SUCCESS) << number;
        ASSERT_EQ(found.cnt0, number);
    }
    Barrier frame_20(reader->array.UI32 + size_t{19} * elements);
    std::thread camera = frame_20.once_reached([&] {
        require(daoShmCloseShm(writer), "close");
        writer.create(name.text(), {elements}, _DATATYPE_UINT32, depth);
        publish(10);
    });
    for (uint64_t number = 1; number <= 10; ++number)
    {
        EXPECT_EQ(next(), DAO_SUCCESS) << number;
        EXPECT_EQ(found.generation, 1u);
        EXPECT_EQ(found.cnt0, number);
        EXPECT_EQ(missed, 0u);
        EXPECT_TRUE(is_frame(frame, number));
    }
    camera.join();
}
