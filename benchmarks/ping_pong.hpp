// Two processes, each on a core of its own, that answer one another: half a round trip is one way.
#pragma once

#include "harness.hpp"
#include "peers.hpp"

namespace bench
{
/** How one side sends and receives; made after the fork, in the process that uses it. */
struct Side
{
    std::function<void()> send, receive;
};

/** One way in ns, each sample the mean over `calls` round trips. `side(false)` makes the answering process's side. */
inline Samples ping_pong(int count, int calls, const std::function<Side(bool first)> &side)
{
    struct Ready
    {
        std::atomic<int> answering{0};
    };
    SharedMemory<Ready> ready;
    const int warm_up = calls;
    Child answering(1, [&] {
        Side second = side(false);
        ready->answering = 1;
        for (int64_t index = 0; index < int64_t{count} * calls + warm_up; ++index)
        {
            second.receive();
            second.send();
        }
    });
    pin_to_core(0);
    Side first = side(true);
    while (ready->answering == 0)
    {
        usleep(100);
    }
    const auto round_trip = [&] {
        first.send();
        first.receive();
    };
    sample(1, warm_up, round_trip);
    Samples samples = sample(count, calls, round_trip);
    answering.join();
    for (double &one : samples)
    {
        one /= 2;
    }
    return samples;
}

/** A wait of Dao::Shm on any frame after `seen`, or of semaphore 0. */
using WaitFor = std::function<int_fast8_t(Dao::Shm<float> &, uint64_t seen)>;

/** Frames of `elements` floats through two segments, one for each direction. With `stamped` the acquisition time is given,
 *  so that publishing reads no clock before the frame can be seen. */
inline Samples segment_ping_pong(const Settings &settings, int count, int calls, uint32_t elements, WaitFor wait_for,
                                 bool stamped = false)
{
    const SegmentName there(settings.folder, "there"), back(settings.folder, "back");
    Dao::Shm<float> create_there(there, {elements}), create_back(back, {elements});
    return ping_pong(count, calls, [&](bool first) -> Side {
        auto in = std::make_shared<Dao::Shm<float>>(first ? back : there);
        auto out = std::make_shared<Dao::Shm<float>>(first ? there : back);
        auto frame = std::make_shared<std::vector<float>>(elements, 1.0f);
        auto seen = std::make_shared<uint64_t>(0);
        return {[=] {
                    if (stamped)
                    {
                        daoShmSetAcquisitionTime(out->image(), 1);
                    }
                    out->set_frame(frame->data());
                },
                [=] {
                    if (wait_for(*in, (*seen)++) != DAO_SUCCESS)
                    {
                        throw std::runtime_error(daoLastErrorMessage());
                    }
                }};
    });
}

/** One word on a cache line for each direction; `wake` and `wait` signal a change and wait for one. */
inline Samples line_ping_pong(int count, int calls, const std::function<void(std::atomic<uint32_t> &)> &wake,
                              const std::function<void(std::atomic<uint32_t> &, uint32_t)> &wait)
{
    struct Lines
    {
        Line there, back;
    };
    SharedMemory<Lines> lines;
    return ping_pong(count, calls, [&](bool first) -> Side {
        auto *in = first ? &lines->back.word : &lines->there.word;
        auto *out = first ? &lines->there.word : &lines->back.word;
        auto seen = std::make_shared<uint32_t>(0);
        return {[=] {
                    out->fetch_add(1, std::memory_order_release);
                    wake(*out);
                },
                [=] { wait(*in, (*seen)++); }};
    });
}
} // namespace bench
