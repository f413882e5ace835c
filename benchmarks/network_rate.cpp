// How many frames a second get through, beside ZeroMQ alone?
#include "network_ends.hpp"

using namespace bench;

namespace
{
struct Case
{
    const char *name;
    Dao::Shape shape;
    int frames;
    int64_t ahead; // how many frames the camera may be ahead of the receiver; within the depth, so that none is lost
    uint32_t depth;
};

/** One sample: frames a second. The camera is as fast as the receiver lets it be: `ahead` frames at most. */
Samples rate(const Link &link, const Case &what, int frames, int64_t ahead)
{
    const size_t elements = elements_of(what.shape);
    return run_link(
        link, elements,
        [&](const SendingEnd &end, LinkShared &shared) {
            std::vector<float> frame(elements, 1.0f);
            for (Stamp stamp; !shared.is_over;)
            {
                if (stamp.number - shared.received.load(std::memory_order_relaxed) >= ahead)
                {
                    usleep(20);
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

void measure(const Settings &settings, const Case &what, const Keys *keys)
{
    const SegmentName here(settings.folder, "here"), there(settings.folder, "there");
    const int frames = settings.scaled(what.frames, what.frames / 100 + 10);
    const size_t elements = elements_of(what.shape);
    const auto segments = [&](DAO_NET_MODE mode, const Keys *with) {
        return [&, mode, with] {
            const Takes takes = mode == DAO_NET_EVERY ? Takes::each : Takes::newest;
            return rate(segment_link(here, there, what.shape, what.depth, mode, takes, with), what, frames, what.ahead);
        };
    };
    const auto raw = [&](const Keys *with) { // ZeroMQ lets it wait by itself
        return [&, with] { return rate(raw_link(elements, with), what, frames, INT64_MAX); };
    };
    std::vector<Contender> contenders = {segments(DAO_NET_EVERY, nullptr), raw(nullptr),
                                         segments(DAO_NET_LATEST, nullptr)};
    if (keys != nullptr)
    {
        contenders.push_back(segments(DAO_NET_EVERY, keys));
        contenders.push_back(raw(keys));
    }
    const auto figures = interleave(settings, contenders);
    const double bytes = static_cast<double>(elements * sizeof(float));
    Report report(settings, std::string("network: rate of ") + what.name);
    const auto show = [&](const std::string &with, const Figure &ours, const Figure &theirs) {
        report.judge("daoShm" + with, ours, "fps", theirs.median, 0.9 * theirs.median, ">= 0.9 x ZeroMQ" + with, true);
        report.show("ZeroMQ alone" + with, theirs, "fps");
        report.show("daoShm" + with, {ours.median * bytes / 1e6, 0, 0}, "MB/s");
    };
    show("", figures[0], figures[1]);
    report.show("daoShm, latest", figures[2], "fps");
    if (keys != nullptr)
    {
        show(", CURVE", figures[3], figures[4]);
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
        for (const Case &what : {Case{"100x100 float32, 40 kB", {100, 100}, 20'000, 40, 64},
                                 Case{"1000x1000 float32, 4 MB", {1000, 1000}, 400, 3, 4}})
        {
            measure(settings, what, keys ? &*keys : nullptr);
        }
    });
}
