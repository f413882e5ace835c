// What publishers and subscribers of daoNet.h have in common in Python. Calls that wait for the network let other Python threads
// run.
#pragma once

#include <atomic>
#include <cstdint>
#include <daoNet.h>
#include <memory>
#include <mutex>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "segment.hpp"

namespace daopython
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

inline const char *text_or_null(const std::optional<std::string> &text)
{
    return text ? text->c_str() : nullptr;
}

inline std::string bytes_of(const nb::bytes &bytes)
{
    return {bytes.c_str(), bytes.size()};
}

nb::dict describe(const DAO_NET_INFO &info);

inline int64_t nanoseconds(double seconds)
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

/* publishing.cpp */

void bind_publishing(nb::module_ &module);

/* subscribing.cpp */

void bind_subscribing(nb::module_ &module);

} // namespace daopython
