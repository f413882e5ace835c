/// net: who publishes and subscribes here and elsewhere, and keys.
#include "commands/commands.hpp"

#include "commands/number_option.hpp"
#include "commands/publisher_place.hpp"
#include "network/commands.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

struct NetOptions
{
    std::string action;
    std::vector<std::string> arguments;
    NetListOptions list;
    bool json = false;
};

int run_net(const NetOptions &options)
{
    if (options.action == "status" && options.arguments.empty())
        return run_net_status(options.json);
    if (options.action == "keygen" && options.arguments.size() == 1 && !options.arguments.front().empty())
        return run_net_keygen(options.arguments.front(), options.json);
    if (options.action == "ls")
    {
        NetListOptions list = options.list;
        list.hosts = options.arguments;
        list.json = options.json;
        return run_net_list(list);
    }
    throw ToolError(options.action == "keygen" ? "net keygen: expected the name of one file to write the keys to"
                                               : "net status: expected no further argument",
                    exit_usage);
}

}

void add_net(Tool &tool)
{
    const auto options = std::make_shared<NetOptions>();
    CLI::App *command = add_command(tool, "net", "Who publishes and subscribes, here and on other machines; make keys",
                                    options, run_net);
    command->add_option("action", options->action, "What to do")
        ->required()
        ->check(CLI::IsMember({"status", "ls", "keygen"}));
    command->add_option("argument", options->arguments, "ls: hosts to ask, HOST[:PORT]; keygen: the file to write")
        ->type_name("ARGUMENT");
    add_number(command, "--time", options->list.time_s, "ls: seconds for listening and answers together", {0.1, 60})
        ->capture_default_str();
    add_subscriber_keys(command, options->list.keys, "--keys");
    add_json_flag(command, options->json);
    command->footer(
        "status: publishers and subscribers of this user on this machine. SKIPPED: frames that were not sent, as "
        "newer\n"
        "ones went first; LOST: those that did not arrive, and, after a +, those that were skipped or lost on "
        "networks\n"
        "before this one and so never came to the publisher, as behind a relay. DELAY: from sent to received, with\n"
        "CLOCK, by which the publisher's clock is ahead, taken off; CLOCK is estimated from round trips, to within "
        "the\n"
        "error after ±.\n"
        "ls: what is published in the local network: those who announce themselves, or the hosts that are given, "
        "where\n"
        "multicast does not get through.\n"
        "keygen: FILE, readable for its owner alone, has both keys; FILE.pub has the public one, for others.\n\n"
        "Examples:\n  daoshm net status\n  daoshm net ls\n  daoshm net ls rtc rtc:5556\n  daoshm net keygen "
        "camera.key");
}

}
