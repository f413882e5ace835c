#include "camera/settings.hpp"

#include <charconv>

#include <fmt/format.h>

#include "frame/keyword.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

std::vector<int> parse_integers(const std::string &option, const std::string &text, const char *expected)
{
    std::vector<int> numbers;
    const char *at = text.data();
    const char *const end = text.data() + text.size();
    while (true)
    {
        int number = 0;
        const auto [next, error] = std::from_chars(at, end, number);
        if (error != std::errc() || number < 0 || (next != end && *next != ','))
            throw ToolError(fmt::format("{}: '{}'; expected {}", option, text, expected), exit_usage);
        numbers.push_back(number);
        if (next == end)
            return numbers;
        at = next + 1;
    }
}

using GetIntegerBounds = void (*)(ArvCamera *, gint *, gint *, GError **);

void check_bounds(ArvCamera *camera, const std::string &what, int value, GetIntegerBounds get_bounds)
{
    gint lowest = 0;
    gint highest = 0;
    call_aravis(what, get_bounds, camera, &lowest, &highest);
    if (value < lowest || value > highest)
        throw ToolError(fmt::format("{}: {}; expected {} to {} for this camera", what, value, lowest, highest));
}

void set_region(ArvCamera *camera, const std::string &text)
{
    const std::vector<int> region = parse_integers("--region", text, "X,Y,WIDTH,HEIGHT in pixels");
    if (region.size() != 4 || region[2] == 0 || region[3] == 0)
        throw ToolError(fmt::format("--region: '{}'; expected X,Y,WIDTH,HEIGHT in pixels", text), exit_usage);
    check_bounds(camera, "region width", region[2], arv_camera_get_width_bounds);
    check_bounds(camera, "region height", region[3], arv_camera_get_height_bounds);
    call_aravis("region", arv_camera_set_region, camera, region[0], region[1], region[2], region[3]);
    gint x = 0;
    gint y = 0;
    gint width = 0;
    gint height = 0;
    call_aravis("region", arv_camera_get_region, camera, &x, &y, &width, &height);
    if (std::vector<int>{x, y, width, height} != region)
        throw ToolError(fmt::format("region: the camera set {},{},{},{}; expected {}", x, y, width, height, text));
}

void set_binning(ArvCamera *camera, const std::string &text)
{
    const std::vector<int> binning = parse_integers("--binning", text, "N, or COLUMNS,ROWS");
    if (binning.size() > 2)
        throw ToolError(fmt::format("--binning: '{}'; expected N, or COLUMNS,ROWS", text), exit_usage);
    if (!camera_has(camera, arv_camera_is_binning_available))
        throw ToolError("binning: not supported by this camera; expected none");
    check_bounds(camera, "binning of columns", binning.front(), arv_camera_get_x_binning_bounds);
    check_bounds(camera, "binning of rows", binning.back(), arv_camera_get_y_binning_bounds);
    call_aravis("binning", arv_camera_set_binning, camera, binning.front(), binning.back());
}

using IsAvailable = gboolean (*)(ArvCamera *, GError **);
using GetBounds = void (*)(ArvCamera *, double *, double *, GError **);
using SetNumber = void (*)(ArvCamera *, double, GError **);
using GetNumber = double (*)(ArvCamera *, GError **);

void set_number(ArvCamera *camera, const std::string &what, const std::optional<double> &value,
                IsAvailable is_available, GetBounds get_bounds, SetNumber set)
{
    if (!value)
        return;
    if (!camera_has(camera, is_available))
        throw ToolError(fmt::format("{}: not supported by this camera; expected none", what));
    double lowest = 0;
    double highest = 0;
    call_aravis(what, get_bounds, camera, &lowest, &highest);
    if (*value < lowest || *value > highest)
        throw ToolError(fmt::format("{}: {}; expected {} to {} for this camera", what, *value, lowest, highest));
    call_aravis(fmt::format("{}: {}", what, *value), set, camera, *value);
}

void set_feature(ArvCamera *camera, const std::string &setting)
{
    const size_t sign = setting.find('=');
    if (sign == std::string::npos || sign == 0)
        throw ToolError(fmt::format("--feature: '{}'; expected NAME=VALUE", setting), exit_usage);
    const std::string name = setting.substr(0, sign);
    ArvDevice *device = arv_camera_get_device(camera);
    if (arv_device_get_feature(device, name.c_str()) == nullptr)
        throw ToolError(fmt::format("feature {}: not a feature of this camera; expected one that it has", name));
    call_aravis(fmt::format("feature {}", setting), arv_device_set_features_from_string, device, setting.c_str());
}

