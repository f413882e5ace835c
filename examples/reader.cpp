// Read frames as they arrive: reader NAME --frames N
#include <daoShm.hpp>
#include <iostream>

int main(int argc, char **argv)
try
{
    const long frames = argc == 4 && std::string(argv[2]) == "--frames" ? std::stol(argv[3]) : 10;
    Dao::Shm<float> shm(argc > 1 ? argv[1] : "/tmp/example.im.shm");
    std::vector<float> frame;
    uint64_t cnt0 = 0;
    for (long n = 0; n < frames; ++n)
    {
        if (shm.wait_for_frame(cnt0, std::chrono::seconds(10)) != DAO_SUCCESS)
        {
            std::cerr << daoLastErrorMessage() << '\n';
            return 1;
        }
        cnt0 = shm.read(frame).cnt0;
        std::cout << "frame " << cnt0 << " begins with " << frame[0] << '\n';
    }
}
catch (const std::exception &error)
{
    std::cerr << "reader: " << error.what() << '\n';
    return 1;
}
