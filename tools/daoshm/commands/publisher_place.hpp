/// The options of commands that publish, and of those that subscribe with keys.
#pragma once

#include <CLI/CLI.hpp>

#include "commands/number_option.hpp"
#include "network/commands.hpp"

namespace daoshm
{

inline void add_publisher_place(CLI::App *command, PublisherPlace &place)
{
    add_number(command, "--port", place.port, "Port; 0: any free one", {0, 65535})->capture_default_str();
    command
        ->add_option("--bind", place.bind,
                     "Address of this machine to listen at, or '*'; default: 127.0.0.1, with keys '*'")
        ->type_name("ADDRESS");
    command->add_option("--keys", place.keys, "Key file of this publisher (net keygen): encrypt")->type_name("FILE");
    command->add_option("--clients", place.clients, "File of the public keys that may subscribe, a line each")
        ->type_name("FILE");
    command->add_flag_callback(
        "--no-announce", [&place] { place.announces = false; }, "Do not let `daoshm net ls` of other machines find it");
}

/// `own` is the name of the option for this side's key pair.
inline void add_subscriber_keys(CLI::App *command, Keys &keys, const char *own = "--subscriber-keys")
{
    command
        ->add_option("--server-key", keys.server,
                     "The publisher's public key, or a file that has it; default: DAO_NET_SERVER_KEY")
        ->type_name("KEY");
    command->add_option(own, keys.own, "Key file of this subscriber; default: DAO_NET_KEYS, or one of its own")
        ->type_name("FILE");
}

}
