// The two ends of a network on this machine, each a process: segments with libdaoNet between them, and ZeroMQ alone.
#pragma once

#include "harness.hpp"
#include "processes.hpp"

#include <array>
#include <daoNet.hpp>
#include <filesystem>
#include <zmq.h>
#include <zmq.hpp>

namespace bench
{
/** The first bytes of each frame: when it was published, and which it is. */
struct Stamp
{
    int64_t published_ns = 0;
    int64_t number = 0;
};

/** What one process does to send, the other to receive. Made after the fork, in the process that uses it. */
struct SendingEnd
{
    int port = 0;
    std::function<void(const float *frame)> send;
};
/** `receive` waits for the next frame, and returns its first bytes. */
using ReceivingEnd = std::function<Stamp()>;

struct Link
{
    std::function<SendingEnd()> sending;
    std::function<ReceivingEnd(int port)> receiving;
};

/** Key pairs of both ends, as files and as texts; removed at the end. */
class Keys
{
  public:
    explicit Keys(const Settings &settings)
        : folder_(settings.folder + "/bench_keys_" + std::to_string(getpid())), owner_(getpid())
    {
        std::filesystem::create_directory(folder_);
        for (const char *who : {"server", "client"})
        {
            Dao::check(daoNetMakeKeys(file(who).c_str()));
        }
        zmq_curve_keypair(server_public.data(), server_secret.data());
        zmq_curve_keypair(client_public.data(), client_secret.data());
    }
    Keys(const Keys &) = delete;
    ~Keys()
    {
        if (getpid() == owner_)
        {
            std::filesystem::remove_all(folder_);
        }
    }
    std::string file(const std::string &who) const { return folder_ + "/" + who; }

    std::array<char, 41> server_public{}, server_secret{}, client_public{}, client_secret{};

