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

/** Microseconds of each publication. On few processors the loop may be displaced by the threads that it wakes, and by those
 *  that they wake: what it spends itself is its processor time. */
struct Cost
{
    Samples processor;
    Samples wall;
};

int64_t processor_ns()
{
    timespec used{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
    return used.tv_sec * 1'000'000'000 + used.tv_nsec;
}

/** Between two publications, so long that all sleep again. It decides what of the loop is in the caches afterwards. */
useconds_t pause_us(int subscribers)
{
    return static_cast<useconds_t>(4000 + 400 * subscribers);
}

/** Publishes `count` times, with pauses after which all others sleep again. */
Cost publish_paced(Dao::Shm<float> &camera, int count, useconds_t pause)
{
    Cost cost;
    const std::vector<float> frame(elements, 1.0f);
    for (int number = 0; number < count; ++number)
    {
        usleep(pause);
        const int64_t start_ns = now_ns(), used_ns = processor_ns();
        camera.set_frame(frame.data());
        cost.processor.push_back(1e-3 * static_cast<double>(processor_ns() - used_ns));
        cost.wall.push_back(1e-3 * static_cast<double>(now_ns() - start_ns));
    }
    return cost;
}

/** Somebody else's process publishes to `subscribers` of a third one. */
Cost publish(const std::string &name, int count, int subscribers)
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
    return publish_paced(camera, count, pause_us(subscribers));
}

/** The same with one reader on this machine that sleeps, and no network: one wake. */
Cost publish_to_reader(const std::string &name, int count, int subscribers)
{
    Dao::Shm<float> camera(name, {elements}, nullptr, 4);
    Child reader(any_core, [&] {
        Dao::Shm<float> own(name);
        for (uint64_t seen = 0; seen < static_cast<uint64_t>(count); seen = own.get_counter())
        {
            own.wait_for_frame(seen, std::chrono::seconds(20));
        }
    });
    usleep(20'000);
    Cost cost = publish_paced(camera, count, pause_us(subscribers));
    reader.join();
    return cost;
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const SegmentName name(settings.folder, "camera");
        const int count = settings.scaled(200, 5);
        const std::vector<int> many = settings.short_run ? std::vector<int>{0, 3} : std::vector<int>{0, 1, 10, 50};
        std::vector<std::vector<Samples>> walls(2 * many.size());
        const auto note = [&](size_t index, Cost cost) {
            walls[index].push_back(std::move(cost.wall));
            return std::move(cost.processor);
        };
        std::vector<Contender> contenders;
        for (size_t index = 0; index < many.size(); ++index)
        {
            contenders.push_back([&, index] { return note(2 * index, publish_to_reader(name, count, many[index])); });
            contenders.push_back([&, index] { return note(2 * index + 1, publish(name, count, many[index])); });
        }
        const auto figures = interleave(settings, contenders);
        Report report(settings, "network: the publishing loop's cost, 1 kB");
        for (size_t index = 0; index < many.size(); ++index)
        {
            const double wake = figures[2 * index].median;
            report.show("one reader on this machine, asleep, as often", figures[2 * index], "us");
            report.show("  until the call returns", figure_of(walls[2 * index]), "us");
            report.compare("published over the network, " + std::to_string(many[index]) + " subscribers",
                           figures[2 * index + 1], "us", wake, 1.25 * wake, "<= 1.25 x one wake");
            report.show("  until the call returns", figure_of(walls[2 * index + 1]), "us");
        }
        report.print();
    });
}
