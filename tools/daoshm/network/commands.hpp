/// What the commands of the network do. In a build without ZeroMQ they say that they are not there.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace daoshm
{

/// Key files; empty: the environment's (DAO_NET_KEYS, DAO_NET_SERVER_KEY), or no encryption.
struct Keys
{
    std::string own;
    std::string server; ///< the publisher's public key, or a file that has it
};

/// Where to publish.
struct PublisherPlace
{
    int port = 5555; ///< 0: any free one
    std::string bind;
    std::string keys;
    std::string clients;
    bool announces = true;
};

struct PublishOptions
{
    std::vector<std::string> segments;
    std::function<std::string(const std::string &name)> path_for; ///< of a segment, wherever it is by now
    std::string topic;
    PublisherPlace place;
    bool every = false;
    bool json = false;
};
int run_publish(const PublishOptions &options);

struct SubscribeOptions
{
    std::vector<std::string> sources;
    std::string name;                                              ///< of the copy; empty: as `path_for` says
    std::function<std::string(const std::string &topic)> path_for; ///< of a topic that is fit for a file's name
    bool every = false;
    uint32_t depth = 0;
    Keys keys;
    bool json = false;
};
int run_subscribe(const SubscribeOptions &options);

struct RelayOptions
{
    std::vector<std::string> sources;
    PublisherPlace place;
    Keys keys;
    bool every = false;
};
int run_relay(const RelayOptions &options);

/// The publishers and subscribers of this user on this machine.
int run_net_status(bool json);
int run_net_keygen(const std::string &path, bool json);

struct NetListOptions
{
    std::vector<std::string> hosts; ///< empty: those that announce themselves
    double time_s = 3;
    Keys keys;
    bool json = false;
};
int run_net_list(const NetListOptions &options);

}
