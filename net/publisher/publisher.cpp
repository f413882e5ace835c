#include "publisher/publisher.hpp"

#include <algorithm>
#include <cstdio>

namespace dao::net
{

namespace
{

constexpr int64_t tick_ns = second_ns / 2;
// Before other things get their turn: of connections, of which there may be no end where none can be accepted; and of serving.
constexpr int events_at_once = 64;
constexpr int turns_at_once = 16;

// For the caller that opens it; or, without memory for that, what is left to say.
std::exception_ptr failure_of(const zmq::error_t &error) noexcept
try
{
    return std::make_exception_ptr(Failure(DAO_E_NETWORK, std::string("ZeroMQ: ") + error.what()));
}
catch (const std::bad_alloc &)
{
    return std::current_exception();
}

}

Publisher::Publisher(const PublisherOptions &options)
    : options_(options), host_(wire::clean(platform::host_name(), DAO_NET_HOST_SIZE - 1)), clients_(options.clients)
{
    if (!options.keys.empty())
    {
        keys_ = read_key_pair(options.keys);
        platform::keep_freed_memory(); // libzmq takes three times a frame's for each that it encrypts
    }
    platform::require_descriptors();
    info_.role = DAO_NET_PUBLISHER;
    info_.state = DAO_NET_LIVE;
    info_.pid = platform::process_id();
    info_.encrypted = options.keys.empty() ? 0 : 1;
    info_.started_ns = realtime_ns();
    wire::fill(info_.host, host_);
    wire::fill(info_.public_key, keys_.public_key);

    std::promise<void> ready;
    std::future<void> opened = ready.get_future();
    {
        const platform::NoSignals no_signals;
        thread_ = std::thread([this, &ready] { run(ready); });
    }
    try
    {
        opened.get();
    }
    catch (...)
    {
        thread_.join();
        throw;
    }
}

Publisher::~Publisher()
{
    stops_ = true;
    WakeSignal::send(context_, wake_address);
    thread_.join();
    std::vector<OfferPointer> all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(offers_); // which needs no memory
    }
    for (const OfferPointer &offer : all)
        offer->request_stop();
    for (OfferPointer &offer : all)
        end_offer(offer);
}

void Publisher::run(std::promise<void> &ready)
{
    bool is_open = false;
    try
    {
        WakeSignal wake(context_, wake_address);
        std::optional<Gate> gate;
        if (!keys_.secret_key.empty())
            gate.emplace(context_, clients_, [this](const std::string &key) { note_refused(key); });
        port_.emplace(context_, options_.address, options_.port, keys_.secret_key);
        fork_guard_.cover_endpoint(port_->endpoint());
        wire::fill(info_.endpoint, port_->endpoint());
        Monitor monitor(context_, port_->socket());
        is_open = true;
        ready.set_value();
        keys_.secret_key = {}; // libzmq has it
        while (!stops_)
            go_on(wake, gate ? &*gate : nullptr, monitor);
    }
    catch (const zmq::error_t &error)
    {
        if (!is_open)
            ready.set_exception(failure_of(error));
    }
    catch (...)
    {
        if (!is_open)
            ready.set_exception(std::current_exception());
    }
}

// What fails in one round, for want of memory or descriptors, may succeed in the next: meanwhile the state tells of it.
void Publisher::go_on(WakeSignal &wake, Gate *gate, Monitor &monitor) noexcept
{
    try
    {
        poll(wake, gate, monitor);
        if (monotonic_ns() < unaccepted_until_ns_)
            return;
        const std::lock_guard lock(mutex_);
        if (info_.state == DAO_NET_FAILED)
            info_.message[0] = 0;
        info_.state = DAO_NET_LIVE;
    }
    catch (const std::exception &error)
    {
        tell_failure(error.what());
        may_have_more_ = true;
        std::this_thread::sleep_for(std::chrono::nanoseconds(50 * millisecond_ns));
    }
}

void Publisher::tell_failure(const char *what) noexcept
{
    const std::lock_guard lock(mutex_);
    info_.state = DAO_NET_FAILED;
    std::snprintf(info_.message, sizeof info_.message, "%s", what); // needs no memory
}

// libzmq tries again without pause, so it is over when nothing more is heard of it.
void Publisher::note_unaccepted() noexcept
{
    unaccepted_until_ns_ = monotonic_ns() + tick_ns;
    tell_failure("a connection cannot be accepted: too many open files, or no memory; expected room for more "
                 "descriptors (ulimit -n)");
}

void Publisher::poll(WakeSignal &wake, Gate *gate, Monitor &monitor)
{
    std::vector<zmq::pollitem_t> items = {item_of(port_->descriptor()), wake.poll_item(), monitor.poll_item()};
    if (gate != nullptr)
        items.push_back(gate->poll_item());
    const int64_t left_ns = std::max<int64_t>(0, next_tick_ns_ - monotonic_ns());
    zmq::poll(items, std::chrono::milliseconds(may_have_more_.exchange(false) ? 0 : left_ns / millisecond_ns + 1));
    if (items[1].revents != 0)
        wake.clear();
    if (gate != nullptr)
        gate->serve();
    hear(monitor);
    if (serve(turns_at_once))
        may_have_more_ = true;
    if (monotonic_ns() >= next_tick_ns_)
        tick();
}

void Publisher::hear(Monitor &monitor)
{
    for (int count = 0; count < events_at_once; ++count)
    {
        const std::optional<LinkChange> change = monitor.next();
        if (!change)
            return;
        const LinkEvent event = change->event;
        if (event == LinkEvent::disconnected)
            port_->forget(change->value);
        else if (event == LinkEvent::unaccepted)
            note_unaccepted();
        const bool is_refused = event == LinkEvent::refused || event == LinkEvent::keys_differ ||
                                (event == LinkEvent::broken && info_.encrypted != 0);
        const std::lock_guard lock(mutex_);
        info_.connections += event == LinkEvent::established ? 1u : 0u;
        info_.refused += is_refused ? 1u : 0u;
    }
    may_have_more_ = true; // the descriptor tells of no more until there is nothing left
}

void Publisher::note_refused(const std::string &key)
{
    if (key.empty()) // of another way to encrypt
        return;
    const std::lock_guard lock(mutex_);
    const auto known = std::find(refused_.begin(), refused_.end(), key);
    if (known != refused_.end())
        refused_.erase(known);
    refused_.push_front(key);
    if (refused_.size() > refused_limit)
        refused_.pop_back();
}

void Publisher::tick()
{
    next_tick_ns_ = monotonic_ns() + tick_ns;
    for (const OfferPointer &offer : all_offers())
        offer->tidy();
    const std::string &problem = clients_.problem();
    if (!problem.empty() || has_told_problem_)
    {
        const std::lock_guard lock(mutex_);
        wire::fill(info_.message, problem);
    }
    has_told_problem_ = !problem.empty();
    record_.write(describe(), peers(), refused());
}

}
