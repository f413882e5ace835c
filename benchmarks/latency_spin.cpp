// How long does a frame take to a reader that spins, beside a bare cache line that goes to and fro?
#include "ping_pong.hpp"

using namespace bench;

namespace
{
void spin_on(std::atomic<uint32_t> &word, uint32_t seen)
{
    while (word.load(std::memory_order_acquire) == seen)
    {
        pause_core();
    }
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const int count = settings.scaled(2000, 10), calls = 50;
        const WaitFor spin = [](Dao::Shm<float> &shm, uint64_t seen) { return shm.wait_for_frame_spin(seen); };
        const auto read_clock = [] {
            timespec now{};
            clock_gettime(CLOCK_REALTIME, &now);
            keep(&now);
        };
        const auto figures =
            interleave(settings, {[&] { return segment_ping_pong(settings, count, calls, 1, spin); },
                                  [&] { return segment_ping_pong(settings, count, calls, 100, spin); },
                                  [&] { return segment_ping_pong(settings, count, calls, 1, spin, true); },
                                  [&] { return line_ping_pong(count, calls, [](std::atomic<uint32_t> &) {}, spin_on); },
                                  [&] { return sample(count, calls, [&] { read_clock(); }); }});
        const double line = figures[3].median, clock = figures[4].median;
        Report report(settings, "one way between two processes, spinning");
        report.compare("daoShm, 1 float", figures[0], "ns", line + clock, line + clock + 20,
                       "<= bare line + clock + 20 ns");
        report.compare("daoShm, 1 float, stamp given", figures[2], "ns", line, line + 20, "<= bare line + 20 ns");
        report.show("daoShm, 10x10 float", figures[1]);
        report.show("bare cache line", figures[3]);
        report.show("clock_gettime(CLOCK_REALTIME)", figures[4]);
        report.print();
    });
}
