#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network/handle.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/output.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t long_ns = 3'600'000'000'000;

/// A segment of one slot leaves no time to send a frame before the next one.
void require_depth(const std::string &path)
{
    const Dao::Image segment = Dao::Image::open_read_only(path);
    if (segment.info().depth < 2)
        throw ToolError(fmt::format(
            "{}: depth 1: a frame is overwritten by the next; expected 2 or more to send every frame", segment.name()));
}

void print_beginning(const PublishOptions &options, const NetHandle &net, const std::vector<std::string> &topics)
{
    const DAO_NET_INFO info = info_of(net);
    if (options.json)
    {
        print_json_line(Json{{"endpoint", info.endpoint},
                             {"topics", topics},
                             {"encrypted", info.encrypted != 0},
                             {"public_key", info.public_key}});
        return;
    }
    print_escaped(
        fmt::format("publishing {} at {}\n{}\n", fmt::join(topics, ", "), info.endpoint, exposure_text(options.place)));
    if (info.encrypted != 0)
        print(fmt::format("public key: {}\n", info.public_key));
    print_now("");
}

}

int run_publish(const PublishOptions &options)
{
    if (!options.topic.empty() && options.segments.size() != 1)
        throw ToolError(fmt::format("--topic with {} segments; expected one", options.segments.size()), exit_usage);
    const NetHandle net = open_publisher(options.place);
    std::vector<std::string> topics;
    for (const std::string &path : options.segments)
    {
        if (options.every)
            require_depth(path);
        char topic[DAO_NET_TOPIC_SIZE] = "";
        if (options.topic.empty())
            require(daoNetTopicOf(path.c_str(), topic));
        topics.push_back(options.topic.empty() ? topic : options.topic);
        require(daoNetPublish(net.get(), path.c_str(), topics.back().c_str()));
    }
    print_beginning(options, net, topics);
    while (!is_interrupted())
        sleep_unless_interrupted(long_ns);
    return exit_success;
}

}
