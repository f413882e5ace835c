// Publishers of daoNet.h for Python.
#include <vector>

#include "network.hpp"

namespace daopython
{

namespace
{

nb::dict describe_peer(const DAO_NET_PEER &peer)
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
            peers.append(describe_peer(peer));
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

} // namespace

void bind_publishing(nb::module_ &module)
{
    using namespace nb::literals;
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
}

} // namespace daopython
