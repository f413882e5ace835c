// Publishers and subscribers of daoNet.h for Python. Calls that wait for the network let other Python threads run.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <daoNet.h>
#include <memory>
#include <mutex>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <vector>

#include "segment.hpp"

namespace daopython
{

namespace
{

using Net = std::shared_ptr<DAO_NET>;

/// Call `action` with the interpreter released; throws Failure when it fails.
template <class Action>
void call(Action &&action)
{
    Released released;
    require(action());
}

/// A handle of daoNet.h. It is closed when the last call on it is over, never while the interpreter is held.
class NetHandle
{
  public:
    NetHandle() = default;
    NetHandle(const NetHandle &) = delete;
    NetHandle &operator=(const NetHandle &) = delete;
    ~NetHandle() { close(); }

    template <class Open>
    void open(Open &&open_handle)
    {
        DAO_NET *opened = nullptr;
        call([&] { return open_handle(&opened); });
        replace(Net(opened, [](DAO_NET *net) { daoNetClose(net); }));
        was_opened_ = true;
    }
    void close() { replace(nullptr); }
    Net get()
    {
        const std::lock_guard lock(mutex_);
        return net_;
    }
    bool is_open() { return get() != nullptr; }
    bool was_opened() const { return was_opened_; }

    /// Call `action` with the handle. Throws Failure when it is closed or the call fails.
    template <class Action>
    void use(Action &&action)
    {
        Net net = get();
        if (!net)
            throw Failure(DAO_E_CLOSED, "the network connection is closed; expected an open one");
        Released released;
        const Net used = std::move(net); // the last to let go waits for threads
        require(action(used.get()));
    }
    DAO_NET_INFO info()
    {
        DAO_NET_INFO info = DAO_NET_INFO_INIT;
        use([&](DAO_NET *net) { return daoNetGetInfo(net, &info); });
        return info;
    }

  private:
    void replace(Net net)
    {
        {
            const std::lock_guard lock(mutex_);
            net_.swap(net);
        }
        if (!net)
            return;
        Released released;
        net.reset();
    }

    std::mutex mutex_; // held with the interpreter only, so that it is free when Python forks
    Net net_;
    std::atomic<bool> was_opened_{false};
};

const char *text_or_null(const std::optional<std::string> &text)
{
    return text ? text->c_str() : nullptr;
}

std::string bytes_of(const nb::bytes &bytes)
{
    return {bytes.c_str(), bytes.size()};
}

nb::dict describe(const DAO_NET_INFO &info)
{
    nb::dict fields;
    fields["pid"] = info.pid;
    fields["state"] = info.state;
    fields["mode"] = info.mode;
    fields["encrypted"] = info.encrypted != 0;
    fields["peers"] = info.peers;
    fields["frames"] = info.frames;
    fields["skipped"] = info.skipped;
    fields["lost"] = info.lost;
    fields["missed_before"] = info.missed_before;
    fields["bytes"] = info.bytes;
    fields["bad_messages"] = info.bad_messages;
    fields["refused"] = info.refused;
    fields["echoes"] = info.echoes;
    fields["connections"] = info.connections;
    fields["source_cnt0"] = info.source_cnt0;
    fields["source_cnt1"] = info.source_cnt1;
    fields["source_cnt2"] = info.source_cnt2;
    fields["source_atime_ns"] = info.source_atime_ns;
    fields["cnt0"] = info.cnt0;
    fields["last_frame_ns"] = info.last_frame_ns;
    fields["round_trip_ns"] = info.round_trip_ns;
    fields["clock_offset_ns"] = info.clock_offset_ns;
    fields["delay_ns"] = info.delay_ns;
    fields["frames_per_second"] = info.frames_per_second;
    fields["endpoint"] = text_of(info.endpoint);
    fields["topic"] = text_of(info.topic);
    fields["host"] = text_of(info.host);
    fields["name"] = text_of(info.name);
    fields["public_key"] = text_of(info.public_key);
    fields["message"] = text_of(info.message);
    return fields;
}

nb::dict describe(const DAO_NET_PEER &peer)
{
    nb::dict fields;
    fields["topic"] = text_of(peer.topic);
    fields["host"] = text_of(peer.host);
    fields["plain"] = peer.plain != 0;
    fields["mode"] = peer.mode;
    fields["in_flight"] = peer.in_flight;
    fields["frames"] = peer.frames;
    fields["skipped"] = peer.skipped;
    fields["lost"] = peer.lost;
    fields["bytes"] = peer.bytes;
    fields["last_frame_ns"] = peer.last_frame_ns;
    fields["user_key"] = text_of(peer.user_key);
    return fields;
}

int64_t nanoseconds(double seconds)
{
    return static_cast<int64_t>(seconds * 1e9);
}

/// A private copy, until one of another shape or type takes its place.
class Copy
{
  public:
    explicit Copy(Dao::Image opened) : image_(std::move(opened)), watched_(image_.duplicate()) {}
    IMAGE *image() const { return image_.image(); }
    /// Wait until it gets no more frames: it was replaced, or its subscription ended. False when the time is up.
    bool wait_for_end(double seconds)
    {
        Released released;
        const int_fast8_t status = daoShmWaitForFrame(watched_.image(), UINT64_MAX, nanoseconds(seconds));
        if (status > 0)
            throw last_failure();
        return status == DAO_REPLACED || status == DAO_REMOVED;
    }

