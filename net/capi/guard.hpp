// Between the C interface and the inside: handles, structs that say their size, exceptions.
#pragma once

#include "beacon/beacon.hpp"
#include "failure.hpp"
#include "interruption.hpp"
#include "platform/platform.hpp"
#include "publisher/publisher.hpp"
#include "subscriber/subscriber.hpp"

struct DAO_NET
{
    uint32_t pid = dao::net::platform::process_id();
    uint32_t forks = dao::net::platform::fork_count();
    std::unique_ptr<dao::net::Publisher> publisher; // one of them
    std::unique_ptr<dao::net::Subscriber> subscriber;
    std::mutex announcer_mutex;
    std::unique_ptr<dao::net::Announcer> announcer; // of the publisher, and ends before it
};

namespace dao::net::capi
{

// Calls `action`, and reports what it throws as dao.h does.
template <class Action>
int_fast8_t guarded(Action &&action) noexcept
{
    const platform::Uncancelled uncancelled;
    try
    {
        return static_cast<int_fast8_t>(action());
    }
    catch (const Failure &failure)
    {
        return daoSetLastError(failure.code(), failure.what());
    }
    catch (const Interrupted &)
    {
        daoSetLastError(DAO_E_INTERRUPTED, "interrupted by a signal, or by daoShmInterrupt()");
        return DAO_INTERRUPTED;
    }
    catch (const zmq::error_t &error)
    {
        const bool lacks_descriptors = error.num() == EMFILE || error.num() == ENFILE;
        return daoSetLastError(DAO_E_NETWORK, lacks_descriptors
                                                  ? "network: too many open files; expected room for more "
                                                    "descriptors (ulimit -n)"
                                                  : error.what());
    }
    catch (const std::bad_alloc &)
    {
        return daoSetLastError(DAO_E_NO_MEMORY, "network: out of memory; expected room for the call");
    }
    catch (const std::exception &error)
    {
        return daoSetLastError(DAO_E_SYSTEM, error.what());
    }
}

// Else it is the parent's of a forked child: its threads are not here, and what they hold cannot be taken down.
inline bool is_of_this_process(const DAO_NET &net)
{
    return net.pid == platform::process_id() && net.forks == platform::fork_count();
}

// The handle, which must be this process's.
inline DAO_NET &checked(DAO_NET *net)
{
    if (net == nullptr)
        throw Failure(DAO_E_ARGUMENT, "the network handle is a null pointer; expected an open publisher or subscriber");
    if (!is_of_this_process(*net))
        throw Failure(DAO_E_STATE, "the network handle is that of process " + std::to_string(net->pid) +
                                       "; expected one that this process opened: none survives a fork");
    return *net;
}

inline Publisher &publisher_of(DAO_NET *net)
{
    if (checked(net).publisher == nullptr)
        throw Failure(DAO_E_ARGUMENT, "the network handle is a subscriber; expected a publisher");
    return *net->publisher;
}

inline Subscriber &subscriber_of(DAO_NET *net)
{
    if (checked(net).subscriber == nullptr)
        throw Failure(DAO_E_ARGUMENT, "the network handle is a publisher; expected a subscriber");
    return *net->subscriber;
}

template <class T>
void check_pointer(const T *pointer, const char *what)
{
    if (pointer == nullptr)
        throw Failure(DAO_E_ARGUMENT, std::string(what) + ": a null pointer; expected a valid one");
}

template <class Struct>
void check_size(const Struct *given, const char *what)
{
    check_pointer(given, what);
    if (given->size != sizeof(Struct))
        throw Failure(DAO_E_ARGUMENT, std::string(what) + ": the struct says that it has " +
                                          std::to_string(given->size) + " bytes; expected " +
                                          std::to_string(sizeof(Struct)) + ": begin with " + what + "_INIT");
}

// Copies a list into the caller's array, as far as there is room.
template <class Struct, class Item, class Copy>
void give_list(const std::vector<Item> &list, Struct *places, uint32_t capacity, uint32_t *count, const char *what,
               Copy &&copy)
{
    check_pointer(count, "the place for the count");
    if (capacity > 0)
        check_size(places, what);
    *count = static_cast<uint32_t>(list.size());
    for (uint32_t index = 0; index < std::min<size_t>(capacity, list.size()); ++index)
        places[index] = copy(list[index]);
}

inline void give_keys(const std::vector<std::string> &list, char (*keys)[DAO_NET_KEY_SIZE], uint32_t capacity,
                      uint32_t *count)
{
    check_pointer(count, "the place for the count");
    if (capacity > 0)
        check_pointer(keys, "the place for the keys");
    *count = static_cast<uint32_t>(list.size());
    for (uint32_t index = 0; index < std::min<size_t>(capacity, list.size()); ++index)
        wire::fill(keys[index], list[index]);
}

inline void check_topic(const std::string &topic)
{
    if (!wire::is_topic(topic))
        throw Failure(DAO_E_NAME,
                      wire::clean(topic, 100) +
                          ": not usable as a topic; expected 1 to 79 bytes of UTF-8 without control characters");
}

inline std::string text_or(const char *text, const char *otherwise)
{
    return text != nullptr && *text != 0 ? text : otherwise;
}

// A key, or a file of keys. An empty text comes from a variable that is not set, and must not mean "not encrypted".
inline std::string key_or_none(const char *text, const char *option)
{
    if (text != nullptr && *text == 0)
        throw Failure(DAO_E_ARGUMENT, std::string(option) + ": an empty text; expected the name of a file, or none");
    return text_or(text, "");
}

// The same file wherever the program works later, as far as the library takes a name of that length.
std::string whole_name(const std::string &name);
SubscriberOptions read_options(const DAO_NET_SUBSCRIBER_OPTIONS *options);
DAO_NET_OFFER to_offer(const wire::Offer &offer, const std::string &host);

}
