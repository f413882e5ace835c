/**
 * @file daoNet.hpp
 * @brief Segments on other machines, in C++17: Dao::Publisher and Dao::Subscriber over daoNet.h.
 *
 * Link with libdaoNet and libdao (CMake `dao::net`, pkg-config `daoNet`).
 */
#ifndef DAO_NET_HPP
#define DAO_NET_HPP

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daoNet.h"
#include "daoShm.hpp"

namespace Dao
{
/** What publishers and subscribers share: they end, within 0.1 s, when they are destroyed. Movable, not copyable; any thread
 *  may use one. */
class Net
{
  public:
    /** @return how it is doing. */
    DAO_NET_INFO info() const
    {
        DAO_NET_INFO info = DAO_NET_INFO_INIT;
        check(daoNetGetInfo(handle(), &info));
        return info;
    }
    /** @return the handle of C; valid as long as this. */
    DAO_NET *handle() const noexcept { return handle_.get(); }

  protected:
    /** @cond */
    struct Close
    {
        void operator()(DAO_NET *net) const noexcept { daoNetClose(net); }
    };
    explicit Net(DAO_NET *net) noexcept : handle_(net) {}

    /** All of a list of C: `fetch(items, capacity, count)`. */
    template <typename Item, typename Fetch>
    static std::vector<Item> list(const Item &empty, Fetch fetch)
    {
        std::vector<Item> items;
        check(fetch_list(items, empty, fetch));
        return items;
    }
    /** Null, which stands for the default, when the text is empty. */
    static const char *or_default(const std::string &text, const char *what)
    {
        return text.empty() ? nullptr : c_text(text, DAO_E_ARGUMENT, what);
    }
    /** @endcond */

  private:
    std::unique_ptr<DAO_NET, Close> handle_;
};

/** How a publisher listens; what is empty or 0 stands for the default. */
struct PublisherOptions
{
    int port = 0;        /**< 0: `DAO_NET_PORT`; -1: any free one, see Net::info() */
    std::string bind;    /**< address to listen at, "*" for all; by default 127.0.0.1 without keys, "*" with */
    std::string keys;    /**< file of its key pair: encrypt */
    std::string clients; /**< file of the public keys that may subscribe */
};

/** Offers segments of this machine at a port. */
class Publisher : public Net
{
  public:
    /** Listen. */
    explicit Publisher(const PublisherOptions &options = {}) : Net(open(options)) {}

    /** Offer the segment of a file. @param topic empty: the file's name up to ".im.shm" */
    void publish(const std::string &name, const std::string &topic = "")
    {
        check(daoNetPublish(handle(), c_name(name), or_default(topic, "topic")));
    }
    /** Offer an open image, private ones included; it may be closed afterwards. */
    void publish(const Image &image, const std::string &topic = "")
    {
        check(daoNetPublishImage(handle(), image.image(), or_default(topic, "topic")));
    }
    /** Offer no longer. */
    void unpublish(const std::string &topic)
    {
        check(daoNetUnpublish(handle(), c_text(topic, DAO_E_ARGUMENT, "topic")));
    }

    /** Let others on the local network find it, or no longer; see daoNetAnnounce(). */
    void announce(bool on = true) { check(daoNetAnnounce(handle(), on ? 1 : 0)); }

    /** @return who subscribes. */
    std::vector<DAO_NET_PEER> peers() const
    {
        return list(DAO_NET_PEER DAO_NET_PEER_INIT, [this](DAO_NET_PEER *peers, uint32_t capacity, uint32_t *count) {
            return daoNetGetPeers(handle(), peers, capacity, count);
        });
    }
    /** @return what is offered. */
    std::vector<DAO_NET_OFFER> offers() const
    {
        return list(DAO_NET_OFFER DAO_NET_OFFER_INIT,
                    [this](DAO_NET_OFFER *offers, uint32_t capacity, uint32_t *count) {
                        return daoNetGetOffers(handle(), offers, capacity, count);
                    });
    }

