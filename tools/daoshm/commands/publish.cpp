/// publish: segments to other machines.
#include "commands/commands.hpp"

#include "commands/publisher_place.hpp"
#include "network/commands.hpp"
#include "segments/segment.hpp"

namespace daoshm
{

namespace
{

int publish_found(const PublishOptions &options)
{
    PublishOptions found = options;
    found.path_for = path_here;
    return run_publish(found);
}

}

void add_publish(Tool &tool)
{
    const auto options = std::make_shared<PublishOptions>();
    CLI::App *command =
        add_command(tool, "publish", "Offer segments to other machines, until Ctrl-C", options, publish_found);
    command->add_option("segment", options->segments, "Segments: paths, or names in the temporary folder or /dev/shm")
        ->required()
        ->type_name(segment_argument);
    add_publisher_place(command, options->place);
    command
        ->add_option("--topic", options->topic,
                     "Name that one segment has at the port; default: its file's, up to .im.shm")
        ->type_name("NAME");
    command->add_flag("--every", options->every, "Refuse segments of depth 1, which leave no time to send every frame");
    add_json_flag(command, options->json);
    command->footer(
        "Subscribers choose whether they want the newest frame or every one. A segment that does not exist yet is\n"
        "waited for, one that is made again is followed. Without --bind and --keys only this machine can subscribe.\n\n"
        "Examples:\n  daoshm publish wfs dm --bind '*'\n  daoshm publish wfs --keys camera.key --clients displays.txt");
}

}
