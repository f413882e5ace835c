/// camera: frames of a GigE Vision or USB3 Vision camera into a segment. Only the arguments; the rest is in camera/.
#include "commands/commands.hpp"

#include "camera/camera.hpp"
#include "commands/number_option.hpp"

namespace daoshm
{

namespace
{

void add_camera_settings(CLI::App *command, CameraOptions &options)
{
    command->add_option("--region", options.region, "Part of the sensor, pixels: X,Y,WIDTH,HEIGHT")
        ->type_name("X,Y,W,H");
    command->add_option("--binning", options.binning, "Binning: one number, or COLUMNS,ROWS")->type_name("N[,N]");
    command
        ->add_option("--pixel-format", options.pixel_format, "Mono8 (uint8), Mono10, Mono12, Mono14, Mono16 (uint16)")
        ->type_name("FORMAT");
    add_number(command, "--exposure", options.exposure_us, "Exposure time, microseconds", above_zero)->type_name("US");
    add_number(command, "--frame-rate", options.frame_rate_hz, "Frames per second", above_zero)->type_name("HZ");
    add_number(command, "--gain", options.gain, "Gain, in the camera's unit (usually dB)", any_finite);
    command->add_option("--feature", options.features, "Any other GenICam feature; may be repeated, applied in order")
        ->type_name("NAME=VALUE")
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    add_number(command, "--packet-size", options.packet_size_bytes, "GigE Vision packet size, bytes (jumbo: 9000)",
               {576, 65000})
        ->type_name("BYTES");
    command->add_flag(
        "--packet-ring", options.packet_ring,
        "GigE Vision: let the kernel collect packets (needs CAP_NET_RAW); fewer are lost on a busy machine, but "
        "frames arrive in batches, some ms late");
    add_number(command, "--buffers", options.buffers, "Frames buffered between camera and segment", {2, 4096})
        ->capture_default_str();
}

}

void add_camera(Tool &tool)
{
    const auto options = std::make_shared<CameraOptions>();
    CLI::App *command =
        add_command(tool, "camera", "Publish the frames of a GigE Vision or USB3 Vision camera", options, run_camera);
    command
        ->add_option("segment", options->segment,
                     "Segment to create; a bare name becomes NAME.im.shm in the temporary folder")
        ->type_name(segment_argument);
    command->add_flag("-l,--list", options->list, "List the cameras found and exit");
    command
        ->add_option("-n,--name", options->name, "Camera: its name in --list, or its address; default: the first found")
        ->type_name("CAMERA");
    command->add_option("--interface", options->interface, "Search this interface only; fake: a simulated camera")
        ->check(CLI::IsMember({"gige", "usb", "fake"}));
    add_camera_settings(command, *options);
    add_number(command, "--depth", options->depth, "Slots of the segment", depth_bounds)->capture_default_str();
    add_number(command, "--frames", options->frames, "Stop after this many frames", count_from_one);
    add_span(command, "--duration", options->duration, "Stop after this time: 10s, 2min, 1h");
    add_span(command, "--timeout", options->timeout, "Stop with an error when no frame arrives for this long");
    add_json_flag(command, options->json);
    command->footer(
        "Runs until Ctrl-C unless --frames or --duration is given. The shape of a frame is height x width. cnt2 is "
        "the\n"
        "camera's frame id, continued where the camera's counter wraps; the acquisition time is the camera's.\n"
        "Incomplete frames are never published. Exit code 4: frames were lost.\n\n"
        "Keywords: VENDOR, MODEL, SERIAL, PIXFMT, EXPTIME (s), FRATE (Hz), GAIN, REGIONX, REGIONY, BINX, BINY;\n"
        "CLOCK is the source of the times: epoch (the camera's clock keeps the time of day), offset (its clock plus\n"
        "CLKOFFNS nanoseconds, measured with the first frame), or host (the camera has no clock). Once a second:\n"
        "FRAMELOST frames sent but not published, FRAMEBAD those of them that arrived incomplete, UNDERRUN frames\n"
        "that found no free buffer, PKTLOST and PKTRESENT packets lost and sent again.\n\n"
        "Examples:\n  daoshm camera --list\n  daoshm camera wfs --frame-rate 500 --exposure 900 --region 0,0,256,256\n"
        "  daoshm camera wfs --name 192.168.1.20 --pixel-format Mono12 --packet-size 9000 --depth 16\n"
        "  daoshm camera test --interface fake --frames 100");
}

}
