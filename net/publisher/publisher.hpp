// A publisher: its port, what it offers there, and the thread that hears what subscribers say.
#pragma once

#include "daoNet.h"
#include "keys/gate.hpp"
#include "platform/platform.hpp"
#include "publisher/offer.hpp"
#include "state/record.hpp"

#include <deque>
#include <future>

namespace dao::net
{

struct PublisherOptions
{
    std::string address;
    int port = DAO_NET_PORT; // -1: any
    std::string keys;
    std::string clients;
};

class Publisher
{
  public:
    // Throws Failure.
    explicit Publisher(const PublisherOptions &options);
    ~Publisher();
    Publisher(const Publisher &) = delete;
    Publisher &operator=(const Publisher &) = delete;

    // An open image, or where that is null the segment of this file. Throws Failure.
    void publish(const std::string &name, IMAGE *image, const std::string &topic);
    void unpublish(const std::string &topic);

    DAO_NET_INFO describe();
    std::vector<wire::Offer> offers();
    std::vector<DAO_NET_PEER> peers();
    std::vector<std::string> refused();
    const std::string &host() const { return host_; }

  private:
    using OfferPointer = std::shared_ptr<Offer>;

    void run(std::promise<void> &ready);
    void go_on(WakeSignal &wake, Gate *gate, Monitor &monitor) noexcept;
    void tell_failure(const char *what) noexcept;
    void note_unaccepted() noexcept;
    void poll(WakeSignal &wake, Gate *gate, Monitor &monitor);
    void hear(Monitor &monitor);
    void help();
    bool serve(int turns);
    bool take_in();
    void follow_subscriptions();
    void handle_or_tell(const Incoming &incoming);
    void handle(const Incoming &incoming);
    void answer_offers(const wire::Credit &credit, int64_t heard_ns);
    void note_refused(const std::string &key);
    void tick();
    static void end_offer(OfferPointer &offer);
    void count_ended(const OfferPointer &ended);
    std::vector<OfferPointer> all_offers();
    OfferPointer find(const std::string &topic);

    const PublisherOptions options_;
    const std::string host_;
    KeyPair keys_;
    AllowedClients clients_;
    zmq::context_t context_;
    platform::ForkGuard fork_guard_;
    std::optional<Port> port_;
    std::mutex mutex_; // of what follows
    std::vector<OfferPointer> offers_;
    std::vector<OfferPointer> ending_; // offered no longer, and counted until their threads have ended
    DAO_NET_INFO info_ = DAO_NET_INFO_INIT;
    std::deque<std::string> refused_;
    StateRecord record_;
    int64_t next_tick_ns_ = 0;
    int64_t unaccepted_until_ns_ = 0;
    bool has_told_problem_ = false;
    std::atomic<bool> may_have_more_{false}; // messages, of which the descriptor does not tell
    std::atomic<bool> stops_{false};
    std::thread thread_;
};

}
