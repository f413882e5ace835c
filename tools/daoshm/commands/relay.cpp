/// relay: segments of other machines, passed on.
#include "commands/commands.hpp"

#include "commands/publisher_place.hpp"
#include "network/commands.hpp"

namespace daoshm
{

void add_relay(Tool &tool)
{
    const auto options = std::make_shared<RelayOptions>();
    CLI::App *command =
        add_command(tool, "relay", "Pass segments of other machines on, until Ctrl-C", options, run_relay);
    command->add_option("source", options->sources, "HOST[:PORT][:SEGMENT]; without a segment: all that it offers")
        ->required()
        ->type_name("SOURCE");
    add_publisher_place(command, options->place);
    command->add_flag("--every", options->every, "Take every frame instead of the newest");
    add_subscriber_keys(command, options->keys);
    command->footer("The source sends one stream for each segment, whatever the number of those who subscribe here.\n\n"
                    "Example:\n  daoshm relay rtc --bind '*'       hundreds of displays subscribe to this machine");
}

}
