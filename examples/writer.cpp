// Publish a moving ramp, 200 frames per second: writer NAME --frames N
#include <daoShm.hpp>
#include <iostream>
#include <thread>

int main(int argc, char **argv)
try
{
    const long frames = argc == 4 && std::string(argv[2]) == "--frames" ? std::stol(argv[3]) : 10;
    Dao::Shm<float> shm(argc > 1 ? argv[1] : "/tmp/example.im.shm", {10, 10}, nullptr, 4);
    for (long n = 0; n < frames; ++n)
    {
        auto frame = shm.begin_write();
        for (uint64_t i = 0; i < frame.size(); ++i)
        {
            frame[i] = static_cast<float>(n) + static_cast<float>(i);
        }
        frame.commit();
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
}
catch (const std::exception &error)
{
    std::cerr << "writer: " << error.what() << '\n';
    return 1;
}
