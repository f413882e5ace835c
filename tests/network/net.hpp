// Publishers, subscribers and segments as the tests make them: closed and removed at the end, failures thrown.
#pragma once

#include "../processes/image.hpp"
#include "../processes/segment_name.hpp"

#include <chrono>
#include <daoNet.h>
#include <functional>
#include <gtest/gtest.h>
#include <thread>

namespace test
{

using namespace std::chrono_literals;

// Far more than anything takes here: a test that waits so long has failed.
constexpr auto patience = 60s;
constexpr int64_t patience_ns = std::chrono::nanoseconds(patience).count();

// Whether it comes to hold.
inline bool comes_true(const std::function<bool()> &holds, std::chrono::nanoseconds limit = patience)
{
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!holds())
    {
        if (std::chrono::steady_clock::now() > end)
            return false;
        std::this_thread::sleep_for(2ms);
    }
    return true;
}

class Net
{
  public:
    Net() = default;
    Net(const Net &) = delete;
    Net &operator=(const Net &) = delete;
    ~Net() { close(); }
    void close()
    {
        if (net_ != nullptr)
            require(daoNetClose(net_), "close");
        net_ = nullptr;
    }
    operator DAO_NET *() const { return net_; }

    DAO_NET_INFO info() const
    {
        DAO_NET_INFO info = DAO_NET_INFO_INIT;
        require(daoNetGetInfo(net_, &info), "information");
        return info;
    }

  protected:
    DAO_NET *net_ = nullptr;
};

struct Publisher : Net
{
    // Any port, unless one is given.
    explicit Publisher(int port = -1, const char *keys = nullptr, const char *clients = nullptr)
    {
        DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
        options.port = port;
        options.bind = "127.0.0.1";
        options.keys = keys;
        options.clients = clients;
        require(daoNetOpenPublisher(&options, &net_), "publisher");
    }
    void publish(const std::string &name, const char *topic = nullptr)
    {
        require(daoNetPublish(net_, name.c_str(), topic), "publish");
    }
    int port() const { return std::stoi(std::string(std::strrchr(info().endpoint, ':') + 1)); }
    std::vector<DAO_NET_PEER> peers() const
    {
        std::vector<DAO_NET_PEER> list(64, DAO_NET_PEER DAO_NET_PEER_INIT);
        uint32_t count = 0;
        require(daoNetGetPeers(net_, list.data(), 64, &count), "peers");
        list.resize(count);
        return list;
    }
};

// The texts in the options must live as long as this is being made.
struct SubscriberOptions : DAO_NET_SUBSCRIBER_OPTIONS
{
    explicit SubscriberOptions(int port_wanted, uint32_t mode_wanted = DAO_NET_LATEST)
        : DAO_NET_SUBSCRIBER_OPTIONS DAO_NET_SUBSCRIBER_OPTIONS_INIT
    {
        host = "127.0.0.1";
        port = port_wanted;
        mode = mode_wanted;
    }
    // The copy is a segment of that name, and not a private image.
    SubscriberOptions &into(const SegmentName &file)
    {
        name = file.c_str();
        return *this;
    }
    SubscriberOptions &of(const char *wanted)
    {
        topic = wanted;
        return *this;
    }
};

struct Subscriber : Net
{
    explicit Subscriber(const DAO_NET_SUBSCRIBER_OPTIONS &options)
    {
        require(daoNetOpenSubscriber(&options, &net_), "subscriber");
    }
    void open_copy(Image &image) { require(daoNetOpenCopy(net_, image.taken(), patience_ns), "copy"); }
    bool reaches(uint32_t state) const
    {
        return comes_true([&] { return info().state == state; });
    }
    bool receives(uint64_t source_cnt0) const
    {
        return comes_true([&] { return info().source_cnt0 == source_cnt0; });
    }
};

// A frame in which every element says which it is.
inline std::vector<float> frame_of(size_t elements, float value)
{
    return std::vector<float>(elements, value);
}

inline void write(IMAGE *image, const std::vector<float> &frame)
{
    require(daoShmSetData(image, frame.data(), frame.size()), "write");
}

// The newest frame of an image of floats.
inline std::vector<float> newest(IMAGE *image)
{
    std::vector<float> frame(image->md->nelement);
    require(daoShmReadNewest(image, frame.data(), frame.size(), nullptr, nullptr), "read");
    return frame;
}

}
