// Do large frames cost more than their copy? Publish, loan and whole-frame read beside memcpy on the same memory.
#include "harness.hpp"
#include "processes.hpp"

using namespace bench;

namespace
{
/** Publish, read and memcpy of one frame size; each sample of one is followed by one of the next, so that all see the
 *  same machine. */
void large(const Settings &settings, Report &report, uint32_t megabytes, uint32_t depth)
{
    const uint64_t elements = uint64_t{megabytes} * 1024 * 1024 / sizeof(float);
    const SegmentName name(settings.folder, "large");
    Dao::Shm<float> shm(name, {1024, static_cast<uint32_t>(elements / 1024)}, nullptr, depth);
    std::vector<float> frame(elements, 2.5f), got(elements);
    uint32_t slot = 0;
    for (uint32_t index = 0; index < depth; ++index)
    {
        shm.set_frame(frame);
    }
    const auto copy_in = [&]
    {
        std::memcpy(shm.get_arbitrary_frame(slot++), frame.data(), elements * sizeof(float));
        keep(&shm);
    };
    const auto copy_out = [&]
    {
        std::memcpy(got.data(), shm.get_frame(), elements * sizeof(float));
        keep(got.data());
    };
    const int count = settings.scaled(300, 3);
    std::vector<std::vector<Samples>> all(4);
    for (int round = 0; round < settings.repetitions; ++round)
    {
        std::vector<Samples> samples(4);
        for (int index = 0; index < count; ++index)
        {
            const Samples one[] = {sample(1, 1, [&] { shm.set_frame(frame.data()); }), sample(1, 1, copy_in),
                                   sample(1, 1, [&] { shm.read(got); }), sample(1, 1, copy_out)};
            for (size_t kind = 0; kind < 4; ++kind)
            {
                samples[kind].push_back(one[kind][0] * 1e-3);
            }
        }
        for (size_t kind = 0; kind < 4; ++kind)
        {
            all[kind].push_back(samples[kind]);
        }
    }
    const std::string what = std::to_string(megabytes) + " MB, depth " + std::to_string(depth);
    const Figure publish = figure_of(all[0]), in = figure_of(all[1]), read = figure_of(all[2]), out = figure_of(all[3]);
    report.judge("publish " + what, publish, "us", in.median, 1.05 * in.median, "<= 1.05 x memcpy to the same place");
    report.show("memcpy to the slot", in, "us");
    report.judge("whole-frame read " + what, read, "us", out.median, 1.05 * out.median, "<= 1.05 x memcpy");
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
    report.judge("loan of a 4 MB frame: begin + commit", figures[0], "ns", figures[1].median, figures[1].median,
                 "<= publish 10x10");
    report.show("publish 10x10", figures[1]);
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv,
               [](const Settings &settings)
               {
                   pin_to_core(0);
                   Report report(settings, "large frames");
                   large(settings, report, 4, 1);
                   large(settings, report, 8, 1);
                   large(settings, report, 4, 4);
                   loan(settings, report);
                   report.print();
               });
}
