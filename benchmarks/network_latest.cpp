// How late are the frames of a subscriber that gets the newest ones over a link ten times too slow for all, beside the time
// that a frame takes through the idle link, and beside ZeroMQ's PUB and SUB with the smallest queues?
#include "../tests/network/proxy_posix.hpp"
#include "network_ends.hpp"

using namespace bench;

namespace
{
constexpr size_t elements = 250'000; // 1 MB
constexpr long link_bytes_a_second = 50'000'000;
constexpr int64_t period_ns = 2'000'000; // a transfer takes ten of them

/** Milliseconds from publication to the woken reader, of `count` frames; the camera publishes each `period_ns`, or, with 0,
 *  only when the last frame has come. */
Samples delays(const Link &link, int count, int64_t camera_period_ns)
{
    std::unique_ptr<test::Proxy> slow;
    return run_link(
        link, elements,
        [&](const SendingEnd &end, LinkShared &shared) {
            std::vector<float> frame(elements);
            int64_t due_ns = now_ns();
            for (Stamp stamp; !shared.is_over;)
            {
                due_ns += camera_period_ns;
                while (!shared.is_over && (camera_period_ns == 0 ? shared.received < stamp.number : now_ns() < due_ns))
                {
                    usleep(100);
                }
                stamp = {now_ns(), stamp.number + 1};
                std::memcpy(frame.data(), &stamp, sizeof stamp);
                end.send(frame.data());
            }
        },
        [&](const ReceivingEnd &end, LinkShared &shared) {
            for (int received = -4; received < count;) // those of the beginning are not counted
            {
                const Stamp stamp = end();
                const int64_t woken_ns = now_ns();
                shared.received = stamp.number;
                received += stamp.number > 0 ? 1 : 0;
                if (received > 0)
                {
                    shared.note(1e-6 * static_cast<double>(woken_ns - stamp.published_ns));
                }
            }
        },
        [&](int port) {
            slow = std::make_unique<test::Proxy>(port);
            slow->set_rate(link_bytes_a_second);
            return slow->port();
        });
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const SegmentName here(settings.folder, "here"), there(settings.folder, "there");
        const int count = settings.scaled(60, 4);
        const Link segments = segment_link(here, there, {elements}, 4, DAO_NET_LATEST, Takes::newest);
        const auto figures = interleave(
            settings,
            {[&] { return delays(segments, count, period_ns); }, [&] { return delays(segments, count, 0); },
             [&] { return delays(raw_link(elements, {.high_water_mark = 1, .drops = true}), count, period_ns); }});
        Report report(settings, "network: delay of the newest frame, 1 MB, subscriber ten times too slow");
        // A frame is up to one period old when it is the newest.
        const double transfer = figures[1].median, bound = 2 * transfer + 1e-6 * period_ns;
        report.compare("daoShm, latest", figures[0], "ms", transfer, bound, "<= 2 transfers + 1 period");
        report.show("a transfer, link idle", figures[1], "ms");
        report.show("ZeroMQ alone, high-water marks 1", figures[2], "ms");
        report.print();
    });
}
