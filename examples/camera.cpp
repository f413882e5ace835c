// A simulated wavefront sensor: a spot that moves across a noisy detector, published at a fixed rate.
//   camera NAME [--frames N]
#include <cmath>
#include <csignal>
#include <daoShm.hpp>
#include <iostream>
#include <random>
#include <thread>

namespace
{
constexpr uint32_t rows = 64, columns = 64;
constexpr double rate_hz = 500.0;
volatile std::sig_atomic_t stop = 0;

/** Draw the spot of one frame directly into shared memory. */
void expose(uint16_t *pixels, double row, double column, std::mt19937 &random)
{
    std::poisson_distribution<int> background(20);
    for (uint32_t r = 0; r < rows; ++r)
    {
        for (uint32_t c = 0; c < columns; ++c)
        {
            const double distance2 = (r - row) * (r - row) + (c - column) * (c - column);
            pixels[r * columns + c] = static_cast<uint16_t>(4000.0 * std::exp(-distance2 / 18.0) + background(random));
        }
    }
}

void run(const std::string &name, long frames)
{
    Dao::CreateOptions options;
    options.depth = 4;
    options.keywords = 4;
    Dao::Shm<uint16_t> shm(name, {rows, columns}, options);
    shm.set_keyword("RATE", rate_hz, "frames per second");
    std::mt19937 random(1);
    auto due = std::chrono::steady_clock::now();
    for (long n = 0; n < frames && !stop; ++n)
    {
        const double phase = static_cast<double>(n) / rate_hz;
        shm.set_frame_id(static_cast<uint64_t>(n));
        auto frame = shm.begin_write();
        expose(frame.data(), 32 + 6 * std::sin(7 * phase), 32 + 6 * std::cos(5 * phase), random);
        frame.commit();
        due += std::chrono::nanoseconds(static_cast<int64_t>(1e9 / rate_hz));
        std::this_thread::sleep_until(due);
    }
    std::clog << "camera: published " << shm.get_counter() << " frames\n";
}
} // namespace

int main(int argc, char **argv)
{
    if (argc != 2 && !(argc == 4 && std::string(argv[2]) == "--frames"))
    {
        std::cerr << "usage: camera NAME [--frames N]\n";
        return 2;
    }
    std::signal(SIGINT, [](int) { stop = 1; });
    try
    {
        run(argv[1], argc == 4 ? std::stol(argv[3]) : 1'000'000'000);
        return 0;
    }
    catch (const std::exception &error)
    {
        std::cerr << "camera: " << error.what() << '\n';
        return 1;
    }
}
