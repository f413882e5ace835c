// Slopes: background subtraction and the centroid of the spot in every subaperture of every camera frame, in pixels.
//   demo_centroids CAMERA SLOPES [--stamped]
// The slopes are one vector, all x and then all y; its checksum is in cnt2. With --stamped the sensor's own frame number in
// every row must be the same in all rows and match the camera's frame id.
#include <csignal>
#include <daoShm.hpp>
#include <iostream>

#include "check_wait.hpp"
#include "grid.hpp"
#include "stage.h"

namespace
{
DEMO_STAGE stage;

template <typename Pixel>
class Centroids
{
  public:
    Centroids(Dao::Shm<Pixel> camera, const std::string &slopes_name, bool stamped)
        : camera_(std::move(camera)), rows_(camera_.get_shape().at(0)), columns_(camera_.get_shape().at(1)),
          cells_(demo::cells_of(rows_, columns_)), slopes_(make_slopes(slopes_name)), stamped_(stamped)
    {
        slopes_.set_keyword("GRIDROWS", int64_t{demo::cells_along(rows_)}, "subapertures along y");
        slopes_.set_keyword("GRIDCOLS", int64_t{demo::cells_along(columns_)}, "subapertures along x");
    }

    int run()
    {
        Dao::NextOptions how;
        how.order = DAO_NEXT_IN_ORDER;
        how.wait = DAO_WAIT_ADAPTIVE;
        how.timeout = std::chrono::seconds(1);
        while (!demo_is_stopped())
        {
            if (const Dao::ReadResult result = camera_.next(pixels_, how))
            {
                process(result.missed);
            }
            else
            {
                demo::check_wait(result.status);
            }
        }
        Dao::check(demo_report(&stage, slopes_.image(), 1));
        return 0;
    }

  private:
    Dao::Shm<float> make_slopes(const std::string &name) const
    {
        if (cells_.empty())
        {
            throw std::runtime_error(
                "frames: too small; expected room for a subaperture of 8 x 8 pixels inside a border of 4");
        }
        Dao::CreateOptions options;
        options.depth = DEMO_DEPTH;
        options.keywords = DEMO_KEYWORDS;
        return Dao::Shm<float>(name, {static_cast<uint32_t>(2 * cells_.size())}, options);
    }

    void process(uint64_t missed)
    {
        const auto frame = camera_.last_frame();
        demo_count(&stage, &*frame, missed, is_whole(*frame));
        slopes_.set_acquisition_time(Dao::TimePoint(std::chrono::nanoseconds(frame->atime_ns)));
        auto slopes = slopes_.begin_write();
        const float background = border_level();
        for (size_t i = 0; i < cells_.size(); ++i)
        {
            centroid(cells_[i], background, slopes[i], slopes[cells_.size() + i]);
        }
        const auto count = static_cast<uint32_t>(2 * cells_.size());
        slopes_.set_frame_id(demo_seal(slopes.data(), count, demo_frame_id(frame->cnt2)));
        slopes.commit();
        Dao::check(demo_report(&stage, slopes_.image(), 0));
    }

    bool is_whole(const DAO_FRAME &frame)
    {
        if (!stamped_)
        {
            return true;
        }
        const uint32_t stamp = demo::get_stamp(pixels_.data());
        for (uint32_t row = 1; row < rows_; ++row)
        {
            if (demo::get_stamp(pixels_.data() + row * columns_) != stamp)
            {
                return false;
            }
        }
        const bool follows = stage.frames == 0 || stamp - last_stamp_ == demo_frame_id(frame.cnt2) - stage.last_id;
        last_stamp_ = stamp;
        return follows;
    }

    /** Mean of the dark border on the right, where no light falls. */
    float border_level() const
    {
        float sum = 0;
        for (uint32_t row = 0; row < rows_; ++row)
        {
            for (uint32_t column = columns_ - demo::border_pixels; column < columns_; ++column)
            {
                sum += static_cast<float>(pixels_[row * columns_ + column]);
            }
        }
        return sum / static_cast<float>(rows_ * demo::border_pixels);
    }

    void centroid(const demo::Cell &cell, float background, float &x, float &y) const
    {
        float light = 0, light_x = 0, light_y = 0;
        for (uint32_t row = 0; row < demo::cell_pixels; ++row)
        {
            const Pixel *pixels = pixels_.data() + (cell.row + row) * columns_ + cell.column;
            for (uint32_t column = 0; column < demo::cell_pixels; ++column)
            {
                const float value = std::max(0.0F, static_cast<float>(pixels[column]) - background);
                light += value;
                light_x += value * static_cast<float>(column);
                light_y += value * static_cast<float>(row);
            }
        }
        constexpr float centre = (demo::cell_pixels - 1) / 2.0F;
        x = light > 0 ? light_x / light - centre : 0;
        y = light > 0 ? light_y / light - centre : 0;
    }

    Dao::Shm<Pixel> camera_;
    uint32_t rows_, columns_;
    std::vector<demo::Cell> cells_;
    Dao::Shm<float> slopes_;
    bool stamped_;
    std::vector<Pixel> pixels_;
    uint32_t last_stamp_ = 0;
};

int run(const std::string &camera, const std::string &slopes, bool stamped)
{
    Dao::check(demo_wait_for_segment(camera.c_str()));
    Dao::Image frames(camera);
    if (frames.get_type() == Dao::Shm<uint8_t>::element_type)
    {
        return Centroids<uint8_t>(Dao::Shm<uint8_t>(std::move(frames)), slopes, stamped).run();
    }
    return Centroids<uint16_t>(Dao::Shm<uint16_t>(std::move(frames)), slopes, stamped).run();
}
} // namespace

int main(int argc, char **argv)
{
    const bool stamped = argc == 4 && std::string(argv[3]) == "--stamped";
    if (argc != 3 && !stamped)
    {
        std::cerr << "usage: demo_centroids CAMERA SLOPES [--stamped]\n";
        return 2;
    }
    demo_catch_signals();
    try
    {
        return run(argv[1], argv[2], stamped);
    }
    catch (const std::exception &error)
    {
        std::cerr << "centroids: " << error.what() << '\n';
        return 1;
    }
}
