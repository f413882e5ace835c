// A simulated wavefront sensor: Aravis' simulated GigE Vision camera, with the real protocol over UDP, and as image the
// spots of a Shack-Hartmann sensor behind moving turbulence.
//   demo_sensor ADDRESS
#include <arv.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <random>
#include <thread>

#include "grid.hpp"

namespace
{
volatile std::sig_atomic_t stop = 0;

struct Wave // one component of the turbulence: tilts the spots by amplitude x its slope
{
    double kx, ky, speed, phase, amplitude_pixels;
};

class Picture
{
  public:
    Picture()
    {
        std::mt19937 random(7);
        std::uniform_real_distribution<double> number(-1, 1);
        for (int i = 0; i < 12; ++i)
        {
            const double k = 1.2 + 0.6 * i, angle = 3.14159 * number(random);
            waves_.push_back({k * std::cos(angle), k * std::sin(angle), 0.004 * k * (1.2 + number(random)),
                              3.14159 * number(random), 1.1 * std::pow(k, -0.83)});
        }
    }

    void draw(uint8_t *pixels, uint32_t rows, uint32_t columns)
    {
        for (uint32_t i = 0; i < rows * columns; ++i)
        {
            noise_ = noise_ * 1664525 + 1013904223;
            pixels[i] = static_cast<uint8_t>(8 + (noise_ >> 30));
        }
        if (rows * columns != pixels_ || cells_.empty())
        {
            cells_ = demo::cells_of(rows, columns);
            pixels_ = rows * columns;
        }
        for (const demo::Cell &cell : cells_)
        {
            draw_spot(pixels + cell.row * columns + cell.column, columns, cell);
        }
        for (uint32_t row = 0; row < rows; ++row)
        {
            demo::put_stamp(pixels + row * columns, number_);
        }
        ++number_;
    }

  private:
    void draw_spot(uint8_t *corner, uint32_t columns, const demo::Cell &cell) const
    {
        double x = 0, y = 0;
        for (const Wave &wave : waves_)
        {
            const double slope = wave.amplitude_pixels *
                                 std::cos(wave.kx * cell.x + wave.ky * cell.y + wave.speed * number_ + wave.phase);
            x += slope * wave.kx / std::hypot(wave.kx, wave.ky);
            y += slope * wave.ky / std::hypot(wave.kx, wave.ky);
        }
        constexpr double centre = (demo::cell_pixels - 1) / 2.0, width2 = 2 * 1.1 * 1.1;
        double along_x[demo::cell_pixels], along_y[demo::cell_pixels];
        for (uint32_t i = 0; i < demo::cell_pixels; ++i)
        {
            along_x[i] = 220 * std::exp(-(i - centre - x) * (i - centre - x) / width2);
            along_y[i] = std::exp(-(i - centre - y) * (i - centre - y) / width2);
        }
        for (uint32_t row = 0; row < demo::cell_pixels; ++row)
        {
            for (uint32_t column = 0; column < demo::cell_pixels; ++column)
            {
                corner[row * columns + column] =
                    static_cast<uint8_t>(corner[row * columns + column] + along_y[row] * along_x[column]);
            }
        }
    }

    std::vector<Wave> waves_;
    std::vector<demo::Cell> cells_;
    uint32_t pixels_ = 0;
    uint32_t number_ = 0;
    uint32_t noise_ = 1;
};

/** Aravis has made the buffer as large as the picture; its count of received bytes is 0 on the sending side. */
void fill(ArvBuffer *buffer, void *picture, guint32, guint32, ArvPixelFormat format)
{
    size_t received_bytes = 0;
    auto *pixels = static_cast<uint8_t *>(const_cast<void *>(arv_buffer_get_data(buffer, &received_bytes)));
    const auto rows = static_cast<uint32_t>(arv_buffer_get_image_height(buffer));
    const auto columns = static_cast<uint32_t>(arv_buffer_get_image_width(buffer));
    if (format == ARV_PIXEL_FORMAT_MONO_8 && columns >= 2 * demo::border_pixels)
    {
        static_cast<Picture *>(picture)->draw(pixels, rows, columns);
    }
}
} // namespace

int main(int argc, char **argv)
{
    if (argc != 2)
    {
        std::fputs("usage: demo_sensor ADDRESS\n", stderr);
        return 2;
    }
    std::signal(SIGINT, [](int) { stop = 1; });
    std::signal(SIGTERM, [](int) { stop = 1; });
    Picture picture;
    ArvGvFakeCamera *camera = arv_gv_fake_camera_new(argv[1], "SH01");
    arv_fake_camera_set_fill_pattern(arv_gv_fake_camera_get_fake_camera(camera), fill, &picture);
    const bool is_running = arv_gv_fake_camera_is_running(camera) != FALSE;
    std::printf(is_running ? "ready\n" : "cannot listen on %s\n", argv[1]);
    std::fflush(stdout);
    while (is_running && !stop)
    {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    g_object_unref(camera);
    return is_running ? 0 : 1;
}