void set_number_keyword(Dao::Image &segment, const char *name, ArvCamera *camera, IsAvailable is_available,
                        GetNumber get, double unit, const char *comment)
{
    GError *error = nullptr;
    if (!camera_has(camera, is_available))
        return;
    const double value = get(camera, &error);
    if (ErrorHandle(error) == nullptr)
        segment.set_keyword(name, value * unit, comment);
}

}

CameraFrame apply_settings(ArvCamera *camera, const CameraOptions &options)
{
    CameraFrame frame{choose_pixel_format(camera, options.pixel_format), 0, 0, 0, 0};
    if (!options.binning.empty())
        set_binning(camera, options.binning);
    if (!options.region.empty())
        set_region(camera, options.region);
    set_number(camera, "exposure time (us)", options.exposure_us, arv_camera_is_exposure_time_available,
               arv_camera_get_exposure_time_bounds, arv_camera_set_exposure_time);
    set_number(camera, "frame rate (Hz)", options.frame_rate_hz, arv_camera_is_frame_rate_available,
               arv_camera_get_frame_rate_bounds, arv_camera_set_frame_rate);
    set_number(camera, "gain", options.gain, arv_camera_is_gain_available, arv_camera_get_gain_bounds,
               arv_camera_set_gain);
    for (const std::string &feature : options.features)
        set_feature(camera, feature);
    if (options.packet_size_bytes > 0)
    {
        if (arv_camera_is_gv_device(camera) == FALSE)
            throw ToolError("--packet-size: not a GigE Vision camera; expected one, or no packet size");
        call_aravis("packet size", arv_camera_gv_set_packet_size, camera, options.packet_size_bytes);
    }
    if (arv_camera_is_gv_device(camera) != FALSE)
        arv_camera_gv_set_stream_options(camera, options.packet_ring ? ARV_GV_STREAM_OPTION_NONE
                                                                     : ARV_GV_STREAM_OPTION_PACKET_SOCKET_DISABLED);
    call_aravis("acquisition mode", arv_camera_set_acquisition_mode, camera, ARV_ACQUISITION_MODE_CONTINUOUS);
    gint width = 0;
    gint height = 0;
    call_aravis("region", arv_camera_get_region, camera, &frame.x, &frame.y, &width, &height);
    if (width < 1 || height < 1)
        throw ToolError(
            fmt::format("region: the camera reports {} x {} pixels; expected at least 1 x 1", width, height));
    frame.width = static_cast<uint32_t>(width);
    frame.height = static_cast<uint32_t>(height);
    return frame;
}

void set_text_keyword(Dao::Image &segment, const char *name, const std::string &value, const char *comment)
{
    const bool fits = value.size() <= keyword_text_room;
    const std::string text = fits ? comment : fmt::format("{}: {}", comment, value);
    segment.set_keyword(name, value.substr(0, keyword_text_room), text.substr(0, keyword_comment_room));
}

void write_setting_keywords(Dao::Image &segment, ArvCamera *camera, const CameraFrame &frame)
{
    const auto text = [camera](auto get) {
        GError *error = nullptr;
        const char *value = get(camera, &error);
        return ErrorHandle(error) == nullptr ? text_or(value) : std::string();
    };
    set_text_keyword(segment, "VENDOR", text(arv_camera_get_vendor_name), "camera vendor");
    set_text_keyword(segment, "MODEL", text(arv_camera_get_model_name), "camera model");
    set_text_keyword(segment, "SERIAL", text(arv_camera_get_device_serial_number), "camera serial number");
    set_text_keyword(segment, "PIXFMT", frame.format.name, "pixel format");
    segment.set_keyword("REGIONX", int64_t{frame.x}, "first column of the region, pixels");
    segment.set_keyword("REGIONY", int64_t{frame.y}, "first row of the region, pixels");
    if (camera_has(camera, arv_camera_is_binning_available))
    {
        gint columns = 1;
        gint rows = 1;
        call_aravis("binning", arv_camera_get_binning, camera, &columns, &rows);
        segment.set_keyword("BINX", int64_t{columns}, "binning of columns");
        segment.set_keyword("BINY", int64_t{rows}, "binning of rows");
    }
    set_number_keyword(segment, "EXPTIME", camera, arv_camera_is_exposure_time_available, arv_camera_get_exposure_time,
                       1e-6, "exposure time, s");
    set_number_keyword(segment, "FRATE", camera, arv_camera_is_frame_rate_available, arv_camera_get_frame_rate, 1,
                       "frame rate set in the camera, Hz");
    set_number_keyword(segment, "GAIN", camera, arv_camera_is_gain_available, arv_camera_get_gain, 1, "gain");
}

}