  private:
    Dao::Image image_;
    Dao::Image watched_; // used by the thread that waits, without the interpreter
};

class Publisher
{
  public:
    Publisher(int port, const std::string &bind, const std::optional<std::string> &keys,
              const std::optional<std::string> &clients)
    {
        DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
        options.port = port;
        options.bind = bind.c_str();
        options.keys = text_or_null(keys);
        options.clients = text_or_null(clients);
        handle_.open([&](DAO_NET **net) { return daoNetOpenPublisher(&options, net); });
    }
    void publish(const nb::bytes &name, const std::optional<std::string> &topic)
    {
        const std::string path = bytes_of(name);
        handle_.use([&](DAO_NET *net) { return daoNetPublish(net, path.c_str(), text_or_null(topic)); });
    }
    void publish_image(Segment &segment, const std::string &topic)
    {
        const std::shared_ptr<Place> place = segment.handle().make_place();
        handle_.use([&](DAO_NET *net) { return daoNetPublishImage(net, place->image(), topic.c_str()); });
    }
    void publish_copy(const Copy &copy, const std::string &topic)
    {
        handle_.use([&](DAO_NET *net) { return daoNetPublishImage(net, copy.image(), topic.c_str()); });
    }
    void unpublish(const std::string &topic)
    {
        handle_.use([&](DAO_NET *net) { return daoNetUnpublish(net, topic.c_str()); });
    }
    void announce()
    {
        handle_.use([](DAO_NET *net) { return daoNetAnnounce(net, 1); });
    }
    nb::dict info() { return describe(handle_.info()); }
    nb::list peers()
    {
        std::vector<DAO_NET_PEER> found;
        handle_.use([&](DAO_NET *net) {
            return Dao::fetch_list(found, DAO_NET_PEER DAO_NET_PEER_INIT,
                                   [net](DAO_NET_PEER *peers, uint32_t capacity, uint32_t *count) {
                                       return daoNetGetPeers(net, peers, capacity, count);
                                   });
        });
        nb::list peers;
        for (const DAO_NET_PEER &peer : found)
            peers.append(describe(peer));
        return peers;
    }
    nb::list refused()
    {
        struct Key
        {
            char text[DAO_NET_KEY_SIZE];
        };
        std::vector<Key> found;
        handle_.use([&](DAO_NET *net) {
            return Dao::fetch_list(found, Key{}, [net](Key *keys, uint32_t capacity, uint32_t *count) {
                return daoNetGetRefused(net, &keys->text, capacity, count);
            });
        });
        nb::list keys;
        for (const Key &key : found)
            keys.append(nb::str(key.text));
        return keys;
    }
    void close() { handle_.close(); }

  private:
    NetHandle handle_;
};

/// A subscriber that may begin and end again, and supplies an object's segment meanwhile.
class Subscription
{
  public:
    void begin(const std::string &host, int port, const std::optional<std::string> &topic, const nb::bytes &name,
               bool every, uint32_t depth, const std::optional<std::string> &keys,
               const std::optional<std::string> &server_key)
    {
        const std::string path = bytes_of(name);
        DAO_NET_SUBSCRIBER_OPTIONS options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
        options.host = host.c_str();
        options.port = port;
        options.topic = text_or_null(topic);
        options.name = path.empty() ? nullptr : path.c_str();
        options.mode = every ? DAO_NET_EVERY : DAO_NET_LATEST;
        options.depth = depth;
        options.keys = text_or_null(keys);
        options.server_key = text_or_null(server_key);
        handle_->open([&](DAO_NET **net) { return daoNetOpenSubscriber(&options, net); });
    }
    void pause(bool paused)
    {
        handle_->use([&](DAO_NET *net) { return daoNetPause(net, paused ? 1 : 0); });
    }
    void end() { handle_->close(); }
    nb::object info()
    {
        if (!handle_->is_open())
            return nb::none();
        return describe(handle_->info());
    }
    /// Wait for the first frame, if need be. Null when the time is up, or nothing is subscribed to.
    std::unique_ptr<Copy> open_copy(double seconds) { return open_by(daoNetOpenCopy, seconds); }
    /// The same of each copy in turn.
    std::unique_ptr<Copy> open_next_copy(double seconds) { return open_by(daoNetOpenNextCopy, seconds); }
    void supply(Segment &segment, const nb::bytes &name)
    {
        segment.handle().await(bytes_of(name), std::make_shared<Copies>(handle_));
    }

