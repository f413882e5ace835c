// Subscribers of daoNet.h for Python.
#include <nanobind/stl/unique_ptr.h>

#include "network.hpp"

namespace daopython
{

namespace
{

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

} // namespace

void bind_subscribing(nb::module_ &module)
{
    using namespace nb::literals;
    nb::class_<Copy>(module, "Copy", "A private copy, until another takes its place.")
        .def("wait_for_end", &Copy::wait_for_end, "seconds"_a, "Wait until no more frames come; False in time.");
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
}

} // namespace daopython
