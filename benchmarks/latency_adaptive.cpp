// How late is a reader that waits adaptively, beside one that spins and one that sleeps, and how much processor does it
// take? At steady rates, where it should be as quick as spinning, and when frames come as they like, where it must not
// be later than asleep.
#include "frame_patterns.hpp"
#include "harness.hpp"
#include "processes.hpp"

using namespace bench;

namespace
{
constexpr size_t max_frames = 20'000;

struct Shared
{
    std::atomic<int> ready{0};
    double processor_share = 0;
    size_t received = 0;
    double late_ns[max_frames] = {};
};

using Wait = int_fast8_t (Dao::Shm<int64_t>::*)(uint64_t, std::chrono::nanoseconds);

/** Take frames, each holding the time it was published, until the last; note how late each came and the processor's
 *  share, once the rhythm is learned. */
void read_frames(const SegmentName &name, Shared &shared, Wait wait, uint64_t frames)
{
    Dao::Shm<int64_t> shm(name);
    const uint64_t learned = frames / 10;
    std::vector<int64_t> frame;
    int64_t start_ns = 0;
    double start_seconds = 0;
    shared.ready = 1;
    for (uint64_t seen = 0; seen < frames;)
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

/** Publish at the pattern's times to a reader that waits in one way. */
Samples paced(const Settings &settings, const Pattern &pattern, Wait wait, Samples &processor_shares)
{
    const auto times_ns = pattern.times_ns(settings.scaled(1500, 100));
    const SegmentName name(settings.folder, "paced");
    Dao::Shm<int64_t> shm(name, {1}, nullptr, 4);
    SharedMemory<Shared> shared;
    Child reader(1, [&] { read_frames(name, *shared, wait, times_ns.size()); });
    pin_to_core(0);
    while (shared->ready == 0)
    {
        usleep(100);
    }
    const int64_t start_ns = now_ns() + 10'000'000;
    for (const int64_t time_ns : times_ns)
    {
        pace_until(start_ns + time_ns);
        const int64_t published_ns = now_ns();
        shm.set_frame(&published_ns);
    }
    reader.join();
    processor_shares.push_back(shared->processor_share);
    return Samples(shared->late_ns, shared->late_ns + shared->received);
}

/** By how much the adaptive reader is later than the sleeping one, at the worst of the quantiles. */
Figure excess(const Figure &adaptive, const Figure &asleep)
{
    const double median = adaptive.median - asleep.median;
    const double p99 = adaptive.p99 - asleep.p99;
    const double p999 = adaptive.p999 - asleep.p999;
    return {std::max({median, p99, p999}), p99, p999};
}

void measure(const Settings &settings, const Pattern &pattern)
{
    Samples shares[3];
    const auto run = [&](Wait wait, int which) {
        return [&settings, &pattern, &shares, wait, which] { return paced(settings, pattern, wait, shares[which]); };
    };
    const auto figures = interleave(settings, {run(&Dao::Shm<int64_t>::wait_for_frame_spin, 0),
                                               run(&Dao::Shm<int64_t>::wait_for_frame_adaptive, 1),
                                               run(&Dao::Shm<int64_t>::wait_for_frame, 2)});
    Report report(settings, "publish to woken reader, frames " + pattern.name);
    report.show("spin", figures[0]);
    report.show("asleep", figures[2]);
    if (pattern.is_steady)
    {
        report.compare("adaptive", figures[1], "ns", figures[0].median, 2 * figures[0].median, "<= 2 x spin");
    }
    else
    {
        report.show("adaptive", figures[1]);
    }
    report.compare("adaptive later than asleep, worst quantile", excess(figures[1], figures[2]), "ns",
                   figures[2].median, 50'000, "<= 50 us");
    report.show("processor share, spin", figure_of({shares[0]}), "%");
    report.show("processor share, asleep", figure_of({shares[2]}), "%");
    report.compare("processor share, adaptive", figure_of({shares[1]}), "%", quantile(shares[0], 0.5), 20,
                   "<= 20 % of a core");
    report.print();
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        for (const Pattern &pattern : patterns)
        {
            measure(settings, pattern);
        }
    });
}
