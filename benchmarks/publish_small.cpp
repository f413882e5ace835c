// What does it cost to publish a small frame when nobody waits, and does it grow with readers that do not wait?
#include "harness.hpp"
#include "peers.hpp"

using namespace bench;

namespace
{

// As a segment of another C library has it: nobody posts the semaphores that programs wait on themselves. docs/format.md
// has the places.
void take_semaphores_away(Dao::Shm<float> &shm)
{
    constexpr size_t alignment = 64, semaphore_layout = 56;
    IMAGE *image = shm.image();
    auto *extension =
        reinterpret_cast<unsigned char *>(image->md) + (image->memsize + alignment - 1) / alignment * alignment;
    *reinterpret_cast<uint32_t *>(extension + semaphore_layout) = 0;
}

}

int main(int argc, char **argv)
{
    return run(argc, argv, [](const Settings &settings) {
        const Dao::Shape shape{10, 10};
        const std::vector<float> frame(small_elements, 1.5f);
        std::vector<float> place(small_elements), got;
        const SegmentName name(settings.folder, "alone"), read_name(settings.folder, "read"),
            copy_name(settings.folder, "copy"), bare_name(settings.folder, "bare");
        Dao::Shm<float> alone(name, shape), read(read_name, shape), copy(copy_name, shape), bare(bare_name, shape);
        take_semaphores_away(bare);
        read.set_frame(frame);
        std::vector<Dao::Shm<float>> readers;
        for (int index = 0; index < 100; ++index)
        {
            readers.emplace_back(read_name);
            readers.back().read(got);
        }
        if (read.count_readers() != 100)
        {
            throw std::runtime_error(std::to_string(read.count_readers()) + " readers listed, expected 100");
        }
        SharedMemory<SemaphoreChannel> semaphore;
        BoostChannel boost("publish");
        float *slot = copy.get_frame();
        timespec now{};
        const int count = settings.scaled(2000, 20), calls = 100;
        pin_to_core(0);
        const auto figures =
            interleave(settings, {[&] { return sample(count, calls, [&] { alone.set_frame(frame.data()); }); },
                                  [&] { return sample(count, calls, [&] { read.set_frame(frame.data()); }); },
                                  [&] {
                                      return sample(count, calls, [&] {
                                          keep(frame.data());
                                          std::memcpy(slot, frame.data(), small_elements * sizeof(float));
                                          keep(slot);
                                      });
                                  },
                                  [&] {
                                      return sample(count, calls, [&] {
                                          clock_gettime(CLOCK_REALTIME, &now);
                                          keep(&now);
                                      });
                                  },
                                  [&] { return sample(count, calls, [&] { semaphore->publish(frame.data()); }); },
                                  [&] { return sample(count, calls, [&] { boost.publish(frame.data()); }); },
                                  [&] { return sample(count, calls, [&] { bare.set_frame(frame.data()); }); }});

        Report report(settings, "publish 10x10 float, nobody waiting");
        const double limit = figures[2].median + figures[3].median;
        report.compare("daoShm", figures[0], "ns", limit, limit + 20, "<= memcpy + clock + 20 ns");
        report.compare("daoShm, 10 semaphores, 100 readers not waiting", figures[1], "ns", figures[0].median,
                       figures[0].median + 5, "<= without readers + 5 ns");
        report.compare("daoShm, with the semaphores of IMAGE.semptr", figures[0], "ns", figures[6].median,
                       figures[6].median + 12, "<= without them + 12 ns");
        report.show("daoShm, without them", figures[6]);
        report.show("memcpy to a slot", figures[2]);
        report.show("clock_gettime(CLOCK_REALTIME)", figures[3]);
        report.show("POSIX semaphore + memcpy", figures[4]);
        report.show("Boost.Interprocess mutex + condition", figures[5]);
        report.print();
    });
}
