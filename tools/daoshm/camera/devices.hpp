/// Which cameras there are, and how one is opened.
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

/// Look for cameras where `interface` says: "gige", "usb", "fake", or at all real ones when empty.
void choose_interface(const std::string &interface);
std::vector<Device> find_devices();
/// Open the camera of that name or address, the first one when empty; throws, naming the cameras there are.
CameraHandle open_camera(const std::string &name);

}