  private:
    std::unique_ptr<Copy> open_by(int_fast8_t (*open)(DAO_NET *, IMAGE *, int64_t), double seconds)
    {
        Net net = handle_->get();
        if (!net)
            return nullptr;
        std::optional<Dao::Image> opened;
        {
            Released released;
            const Net used = std::move(net); // the last to let go waits for threads
            opened = Dao::Image::open_by([&](IMAGE *image) { return open(used.get(), image, nanoseconds(seconds)); });
        }
        return opened ? std::make_unique<Copy>(std::move(*opened)) : nullptr;
    }

    class Copies : public Supply
    {
      public:
        explicit Copies(std::shared_ptr<NetHandle> handle) : handle_(std::move(handle)) {}
        bool is_supplying() override { return handle_->is_open(); }
        bool has_begun() override { return handle_->was_opened(); }
        CopyOpener opener() override
        {
            Net net = handle_->get();
            if (!net)
                return {};
            return [net](IMAGE *image, int64_t timeout_ns) { return daoNetOpenCopy(net.get(), image, timeout_ns); };
        }

      private:
        std::shared_ptr<NetHandle> handle_;
    };

    std::shared_ptr<NetHandle> handle_ = std::make_shared<NetHandle>();
};

/// What a subscriber of any process says of the segment that it fills; None when there is none.
nb::object find_subscriber(const nb::bytes &name)
{
    const std::string path = bytes_of(name);
    DAO_NET_INFO info = DAO_NET_INFO_INIT;
    int_fast8_t status = DAO_SUCCESS;
    {
        Released released;
        status = daoNetFind(path.c_str(), &info);
    }
    if (status == DAO_SUCCESS)
        return describe(info);
    if (daoLastErrorCode() != DAO_E_NOT_FOUND)
        throw last_failure();
    return nb::none();
}

std::string topic_of(const nb::bytes &name)
{
    char topic[DAO_NET_TOPIC_SIZE] = "";
    require(daoNetTopicOf(bytes_of(name).c_str(), topic));
    return topic;
}

/// @return the public key
std::string make_keys(const nb::bytes &path)
{
    const std::string file = bytes_of(path);
    char key[DAO_NET_KEY_SIZE] = "";
    require(daoNetMakeKeys(file.c_str()));
    require(daoNetReadPublicKey(file.c_str(), key));
    return key;
}

} // namespace

void bind_network(nb::module_ &module)
{
    using namespace nb::literals;
    module.attr("HAS_NETWORK") = true;
    nb::class_<Copy>(module, "Copy", "A private copy, until another takes its place.")
        .def("wait_for_end", &Copy::wait_for_end, "seconds"_a, "Wait until no more frames come; False in time.");
    nb::class_<Publisher>(module, "Publisher", "A port of this machine at which segments are offered.")
        .def(nb::init<int, const std::string &, const std::optional<std::string> &,
                      const std::optional<std::string> &>(),
             "port"_a, "bind"_a, "keys"_a.none(), "clients"_a.none())
        .def("publish", &Publisher::publish, "name"_a, "topic"_a.none(), "Offer a segment.")
        .def("publish_image", &Publisher::publish_image, "segment"_a, "topic"_a, "Offer a private image.")
        .def("publish_copy", &Publisher::publish_copy, "copy"_a, "topic"_a, "Offer a copy.")
        .def("unpublish", &Publisher::unpublish, "topic"_a, "Offer it no longer.")
        .def("announce", &Publisher::announce, "Let others on the local network find it.")
        .def("info", &Publisher::info, "How it is doing: a dict.")
        .def("peers", &Publisher::peers, "Who subscribes: a list of dicts.")
        .def("refused", &Publisher::refused, "Public keys of strangers that were refused, newest first.")
        .def("close", &Publisher::close, "End it. A second close does nothing.");
    nb::class_<Subscription>(module, "Subscription", "A connection to a publisher, and the copy that it fills.")
        .def(nb::init<>())
        .def("begin", &Subscription::begin, "host"_a, "port"_a, "topic"_a.none(), "name"_a, "every"_a, "depth"_a,
             "keys"_a.none(), "server_key"_a.none(), "Connect.")
        .def("pause", &Subscription::pause, "paused"_a, "Take no frames, or take them again.")
        .def("end", &Subscription::end, "Disconnect.")
        .def("info", &Subscription::info, "How it is doing: a dict, or None when it is not connected.")
        .def("open_copy", &Subscription::open_copy, "seconds"_a, "Wait for the first frame: the Copy, or None.")
        .def("open_next_copy", &Subscription::open_next_copy, "seconds"_a,
             "The same of private copies in turn: the newest first, then each that took the place of the last one.")
        .def("supply", &Subscription::supply, "segment"_a, "name"_a, "Let the segment be what it fills.");
    module.def("_find_subscriber", &find_subscriber, "name"_a);
    module.def("_topic_of", &topic_of, "name"_a);
    module.def("_make_keys", &make_keys, "path"_a);
}

} // namespace daopython
