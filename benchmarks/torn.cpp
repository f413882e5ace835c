// Does a read ever return a torn frame under a writer that never pauses, and how many frames does a reader get?
#include "harness.hpp"
#include "processes.hpp"

using namespace bench;

namespace
{
struct Shared
{
    std::atomic<bool> writing{false}, end{false};
};

/** Publish as fast as possible; with `number_frames`, every element of a frame is its number. */
void write_flat_out(const SegmentName &name, Shared &shared, bool number_frames)
{
    Dao::Shm<uint32_t> shm(name);
    std::vector<uint32_t> frame(shm.get_element_count());
    for (uint32_t number = 1; !shared.end; ++number)
    {
        if (number_frames)
        {
            std::fill(frame.begin(), frame.end(), number);
        }
        shm.set_frame(frame.data());
        shared.writing = true;
    }
}

bool is_torn(const std::vector<uint32_t> &frame)
{
    return std::any_of(frame.begin(), frame.end(), [&](uint32_t element) { return element != frame[0]; });
}

struct Count
{
    uint64_t whole = 0, torn = 0, none = 0;
    double seconds = 0;
    double rate() const { return static_cast<double>(whole) / seconds; }
};

/** Read the newest frame again and again for a while, without a pause. */
Count read_for(Dao::Shm<uint32_t> &shm, double seconds, bool verify)
{
    Count count;
    std::vector<uint32_t> frame;
    const int64_t start_ns = now_ns();
    while (count.seconds < seconds)
    {
        const bool whole = static_cast<bool>(shm.read(frame));
        ++(whole ? count.whole : count.none);
        count.torn += whole && verify && is_torn(frame);
        count.seconds = 1e-9 * static_cast<double>(now_ns() - start_ns);
    }
    return count;
}

Count under_writer(const SegmentName &name, Dao::Shm<uint32_t> &shm, double seconds, bool verify)
{
    SharedMemory<Shared> shared;
    Child writer(1, [&] { write_flat_out(name, *shared, verify); });
    pin_to_core(0);
    while (!shared->writing)
    {
        usleep(100);
    }
    const Count count = read_for(shm, seconds, verify);
    shared->end = true;
    writer.join();
    return count;
}

uint64_t torn_frames(const Settings &settings, Report &report, uint32_t depth, uint32_t elements)
{
    const SegmentName name(settings.folder, "torn");
    Dao::Shm<uint32_t> shm(name, {elements}, nullptr, depth);
    const Count count = under_writer(name, shm, settings.short_run ? 0.05 : 5.0, true);
    const auto torn = static_cast<double>(count.torn);
    const std::string what = elements == 100 ? "400 B" : "4 MB";
    report.compare("torn, " + what + ", depth " + std::to_string(depth) + ", of " + std::to_string(count.whole) +
                       " read",
                   {torn, torn, torn}, "", 0, 0, "0");
    return count.torn;
}

void rates(const Settings &settings, Report &report, uint32_t depth)
{
    const SegmentName name(settings.folder, "rate");
    Dao::Shm<uint32_t> shm(name, {1024, 1024}, nullptr, depth);
    const double seconds = settings.short_run ? 0.05 : 2.0;
    shm.set_frame(std::vector<uint32_t>(1024 * 1024));
    pin_to_core(0);
    const auto figures = interleave(settings, {[&] { return Samples{under_writer(name, shm, seconds, false).rate()}; },
                                               [&] { return Samples{read_for(shm, seconds, false).rate()}; }});
    const std::string what = "4 MB frames read, depth " + std::to_string(depth);
    if (depth == 4)
    {
        report.compare(what + ", writer flat out", figures[0], "1/s", figures[1].median, 0.8 * figures[1].median,
                       ">= 0.8 x the rate alone", true);
    }
    else
    {
        report.show(what + ", writer flat out", figures[0], "1/s");
    }
    report.show(what + ", alone", figures[1], "1/s");
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        Report report(settings, "reading under a writer that never pauses");
        uint64_t torn = 0;
        for (const uint32_t elements : {100u, 1024u * 1024u})
        {
            for (const uint32_t depth : {1u, 2u, 4u, 8u})
            {
                torn += torn_frames(settings, report, depth, elements);
            }
        }
        for (const uint32_t depth : {1u, 2u, 4u, 8u})
        {
            rates(settings, report, depth);
        }
        report.print();
        if (torn > 0)
        {
            throw std::runtime_error(std::to_string(torn) + " torn frames were returned");
        }
    });
}
