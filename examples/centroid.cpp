// Follow a camera: the centroid of every frame, in order, published as (row, column) for the next stage.
//   centroid CAMERA CENTROIDS [--frames N]
#include <algorithm>
#include <csignal>
#include <daoShm.hpp>
#include <iostream>

namespace
{
/** Centre of mass above the background, in pixels: (row, column). */
std::vector<float> centroid(const std::vector<uint16_t> &pixels, const Dao::Shape &shape)
{
    if (shape.size() != 2)
    {
        throw std::runtime_error("camera: " + std::to_string(shape.size()) + " axes; expected 2");
    }
    constexpr double background = 60;
    double sum = 0, rows = 0, columns = 0;
    for (uint32_t row = 0; row < shape[0]; ++row)
    {
        for (uint32_t column = 0; column < shape[1]; ++column)
        {
            const double light = std::max(0.0, pixels[row * shape[1] + column] - background);
            sum += light;
            rows += light * row;
            columns += light * column;
        }
    }
    return {static_cast<float>(sum > 0 ? rows / sum : -1), static_cast<float>(sum > 0 ? columns / sum : -1)};
}

int run(const std::string &camera_name, const std::string &centroid_name, long frames)
{
    Dao::Shm<uint16_t> camera(camera_name);
    Dao::Shm<float> centroids(centroid_name, {2});
    camera.set_follow(true);
    std::vector<uint16_t> pixels;
    std::vector<float> position{-1, -1};
    Dao::NextOptions how;
    how.order = DAO_NEXT_IN_ORDER;
    how.wait = DAO_WAIT_ADAPTIVE;
    how.timeout = std::chrono::seconds(10);
    uint64_t missed = 0;
    for (long n = 0; n < frames; ++n)
    {
        const auto result = camera.next(pixels, how);
        if (result.status == DAO_INTERRUPTED)
        {
            break;
        }
        if (!result)
        {
            std::cerr << "centroid: " << daoLastErrorMessage() << '\n';
            return 1;
        }
        position = centroid(pixels, camera.get_shape());
        centroids.set_frame_id(result.cnt0);
        centroids.set_acquisition_time(result.acquisition_time);
        centroids.set_frame(position);
        missed += result.missed;
    }
    std::cout << "centroid: " << centroids.get_counter() << " frames, " << missed << " missed, the last at row "
              << position[0] << ", column " << position[1] << '\n';
    return 0;
}
} // namespace

int main(int argc, char **argv)
{
    if (argc != 3 && !(argc == 5 && std::string(argv[3]) == "--frames"))
    {
        std::cerr << "usage: centroid CAMERA CENTROIDS [--frames N]\n";
        return 2;
    }
    std::signal(SIGINT, [](int) { daoShmInterrupt(); });
    try
    {
        return run(argv[1], argv[2], argc == 5 ? std::stol(argv[4]) : 1'000'000'000);
    }
    catch (const std::exception &error)
    {
        std::cerr << "centroid: " << error.what() << '\n';
        return 1;
    }
}
