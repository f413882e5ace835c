// Do large frames cost more than their copy? Publish, loan and whole-frame read beside memcpy on the same memory.
#include "harness.hpp"
#include "processes.hpp"

using namespace bench;

namespace
{
/** Two methods for one thing, alternately, a block of samples each, so that each finds its own data in the caches. */
std::pair<Figure, Figure> in_turns(const Settings &settings, const std::function<void()> &one,
                                   const std::function<void()> &other)
{
    constexpr int block = 20;
    const auto microseconds = [&](const std::function<void()> &action) {
        Samples samples = sample(block, 1, action);
        std::for_each(samples.begin(), samples.end(), [](double &time) { time *= 1e-3; });
        return samples;
    };
    std::vector<Samples> ones, others;
    for (int round = 0; round < settings.repetitions; ++round)
    {
        Samples of_one, of_other;
        for (int turn = 0; turn < settings.scaled(20, 1); ++turn)
        {
            const Samples first = microseconds(one), second = microseconds(other);
            of_one.insert(of_one.end(), first.begin(), first.end());
            of_other.insert(of_other.end(), second.begin(), second.end());
        }
        ones.push_back(of_one);
        others.push_back(of_other);
    }
    return {figure_of(ones), figure_of(others)};
}

/** Publish and whole-frame read of one frame size, each beside memcpy between the same places. */
void large(const Settings &settings, Report &report, uint32_t megabytes, uint32_t depth)
{
    const uint64_t elements = uint64_t{megabytes} * 1024 * 1024 / sizeof(float);
    const uint64_t bytes = elements * sizeof(float);
    const SegmentName name(settings.folder, "large");
    Dao::Shm<float> shm(name, {1024, static_cast<uint32_t>(elements / 1024)}, nullptr, depth);
    std::vector<float> frame(elements, 2.5f), got(elements);
    uint32_t slot = 0;
    const auto [publish, in] = in_turns(
        settings, [&] { shm.set_frame(frame.data()); },
        [&] {
            std::memcpy(shm.get_arbitrary_frame(slot++), frame.data(), bytes);
            keep(&shm);
        });
    const auto [read, out] = in_turns(
        settings, [&] { shm.read(got); },
        [&] {
            std::memcpy(got.data(), shm.get_frame(), bytes);
            keep(got.data());
        });
    const std::string what = std::to_string(megabytes) + " MB, depth " + std::to_string(depth);
    report.compare("publish " + what, publish, "us", in.median, 1.05 * in.median, "<= 1.05 x memcpy to the same place");
    report.show(depth == 1 ? "memcpy to the slot" : "memcpy to the slots in turn", in, "us");
    report.compare("whole-frame read " + what, read, "us", out.median, 1.05 * out.median, "<= 1.05 x memcpy");
    report.show("memcpy from the slot", out, "us");
}

void loan(const Settings &settings, Report &report)
{
    const SegmentName large_name(settings.folder, "loan"), small_name(settings.folder, "small");
    Dao::Shm<float> large(large_name, {1024, 1024}), small(small_name, {10, 10});
    const std::vector<float> frame(100, 1.0f);
    const int count = settings.scaled(2000, 20), calls = 100;
    const auto figures =
        interleave(settings, {[&] { return sample(count, calls, [&] { large.begin_write().commit(); }); },
                              [&] { return sample(count, calls, [&] { small.set_frame(frame.data()); }); }});
    report.compare("loan of a 4 MB frame: begin + commit", figures[0], "ns", figures[1].median, figures[1].median,
                   "<= publish 10x10");
    report.show("publish 10x10", figures[1]);
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        pin_to_core(0);
        Report report(settings, "large frames");
        large(settings, report, 4, 1);
        large(settings, report, 8, 1);
        large(settings, report, 4, 4);
        loan(settings, report);
        report.print();
    });
}