  private:
    std::string folder_;
    pid_t owner_;
};

inline int port_of(const std::string &endpoint)
{
    return std::stoi(endpoint.substr(endpoint.rfind(':') + 1));
}

inline size_t elements_of(const Dao::Shape &shape)
{
    size_t count = 1;
    for (const uint32_t size : shape)
    {
        count *= size;
    }
    return count;
}

/** What the copy's reader takes. */
enum class Takes
{
    newest,
    each
};

/** A segment here, published; a copy of it there, whose reader sleeps. */
inline Link segment_link(const std::string &here, const std::string &there, const Dao::Shape &shape, uint32_t depth,
                         DAO_NET_MODE mode, Takes takes, const Keys *keys = nullptr)
{
    Link link;
    link.sending = [=]() -> SendingEnd {
        auto camera = std::make_shared<Dao::Shm<float>>(here, shape, nullptr, depth);
        Dao::PublisherOptions options;
        options.port = -1;
        options.bind = "127.0.0.1";
        options.keys = keys != nullptr ? keys->file("server") : "";
        auto publisher = std::make_shared<Dao::Publisher>(options);
        publisher->publish(here);
        return {port_of(publisher->info().endpoint),
                [camera, publisher](const float *frame) { camera->set_frame(frame); }};
    };
    link.receiving = [=](int port) -> ReceivingEnd {
        Dao::SubscriberOptions options;
        options.host = "127.0.0.1";
        options.port = port;
        options.name = there;
        options.mode = mode;
        options.keys = keys != nullptr ? keys->file("client") : "";
        options.server_key = keys != nullptr ? keys->file("server") + ".pub" : "";
        auto subscriber = std::make_shared<Dao::Subscriber>(options);
        auto copy = std::make_shared<std::optional<Dao::Image>>();
        auto seen = std::make_shared<uint64_t>(0);
        return [=] {
            const auto limit = std::chrono::seconds(20);
            if (!*copy)
            {
                *copy = subscriber->copy(limit);
            }
            const void *frame = nullptr;
            while (frame == nullptr)
            {
                if (!*copy || (*copy)->wait_for_frame(*seen, limit) != DAO_SUCCESS)
                {
                    throw std::runtime_error("no frame came: " + std::string(subscriber->info().message));
                }
                int_fast8_t status = DAO_SUCCESS;
                // What was there when the copy was opened is not one in order, and may be all that comes until it was seen.
                const bool in_order = takes == Takes::each && *seen != 0;
                frame = in_order ? (*copy)->get_next_frame(false, status, *seen) : (*copy)->get_frame();
                if (!in_order || frame == nullptr)
                {
                    *seen = (*copy)->get_counter();
                }
            }
            Stamp stamp;
            std::memcpy(&stamp, frame, sizeof stamp);
            return stamp;
        };
    };
    return link;
}

struct RawOptions
{
    const Keys *keys = nullptr;
    int high_water_mark = 24;
    bool drops = false; // what is too fast for the receiver; else the sender waits
    bool is_lent =
        false; // the receiver looks into libzmq's message and lets it go, else it gets the frame in memory of its own
};

/** ZeroMQ's PUB and SUB of the same bytes, by zmq_send() and zmq_recv(). */
inline Link raw_link(size_t elements, const RawOptions &options = {})
{
    struct Socket
    {
        Socket(zmq::socket_type type, int mark) : socket(context, type)
        {
            socket.set(zmq::sockopt::linger, 0);
            socket.set(zmq::sockopt::sndhwm, mark);
            socket.set(zmq::sockopt::rcvhwm, mark);
        }
        zmq::context_t context;
        zmq::socket_t socket;
    };
    Link link;
    link.sending = [=]() -> SendingEnd {
        auto end = std::make_shared<Socket>(zmq::socket_type::pub, options.high_water_mark);
        const int waits = options.drops ? 0 : 1;
        zmq_setsockopt(end->socket.handle(), ZMQ_XPUB_NODROP, &waits, sizeof waits);
        if (const Keys *keys = options.keys)
        {
            end->socket.set(zmq::sockopt::curve_server, true);
            end->socket.set(zmq::sockopt::curve_secretkey, keys->server_secret.data());
        }
        end->socket.bind("tcp://127.0.0.1:*");
        return {port_of(end->socket.get(zmq::sockopt::last_endpoint)), [end, elements](const float *frame) {
                    end->socket.send(zmq::buffer(frame, elements * sizeof *frame));
                }};
    };
    link.receiving = [=](int port) -> ReceivingEnd {
        auto end = std::make_shared<Socket>(zmq::socket_type::sub, options.high_water_mark);
        if (const Keys *keys = options.keys)
        {
            end->socket.set(zmq::sockopt::curve_serverkey, keys->server_public.data());
            end->socket.set(zmq::sockopt::curve_publickey, keys->client_public.data());
            end->socket.set(zmq::sockopt::curve_secretkey, keys->client_secret.data());
        }
        end->socket.set(zmq::sockopt::subscribe, "");
        end->socket.set(zmq::sockopt::rcvtimeo, 20'000);
        end->socket.connect("tcp://127.0.0.1:" + std::to_string(port));
        auto frame = std::make_shared<std::vector<float>>(elements);
        return [end, frame, is_lent = options.is_lent] {
            zmq::message_t message;
            const void *data = frame->data();
            bool has_come = false;
            if (is_lent)
            {
                has_come = end->socket.recv(message).has_value();
                data = message.data();
            }
            else
            {
                has_come = end->socket.recv(zmq::buffer(*frame)).has_value();
            }
            if (!has_come)
            {
                throw std::runtime_error("no message came");
            }
            Stamp stamp;
            std::memcpy(&stamp, data, sizeof stamp);
            return stamp;
        };
    };
    return link;
}

constexpr size_t most_values = 50'000;

/** What both processes of a run know. */
struct LinkShared
{
    std::atomic<int> port{0};
    std::atomic<int64_t> received{-1}; // number of the newest frame that came; -1: none yet
    std::atomic<bool> is_over{false};  // the receiver has what it wants
    size_t count = 0;
    double values[most_values] = {};

    void note(double value)
    {
        if (count < most_values)
        {
            values[count++] = value;
        }
    }
};

/** Waits until `holds`, which another process sees to. */
inline void wait_until(const std::function<bool()> &holds, const char *what)
{
    const int64_t end_ns = now_ns() + 30'000'000'000;
    while (!holds())
    {
        if (now_ns() > end_ns)
        {
            throw std::runtime_error(std::string("waited 30 s for ") + what);
        }
        usleep(500);
    }
}

/** Runs a link: `send(end, shared)` in one process, once its first frame has come to the other one, which does
 *  `receive(end, shared)`. Frames with number 0 are the first ones, until one has come. Returns what they noted. */
inline Samples run_link(
    const Link &link, size_t elements, const std::function<void(const SendingEnd &, LinkShared &)> &send,
    const std::function<void(const ReceivingEnd &, LinkShared &)> &receive,
    const std::function<int(int port)> &by_way_of = [](int port) { return port; })
{
    SharedMemory<LinkShared> shared;
    Child sender(any_core, [&] {
        const SendingEnd end = link.sending();
        shared->port = end.port;
        const std::vector<float> first(elements);
        wait_until(
            [&] {
                end.send(first.data());
                usleep(20'000);
                return shared->received >= 0;
            },
            "a subscriber");
        send(end, *shared);
        wait_until([&] { return shared->is_over.load(); }, "the last frame");
    });
    Child receiver(any_core, [&] {
        wait_until([&] { return shared->port != 0; }, "a port");
        const int port = by_way_of(shared->port);
        const ReceivingEnd end = link.receiving(port);
        shared->received = end().number;
        receive(end, *shared);
        shared->is_over = true;
    });
    receiver.join();
    sender.join();
    return Samples(shared->values, shared->values + shared->count);
}
} // namespace bench
