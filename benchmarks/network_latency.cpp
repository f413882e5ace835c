// How long does a frame of 1 kB take from its publication to a woken reader on the other side of a network, beside ZeroMQ
// alone and the two wake-ups that a segment at each end adds?
#include "network_ends.hpp"

using namespace bench;

namespace
{
constexpr size_t elements = 256;
constexpr int64_t period_ns = 2'000'000;

/** Sleep to the next frame's time; nobody spins, so that no contender finds a core that is awake already. */
void sleep_until(int64_t due_ns)
{
    timespec due{};
    due.tv_sec = due_ns / 1'000'000'000;
    due.tv_nsec = due_ns % 1'000'000'000;
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
}

/** Calls `send(stamp)` for each of `count` frames, one after another in time. */
void send_paced(int count, const std::function<void(const Stamp &)> &send)
{
    int64_t due_ns = now_ns();
    for (int number = 1; number <= count; ++number)
    {
        sleep_until(due_ns += period_ns);
        send({now_ns(), number});
    }
}

/** Microseconds one way of each frame. */
Samples one_way(const Link &link, int count)
{
    return run_link(
        link, elements,
        [&](const SendingEnd &end, LinkShared &) {
            std::vector<float> frame(elements);
            send_paced(count, [&](const Stamp &stamp) {
                std::memcpy(frame.data(), &stamp, sizeof stamp);
                end.send(frame.data());
            });
        },
        [&](const ReceivingEnd &end, LinkShared &shared) {
            for (Stamp stamp; stamp.number < count;)
            {
                stamp = end();
                const int64_t woken_ns = now_ns();
                if (stamp.number > 0)
                {
                    shared.note(1e-3 * static_cast<double>(woken_ns - stamp.published_ns));
                }
            }
        });
}

/** The same for a bare futex between two processes: one wake-up. */
Samples one_wake(int count)
{
    struct Shared
    {
        Line line;
        std::atomic<int64_t> published_ns{0};
        size_t count = 0;
        double values[most_values] = {};
    };
    SharedMemory<Shared> shared;
    Child sleeper(any_core, [&] {
        for (uint32_t seen = 0; seen < static_cast<uint32_t>(count); ++seen)
        {
            futex_wait(shared->line.word, seen);
            const int64_t woken_ns = now_ns();
            shared->values[shared->count++] = 1e-3 * static_cast<double>(woken_ns - shared->published_ns);
        }
    });
    Child waker(any_core, [&] {
        usleep(50'000);
        send_paced(count, [&](const Stamp &stamp) {
            shared->published_ns = stamp.published_ns;
            shared->line.word.fetch_add(1);
            futex_wake(shared->line.word, 1);
        });
    });
    waker.join();
    sleeper.join();
    return Samples(shared->values, shared->values + shared->count);
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const int count = settings.scaled(500, 20);
        const SegmentName here(settings.folder, "here"), there(settings.folder, "there");
        std::optional<Keys> keys;
        if (daoNetHasEncryption() != 0)
        {
            keys.emplace(settings);
        }
        const auto segments = [&](DAO_NET_MODE mode, const Keys *with) {
            return [&here, &there, mode, with, count] {
                return one_way(segment_link(here, there, {elements}, 4, mode, Takes::newest, with), count);
            };
        };
        std::vector<Contender> contenders = {segments(DAO_NET_LATEST, nullptr), segments(DAO_NET_EVERY, nullptr),
                                             [&] { return one_way(raw_link(elements), count); },
                                             [&] { return one_wake(count); }};
        if (keys)
        {
            contenders.push_back(segments(DAO_NET_LATEST, &*keys));
            contenders.push_back([&] { return one_way(raw_link(elements, {.keys = &*keys}), count); });
        }
        const auto figures = interleave(settings, contenders);
        Report report(settings, "network: one way of 1 kB, publish to woken reader, 500 frames/s");
        const double wakes = 2 * figures[3].median, sum = figures[2].median + wakes;
        report.compare("daoShm, latest", figures[0], "us", sum, 1.25 * sum, "<= 1.25 x (ZeroMQ + 2 wakes)");
        report.compare("daoShm, every", figures[1], "us", sum, 1.25 * sum, "<= 1.25 x (ZeroMQ + 2 wakes)");
        report.show("ZeroMQ alone", figures[2], "us");
        report.show("one wake-up, bare futex", figures[3], "us");
        if (keys)
        {
            const double encrypted = figures[5].median + wakes;
            report.compare("daoShm, latest, CURVE", figures[4], "us", encrypted, 1.25 * encrypted,
                           "<= 1.25 x (ZeroMQ CURVE + 2 wakes)");
            report.show("ZeroMQ alone, CURVE", figures[5], "us");
        }
        report.print();
    });
}
