#include "camera/pixel_format.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "frame/element_types.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

struct UsableFormat
{
    const char *name;
    const char *type;
};

constexpr UsableFormat usable_formats[] = {
    {"Mono8", "uint8"}, {"Mono10", "uint16"}, {"Mono12", "uint16"}, {"Mono14", "uint16"}, {"Mono16", "uint16"}};

const UsableFormat *find_usable(const std::string &name)
{
    const auto *found = std::find_if(std::begin(usable_formats), std::end(usable_formats),
                                     [&name](const UsableFormat &format) { return name == format.name; });
    return found != std::end(usable_formats) ? found : nullptr;
}

std::string offer_text(const std::vector<std::string> &offered)
{
    return offered.empty() ? "no list of formats" : fmt::format("{}", fmt::join(offered, ", "));
}

[[noreturn]] void refuse(const std::string &name, const std::vector<std::string> &offered)
{
    const bool is_offered = std::find(offered.begin(), offered.end(), name) != offered.end();
    throw ToolError(fmt::format("pixel format {}: {}; the camera offers {}", name,
                                is_offered || offered.empty()
                                    ? "packed or coloured; expected Mono8, Mono10, Mono12, Mono14 or Mono16"
                                    : "not a format of this camera",
                                offer_text(offered)));
}

}

PixelFormat choose_pixel_format(ArvCamera *camera, const std::string &wanted)
{
    const std::vector<std::string> offered = available_names(camera, arv_camera_dup_available_pixel_formats_as_strings);
    const auto is_offered = [&offered](const std::string &name) {
        return offered.empty() || std::find(offered.begin(), offered.end(), name) != offered.end();
    };
    std::string name = wanted;
    if (name.empty())
    {
        name = text_or(call_aravis("pixel format", arv_camera_get_pixel_format_as_string, camera));
        if (find_usable(name) == nullptr)
            for (const UsableFormat &format : usable_formats)
                if (!offered.empty() && is_offered(format.name))
                {
                    name = format.name;
                    break;
                }
    }
    const UsableFormat *usable = find_usable(name);
    if (usable == nullptr || !is_offered(name))
        refuse(name, offered);
    call_aravis(fmt::format("pixel format {}; the camera offers {}", name, offer_text(offered)),
                arv_camera_set_pixel_format_from_string, camera, name.c_str());
    return {name, call_aravis("pixel format", arv_camera_get_pixel_format, camera), type_from_name(usable->type)};
}

}
