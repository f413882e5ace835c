/// Finding and opening cameras.
#pragma once

#include <string>
#include <vector>

#include "camera/aravis.hpp"

namespace daoshm
{

struct Device
{
    std::string id;
    std::string vendor;
    std::string model;
    std::string serial;
    std::string protocol;
    std::string address;
};

/// Search one interface, "gige", "usb" or "fake", or all real ones when empty.
void choose_interface(const std::string &interface);
std::vector<Device> find_devices();
/// Open the camera of that name or address, the first one when empty; throws with a list of the cameras found.
CameraHandle open_camera(const std::string &name);

}
