/// The options of the command `camera`, and the function that runs it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace daoshm
{

struct CameraOptions
{
    std::string segment;
    std::string name;
    std::string interface;
    std::string region;
    std::string binning;
    std::string pixel_format;
    std::optional<double> exposure_us;
    std::optional<double> frame_rate_hz;
    std::optional<double> gain;
    std::vector<std::string> features;
    int packet_size_bytes = 0;
    bool packet_ring = false;
    uint32_t buffers = 32;
    uint32_t depth = 8;
    uint64_t frames = 0;
    std::string duration;
    std::string timeout;
    bool list = false;
    bool json = false;
};

/// @return the tool's exit code; throws ToolError
int run_camera(const CameraOptions &options);

}
