#include <daoShm.hpp>

int main(int argc, char **argv)
{
    const std::string name = argc > 1 ? argv[1] : "consumer.im.shm";
    Dao::Shm<float> shm(name, {2, 3});
    shm.set_frame({1, 2, 3, 4, 5, 6});
    std::vector<float> frame;
    const bool whole = static_cast<bool>(shm.read(frame));
    Dao::Image image(name);
    shm.set_frame({6, 5, 4, 3, 2, 1});
    std::vector<std::byte> bytes;
    const bool has_bytes = image.next(bytes).whole && bytes.size() == 6 * sizeof(float);
    Dao::remove_segment(name);
    return whole && frame[5] == 6.0f && has_bytes && image.get_type() == _DATATYPE_FLOAT ? 0 : 1;
}
