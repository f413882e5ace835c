// What does a publication cost the camera's loop when the segment is published over the network, to none, one and many?
#include "network_ends.hpp"

using namespace bench;

namespace
{
constexpr size_t elements = 256;

struct Shared
{
    std::atomic<int> port{0};
    std::atomic<int> connected{0};
};

/** Microseconds of each publication: somebody else's process publishes to `subscribers` of a third one. */
Samples publish(const std::string &name, int count, int subscribers)
{
    Dao::Shm<float> camera(name, {elements}, nullptr, 4);
    SharedMemory<Shared> shared;
    Child publisher(any_core, [&] {
        Dao::PublisherOptions options;
        options.port = -1;
        Dao::Publisher own(options);
        own.publish(name);
        shared->port = port_of(own.info().endpoint);
        pause();
    });
    wait_until([&] { return shared->port != 0; }, "a port");
    Child others(any_core, [&] {
        std::vector<Dao::Subscriber> all;
        Dao::SubscriberOptions options;
        options.host = "127.0.0.1";
        options.port = shared->port;
        for (int number = 0; number < subscribers; ++number)
        {
            all.emplace_back(options);
        }
        for (const Dao::Subscriber &one : all)
        {
            wait_until([&] { return one.info().frames > 0; }, "a first frame");
        }
        shared->connected = 1;
        pause();
    });
    const std::vector<float> frame(elements, 1.0f);
    camera.set_frame(frame.data());
    wait_until([&] { return shared->connected != 0; }, "all subscribers");
    Samples samples;
    for (int number = 0; number < count; ++number)
    {
        usleep(static_cast<useconds_t>(4000 + 400 * subscribers)); // until all sleep again
        const int64_t start_ns = now_ns();
        camera.set_frame(frame.data());
        samples.push_back(1e-3 * static_cast<double>(now_ns() - start_ns));
    }
    return samples;
}

/** The same with one reader on this machine that sleeps, and no network: one wake. */
Samples publish_to_reader(const std::string &name, int count)
{
    Dao::Shm<float> camera(name, {elements}, nullptr, 4);
    Child reader(any_core, [&] {
        Dao::Shm<float> own(name);
        for (uint64_t seen = 0; seen < static_cast<uint64_t>(count); seen = own.get_counter())
        {
            own.wait_for_frame(seen, std::chrono::seconds(20));
        }
    });
    const std::vector<float> frame(elements, 1.0f);
    usleep(20'000);
    Samples samples;
    for (int number = 0; number < count; ++number)
    {
        usleep(4000);
        const int64_t start_ns = now_ns();
        camera.set_frame(frame.data());
        samples.push_back(1e-3 * static_cast<double>(now_ns() - start_ns));
    }
    reader.join();
    return samples;
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const SegmentName name(settings.folder, "camera");
        const int count = settings.scaled(200, 5);
        const std::vector<int> many = settings.short_run ? std::vector<int>{0, 3} : std::vector<int>{0, 1, 10, 50};
        std::vector<Contender> contenders = {[&] { return publish_to_reader(name, count); }};
        for (const int subscribers : many)
        {
            contenders.push_back([&, subscribers] { return publish(name, count, subscribers); });
        }
        const auto figures = interleave(settings, contenders);
        Report report(settings, "network: the publishing loop's cost, 1 kB");
        const double wake = figures[0].median;
        report.show("one reader on this machine, asleep", figures[0], "us");
        for (size_t index = 0; index < many.size(); ++index)
        {
            report.judge("published over the network, " + std::to_string(many[index]) + " subscribers",
                         figures[index + 1], "us", wake, 1.25 * wake, "<= 1.25 x one wake");
        }
        report.print();
    });
}
