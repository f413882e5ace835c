/// subscribe: segments of other machines as segments of this one.
#include "commands/commands.hpp"

#include <fmt/format.h>

#include "commands/folder_option.hpp"
#include "commands/number_option.hpp"
#include "commands/publisher_place.hpp"
#include "network/commands.hpp"
#include "platform/platform.hpp"
#include "segments/segment.hpp"
#include "segments/segment_name.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

struct SubscribeArguments
{
    SubscribeOptions options;
    std::string folder;
};

/// The same file for every process, whatever its folder, as far as the library takes a name of that length.
std::string whole_path(const std::string &path)
{
    constexpr size_t most_bytes = 79;
    std::string whole = absolute_path(path);
    return whole.size() <= most_bytes ? whole : path;
}

int subscribe_into(const SubscribeArguments &arguments)
{
    SubscribeOptions options = arguments.options;
    const std::string folder = arguments.folder.empty() ? temporary_folder() : folder_path(arguments.folder);
    if (!arguments.folder.empty())
        require_folder("--folder", folder);
    if (!options.name.empty())
    {
        options.name = whole_path(new_path_here(options.name));
        require_folder("--as", path_of(absolute_path(options.name)).parent_path().string());
    }
    options.path_for = [folder](const std::string &topic) {
        return whole_path((path_of(folder) / path_of(topic + segment_ending)).string());
    };
    return run_subscribe(options);
}

}

void add_subscribe(Tool &tool)
{
    const auto arguments = std::make_shared<SubscribeArguments>();
    SubscribeOptions &options = arguments->options;
    CLI::App *command =
        add_command(tool, "subscribe", "Copy segments of other machines into segments here, until Ctrl-C", arguments,
                    subscribe_into);
    command->add_option("source", options.sources, "HOST[:PORT][:SEGMENT]; without a segment: all that it offers")
        ->required()
        ->type_name("SOURCE");
    command->add_option("--as", options.name, "Name of the copy; default: the segment's, in --folder")
        ->type_name("NAME");
    command->add_option("--folder", arguments->folder, "Folder of the copies; default: the temporary folder")
        ->type_name("FOLDER");
    command->add_flag("--every", options.every, "Every frame in order instead of the newest");
    add_number(command, "--depth", options.depth, "Slots of the copy; default: those of the source, at least 2",
               depth_bounds);
    add_subscriber_keys(command, options.keys, "--keys");
    add_json_flag(command, options.json);
    command->footer(
        "The copy is a segment like any other. The source may start later, end and start again. A file is filled from\n"
        "one source: a second one is refused, or passed over where a host begins to offer it later. With --every,\n"
        "exit code 4 says that frames are missing.\n\n"
        "Examples:\n  daoshm subscribe rtc:wfs\n  daoshm subscribe rtc:5556:wfs --as wfs-remote --every");
}

}