  private:
    static DAO_NET *open(const PublisherOptions &options)
    {
        DAO_NET_PUBLISHER_OPTIONS c_options = DAO_NET_PUBLISHER_OPTIONS_INIT;
        c_options.port = options.port;
        c_options.bind = or_default(options.bind, "address");
        c_options.keys = or_default(options.keys, "key file");
        c_options.clients = or_default(options.clients, "file of clients");
        DAO_NET *net = nullptr;
        check(daoNetOpenPublisher(&c_options, &net));
        return net;
    }
};

/** What a subscriber takes and where it puts it; what is empty or 0 stands for the default. */
struct SubscriberOptions
{
    std::string host;                   /**< name or address; by default localhost */
    int port = 0;                       /**< 0: `DAO_NET_PORT` */
    std::string topic;                  /**< which segment; by default the first that is offered */
    std::string name;                   /**< file of the copy; by default a private image */
    DAO_NET_MODE mode = DAO_NET_LATEST; /**< the latest frames, or each */
    uint32_t depth = 0;                 /**< slots of the copy; 0: the source's, and at least 2 */
    uint64_t max_frame_bytes = 0;       /**< larger frames are refused; 0: 1 GiB */
    std::string keys;                   /**< file of its key pair */
    std::string server_key;             /**< the publisher's public key, or the file that has it: encrypt */
};

/** Keeps a copy of a segment of another machine. */
class Subscriber : public Net
{
  public:
    /** Begin to subscribe; the publisher need not be there yet. */
    explicit Subscriber(const SubscriberOptions &options) : Net(open(options)) {}

    /** Open the copy, as soon as a frame has come; see daoNetOpenCopy().
     *  @return nothing when the time limit passed, or an interrupt ended the wait */
    std::optional<Image> copy(std::chrono::nanoseconds timeout = forever) const
    {
        return Image::open_by([&](IMAGE *image) { return daoNetOpenCopy(handle(), image, timeout.count()); });
    }

    /** Open private copies in turn, for who passes frames on; see daoNetOpenNextCopy().
     *  @return nothing when the time limit passed, or an interrupt ended the wait */
    std::optional<Image> next_copy(std::chrono::nanoseconds timeout = forever) const
    {
        return Image::open_by([&](IMAGE *image) { return daoNetOpenNextCopy(handle(), image, timeout.count()); });
    }

    /** Take no frames for a while, or take them again; see daoNetPause(). */
    void pause(bool paused = true) { check(daoNetPause(handle(), paused ? 1 : 0)); }

    /** @return what the publisher at the options' host and port offers; nothing when it did not answer in time. */
    static std::optional<std::vector<DAO_NET_OFFER>> query_offers(const SubscriberOptions &options,
                                                                  std::chrono::nanoseconds timeout)
    {
        int_fast8_t status = DAO_SUCCESS;
        const DAO_NET_SUBSCRIBER_OPTIONS c_options = to_c(options);
        auto offers =
            list(DAO_NET_OFFER DAO_NET_OFFER_INIT, [&](DAO_NET_OFFER *places, uint32_t capacity, uint32_t *count) {
                return status = daoNetQueryOffers(&c_options, timeout.count(), places, capacity, count);
            });
        if (status != DAO_SUCCESS)
        {
            return std::nullopt;
        }
        return offers;
    }

  private:
    static DAO_NET_SUBSCRIBER_OPTIONS to_c(const SubscriberOptions &options)
    {
        DAO_NET_SUBSCRIBER_OPTIONS c_options = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
        c_options.port = options.port;
        c_options.host = or_default(options.host, "host");
        c_options.topic = or_default(options.topic, "topic");
        c_options.name = or_default(options.name, "segment's name");
        c_options.mode = static_cast<uint32_t>(options.mode);
        c_options.depth = options.depth;
        c_options.max_frame_bytes = options.max_frame_bytes;
        c_options.keys = or_default(options.keys, "key file");
        c_options.server_key = or_default(options.server_key, "publisher's key");
        return c_options;
    }
    static DAO_NET *open(const SubscriberOptions &options)
    {
        const DAO_NET_SUBSCRIBER_OPTIONS c_options = to_c(options);
        DAO_NET *net = nullptr;
        check(daoNetOpenSubscriber(&c_options, &net));
        return net;
    }
};

/** Where did a frame of `image` come from? Nothing when it did not come through a network; see daoNetGetOrigin(). */
inline std::optional<DAO_NET_ORIGIN> get_origin(const Image &image)
{
    DAO_NET_ORIGIN origin = DAO_NET_ORIGIN_INIT;
    if (check(daoNetGetOrigin(image.image(), nullptr, &origin)) != DAO_SUCCESS)
    {
        return std::nullopt;
    }
    return origin;
}
} // namespace Dao

#endif
