// A loop at 1 kHz: how late is a reader that waits spinning, adaptively or asleep, and how much processor does it take?
#include "harness.hpp"
#include "processes.hpp"

using namespace bench;

namespace
{
constexpr int max_frames = 8000;
constexpr int64_t period_ns = 1'000'000;

struct Shared
{
    std::atomic<int> ready{0};
    double processor_share = 0;
    int received = 0;
    double late_ns[max_frames] = {};
};

using Wait = int_fast8_t (Dao::Shm<int64_t>::*)(uint64_t, std::chrono::nanoseconds);

/** Take frames, each holding the time it was published, until the last; note how late each came and the processor's
 *  share, once the period is learned. */
void read_frames(const SegmentName &name, Shared &shared, Wait wait, int frames)
{
    Dao::Shm<int64_t> shm(name);
    const uint64_t learned = static_cast<uint64_t>(frames / 10);
    std::vector<int64_t> frame;
    int64_t start_ns = 0;
    double start_seconds = 0;
    shared.ready = 1;
    for (uint64_t seen = 0; seen < static_cast<uint64_t>(frames);)
    {
        if ((shm.*wait)(seen, std::chrono::seconds(10)) != DAO_SUCCESS)
        {
            throw std::runtime_error(daoLastErrorMessage());
        }
        const int64_t woken_ns = now_ns();
        const auto result = shm.read(frame);
        seen = result.cnt0;
        if (seen >= learned && start_ns == 0)
        {
            start_ns = woken_ns;
            start_seconds = processor_seconds();
        }
        else if (seen > learned)
        {
            shared.late_ns[shared.received++] = static_cast<double>(woken_ns - frame[0]);
        }
    }
    shared.processor_share =
        100 * (processor_seconds() - start_seconds) / (1e-9 * static_cast<double>(now_ns() - start_ns));
}

Samples paced(const Settings &settings, Wait wait, Samples &processor_shares)
{
    const int frames = settings.scaled(3000, 100);
    const SegmentName name(settings.folder, "paced");
    Dao::Shm<int64_t> shm(name, {1}, nullptr, 4);
    SharedMemory<Shared> shared;
    Child reader(1, [&] { read_frames(name, *shared, wait, frames); });
    pin_to_core(0);
    while (shared->ready == 0)
    {
        usleep(100);
    }
    int64_t due_ns = now_ns() + 10 * period_ns;
    for (int frame = 0; frame < frames; ++frame, due_ns += period_ns)
    {
        pace_until(due_ns);
        const int64_t published_ns = now_ns();
        shm.set_frame(&published_ns);
    }
    reader.join();
    processor_shares.push_back(shared->processor_share);
    return Samples(shared->late_ns, shared->late_ns + shared->received);
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv,
               [](const Settings &settings)
               {
                   Samples shares[3];
                   const auto figures = interleave(
                       settings,
                       {[&] { return paced(settings, &Dao::Shm<int64_t>::wait_for_frame_spin, shares[0]); },
                        [&] { return paced(settings, &Dao::Shm<int64_t>::wait_for_frame_adaptive, shares[1]); },
                        [&] { return paced(settings, &Dao::Shm<int64_t>::wait_for_frame, shares[2]); }});
                   Report report(settings, "publish to woken reader, writer paced at 1 kHz");
                   const double spin = figures[0].median;
                   report.show("spin", figures[0]);
                   report.judge("adaptive", figures[1], "ns", spin, 2 * spin, "<= 2 x spin");
                   report.show("asleep", figures[2]);
                   report.show("processor share of the spinning reader", figure_of({shares[0]}), "%");
                   report.judge("processor share of the adaptive reader", figure_of({shares[1]}), "%",
                                quantile(shares[0], 0.5), 20, "<= 20 % of a core");
                   report.show("processor share of the sleeping reader", figure_of({shares[2]}), "%");
                   report.print();
               });
}
