/// A relay takes each segment once and publishes it again, so that its source sends one stream whatever the number of
/// those who look.
#include <atomic>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "network/handle.hpp"
#include "network/host.hpp"
#include "network/host_name.hpp"
#include "platform/limits.hpp"
#include "text/exit_code.hpp"
#include "text/output.hpp"
#include "text/printable.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr int64_t look_again_ns = 1'000'000'000;
constexpr auto slice = std::chrono::milliseconds(100);

/// One segment: a private copy, published by the same name.
class Passing
{
  public:
    Passing(const Address &address, const RelayOptions &options, DAO_NET *publisher)
        : address_(address), publisher_(publisher), net_(subscribe(address, {"", options.every, 0}, options.keys)),
          thread_([this] { run(); })
    {
    }
    ~Passing()
    {
        stops_ = true;
        thread_.join();
    }
    Passing(const Passing &) = delete;
    Passing &operator=(const Passing &) = delete;
    const Address &address() const { return address_; }

  private:
    void run()
    {
        std::optional<Dao::Image> image;
        while (!stops_ && !is_interrupted())
            try
            {
                if (!image && !(image = open_next_copy(net_, std::chrono::nanoseconds(slice).count())))
                    continue;
                publish(*image);
                const int_fast8_t status = image->wait_for_frame(UINT64_MAX, slice);
                if (status == DAO_REPLACED || status == DAO_REMOVED) // another shape or type: a new copy
                    image.reset();
            }
            catch (const std::exception &error)
            {
                report(error_text(error)); // the copy is still to be published, or waited for
                std::this_thread::sleep_for(slice);
            }
    }

    void publish(const Dao::Image &image)
    {
        if (published_ == image.image()->md)
            return;
        require(daoNetPublishImage(publisher_, image.image(), address_.topic.c_str()));
        published_ = image.image()->md;
        print_now(printable(fmt::format("{}: passed on", address_text(address_))) + "\n");
    }

    void report(const std::string &problem)
    {
        if (problem != problem_)
            print_note(fmt::format("{}: {}", address_text(address_), problem));
        problem_ = problem;
    }

    const Address address_;
    DAO_NET *publisher_;
    NetHandle net_;
    const IMAGE_METADATA *published_ = nullptr;
    std::string problem_;
    std::atomic<bool> stops_{false};
    std::thread thread_;
};

/// What is passed on, by topic: the first source that offers one has it.
class Relay
{
  public:
    explicit Relay(const RelayOptions &options) : options_(options), publisher_(open_publisher(options.place))
    {
        const DAO_NET_INFO info = info_of(publisher_);
        print_now(fmt::format("relaying at {}\n{}\n", info.endpoint, exposure_text(info)));
    }
    ~Relay() { passing_.clear(); } // before the publisher that they use

    void take(const Address &address)
    {
        const auto found = passing_.find(address.topic);
        if (found == passing_.end())
            passing_.emplace(address.topic, std::make_unique<Passing>(address, options_, publisher_.get()));
        else
            print_note(fmt::format("{}: passed over: '{}' is taken from {}; expected one source for a name",
                                   address_text(address), address.topic, address_text(found->second->address())));
    }

  private:
    const RelayOptions &options_;
    NetHandle publisher_;
    std::map<std::string, std::unique_ptr<Passing>> passing_;
};

/// What the host offers by now and did not before.
void take(Host &host, Relay &relay)
{
    for (const Address &address : host.newly_offered())
        try
        {
            relay.take(address);
        }
        catch (const NotNow &error)
        {
            host.offer_again(address, error);
        }
}

}

int run_relay(const RelayOptions &options)
{
    allow_many_files();
    std::vector<Address> sources;
    for (const std::string &source : options.sources)
        sources.push_back(parse_publisher(source));
    Relay relay(options);
    std::vector<Host> hosts;
    for (const Address &source : sources)
        if (source.topic.empty())
            hosts.emplace_back(source, options.keys);
        else
            relay.take(source);
    note_unresolved(sources);
    while (!is_interrupted())
    {
        for (Host &host : hosts)
            take(host, relay);
        sleep_unless_interrupted(look_again_ns);
    }
    return exit_success;
}

}
