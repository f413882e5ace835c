// What does a publish cost the writer when many readers sleep, beside one bare FUTEX_WAKE of as many sleepers?
#include "harness.hpp"
#include "processes.hpp"

using namespace bench;

namespace
{
struct Shared
{
    std::atomic<int> about_to_sleep{0};
    std::atomic<bool> end{false};
    Line line;
};

/** `readers` processes sleep in `sleep_until_notified(seen)`; the writer, on the other core, times `notify`. */
Samples wake(int readers, int count, Shared &shared, const std::function<std::function<void(uint32_t)>()> &make_sleeper,
             const std::function<void()> &notify)
{
    shared.about_to_sleep = 0;
    shared.end = false;
    std::vector<Child> children;
    for (int reader = 0; reader < readers; ++reader)
    {
        children.emplace_back(1, [&] {
            const auto sleep_until_notified = make_sleeper();
            for (uint32_t seen = 0; !shared.end; ++seen)
            {
                ++shared.about_to_sleep;
                sleep_until_notified(seen);
            }
        });
    }
    pin_to_core(0);
    Samples samples;
    for (int round = 1; round <= count + 1; ++round)
    {
        while (shared.about_to_sleep < round * readers)
        {
            usleep(200);
        }
        usleep(2000); // from the count to the sleep
        shared.end = round == count + 1;
        const int64_t start_ns = now_ns();
        notify();
        samples.push_back(1e-3 * static_cast<double>(now_ns() - start_ns));
    }
    for (Child &child : children)
    {
        child.join();
    }
    return samples;
}

Samples wake_readers(const Settings &settings, int readers, int count)
{
    const SegmentName name(settings.folder, "many");
    Dao::Shm<float> shm(name, {10, 10});
    const std::vector<float> frame(100);
    SharedMemory<Shared> shared;
    const auto make_sleeper = [&] {
        auto reader = std::make_shared<Dao::Shm<float>>(name);
        return [reader](uint32_t seen) {
            if (reader->wait_for_frame(seen, std::chrono::seconds(20)) != DAO_SUCCESS)
            {
                throw std::runtime_error(daoLastErrorMessage());
            }
        };
    };
    return wake(readers, count, *shared, make_sleeper, [&] { shm.set_frame(frame.data()); });
}

Samples wake_bare(int readers, int count)
{
    SharedMemory<Shared> shared;
    const auto make_sleeper = [&] { return [&](uint32_t seen) { futex_wait(shared->line.word, seen); }; };
    return wake(readers, count, *shared, make_sleeper, [&] {
        shared->line.word.fetch_add(1);
        futex_wake(shared->line.word, INT_MAX);
    });
}
} // namespace

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        Report report(settings, "publish 10x10 float, readers asleep: the writer's cost");
        for (const int readers : {1, 10, 100})
        {
            const int count = settings.scaled(readers == 100 ? 60 : 200, 3);
            const auto figures = interleave(settings, {[&] { return wake_readers(settings, readers, count); },
                                                       [&] { return wake_bare(readers, count); }});
            const std::string many = std::to_string(readers) + (readers == 1 ? " reader" : " readers");
            const double bare = figures[1].median;
            if (readers == 1)
            {
                report.show("daoShm, " + many, figures[0], "us");
            }
            else
            {
                report.compare("daoShm, " + many, figures[0], "us", bare, 1.15 * bare, "<= 1.15 x one bare wake");
            }
            report.show("bare FUTEX_WAKE, " + many, figures[1], "us");
        }
        report.print();
    });
}
