#include "camera/devices.hpp"

#include <fmt/format.h>

#include <utility>

#include "text/exit_code.hpp"

namespace daoshm
{

void check_aravis(const std::string &what, ErrorHandle error)
{
    if (error != nullptr)
        throw ToolError(fmt::format("{}: {}", what, error->message));
}

void choose_interface(const std::string &interface)
{
    static const std::pair<const char *, const char *> names[] = {
        {"gige", "GigEVision"}, {"usb", "USB3Vision"}, {"fake", "Fake"}};
    for (const auto &[name, aravis_name] : names)
    {
        const bool is_wanted = interface.empty() ? name != std::string("fake") : interface == name;
        (is_wanted ? arv_enable_interface : arv_disable_interface)(aravis_name);
    }
}

std::vector<Device> find_devices()
{
    arv_update_device_list();
    std::vector<Device> devices;
    for (unsigned i = 0; i < arv_get_n_devices(); ++i)
        devices.push_back({text_or(arv_get_device_id(i)), text_or(arv_get_device_vendor(i)),
                           text_or(arv_get_device_model(i)), text_or(arv_get_device_serial_nbr(i)),
                           text_or(arv_get_device_protocol(i)), text_or(arv_get_device_address(i))});
    return devices;
}

CameraHandle open_camera(const std::string &name)
{
    const std::vector<Device> devices = find_devices();
    if (name.empty() && devices.empty())
        throw ToolError("camera: none found; expected at least one");
    const std::string wanted = name.empty() ? devices.front().id : name;
    GError *error = nullptr;
    CameraHandle camera(arv_camera_new(wanted.c_str(), &error));
    const ErrorHandle reason(error);
    if (camera != nullptr && reason == nullptr)
        return camera;
    std::string found = devices.empty() ? "no camera found" : "cameras found:";
    for (const Device &device : devices)
        found += fmt::format(" '{}'", device.id);
    throw ToolError(fmt::format("camera '{}': cannot be opened: {}; expected one that can be reached; {}", wanted,
                                reason != nullptr ? reason->message : "no reason given", found));
}

}
