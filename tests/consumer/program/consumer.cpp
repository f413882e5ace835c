#include <daoShm.hpp>

int main(int argc, char **argv)
{
    const std::string name = argc > 1 ? argv[1] : "consumer.im.shm";
    Dao::Shm<float> shm(name, {2, 3});
    shm.set_frame({1, 2, 3, 4, 5, 6});
    std::vector<float> frame;
    const bool whole = static_cast<bool>(shm.read(frame));
    daoShmRemove(name.c_str());
    return whole && frame[5] == 6.0f ? 0 : 1;
}
