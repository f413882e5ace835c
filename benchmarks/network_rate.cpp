// How many frames a second get through, beside ZeroMQ alone?
#include "network_ends.hpp"

#include <sys/resource.h>

using namespace bench;

namespace
{
struct Case
{
    const char *name;
    Dao::Shape shape;
    int frames;
    int64_t ahead; // how many frames the camera may be ahead of the receiver; within the depth, so that none is lost
    int64_t again; // when it goes on: ZeroMQ's sender, too, waits until there is room for some
    uint32_t depth;
};

/** One sample: frames a second. The camera is as fast as the receiver lets it be. */
Samples rate(const Link &link, const Case &what, int frames, bool is_paced)
{
    const size_t elements = elements_of(what.shape);
    return run_link(
        link, elements,
        [&](const SendingEnd &end, LinkShared &shared) {
            std::vector<float> frame(elements, 1.0f);
            for (Stamp stamp; !shared.is_over;)
            {
                const auto is_ahead = [&](int64_t most) {
                    return is_paced && stamp.number - shared.received.load(std::memory_order_relaxed) >= most;
                };
                if (is_ahead(what.ahead))
                {
                    while (!shared.is_over && is_ahead(what.again))
                    {
                        usleep(100);
                    }
                    continue;
                }
                ++stamp.number;
                std::memcpy(frame.data(), &stamp, sizeof stamp);
                end.send(frame.data());
            }
        },
        [&](const ReceivingEnd &end, LinkShared &shared) {
            const int warm_up = frames / 10;
            int64_t start_ns = 0, count = 0;
            for (int64_t last = 0; last < frames;)
            {
                last = end().number;
                shared.received.store(last, std::memory_order_relaxed);
                count += start_ns != 0 ? 1 : 0;
                if (start_ns == 0 && last >= warm_up)
                {
                    start_ns = now_ns();
                }
            }
            shared.note(1e9 * static_cast<double>(count) / static_cast<double>(now_ns() - start_ns));
        });
}

/** Microseconds of processor time that the processes which ended so far have used. */
double used_by_children_us()
{
    rusage usage{};
    getrusage(RUSAGE_CHILDREN, &usage);
    const auto microseconds = [](const timeval &time) {
        return 1e6 * static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec);
    };
    return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

void measure(const Settings &settings, const Case &what, const Keys *keys)
{
    const SegmentName here(settings.folder, "here"), there(settings.folder, "there");
    const int frames = settings.scaled(what.frames, what.frames / 100 + 10);
    const size_t elements = elements_of(what.shape);
    std::vector<std::vector<Samples>> used_us; // of a frame, both processes together, by contender
    std::vector<Contender> contenders;
    const auto add = [&](const Link &link, bool is_paced) {
        const size_t index = used_us.size();
        used_us.emplace_back();
        contenders.push_back([&, link, is_paced, index] {
            const double before_us = used_by_children_us();
            Samples frames_per_second = rate(link, what, frames, is_paced);
            used_us[index].push_back({(used_by_children_us() - before_us) / frames});
            return frames_per_second;
        });
    };
    const auto add_segments = [&](DAO_NET_MODE mode, const Keys *with) {
        add(segment_link(here, there, what.shape, what.depth, mode, mode == DAO_NET_EVERY ? Takes::each : Takes::newest,
                         with),
            true);
    };
    add_segments(DAO_NET_EVERY, nullptr);
    add(raw_link(elements), false); // ZeroMQ lets its sender wait by itself
    add_segments(DAO_NET_LATEST, nullptr);
    add(raw_link(elements, {.is_lent = true}), false);
    if (keys != nullptr)
    {
        add_segments(DAO_NET_EVERY, keys);
        add(raw_link(elements, {.keys = keys}), false);
    }
    const auto figures = interleave(settings, contenders);
    const double bytes = static_cast<double>(elements * sizeof(float));
    Report report(settings, std::string("network: rate of ") + what.name);
    const auto show = [&](const std::string &with, size_t ours, size_t theirs) {
        const double limit = figures[theirs].median;
        report.compare("daoShm" + with, figures[ours], "fps", limit, 0.9 * limit, ">= 0.9 x ZeroMQ" + with, true);
        report.show("ZeroMQ alone" + with, figures[theirs], "fps");
        report.show("daoShm" + with, {figures[ours].median * bytes / 1e6, 0, 0}, "MB/s");
        report.show("daoShm" + with + ", processors", figure_of(used_us[ours]), "us");
        report.show("ZeroMQ alone" + with + ", processors", figure_of(used_us[theirs]), "us");
    };
    show("", 0, 1);
    report.show("ZeroMQ alone, frames lent to the reader", figures[3], "fps");
    report.show("daoShm, latest", figures[2], "fps");
    if (keys != nullptr)
    {
        show(", CURVE", 4, 5);
    }
    report.print();
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        std::optional<Keys> keys;
        if (daoNetHasEncryption() != 0)
        {
            keys.emplace(settings);
        }
        for (const Case &what : {Case{"100x100 float32, 40 kB", {100, 100}, 20'000, 40, 30, 64},
                                 Case{"1000x1000 float32, 4 MB", {1000, 1000}, 400, 3, 3, 4}})
        {
            measure(settings, what, keys ? &*keys : nullptr);
        }
    });
}
