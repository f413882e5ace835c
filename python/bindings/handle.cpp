#include "handle.hpp"

#include <nanobind/nanobind.h>
#include <thread>

namespace nb = nanobind;
using namespace std::chrono_literals;

namespace daopython
{

namespace
{

constexpr auto look_interval = 100ms;
constexpr auto contention_interval = 1ms;

std::atomic<int> open_loans{0};

} // namespace

Handle::Use::Use(Handle &handle) : handle_(handle)
{
    handle_.lock_for_call();
    if (!handle_.mapping_)
    {
        const std::string name = handle_.name_;
        handle_.mutex_.unlock();
        throw Failure(DAO_E_CLOSED, name.empty() ? "this shm has neither name nor data: it has no shape yet"
                                                 : name + ": closed; expected an open segment");
    }
}

void Handle::lock_for_call()
{
    if (mutex_.try_lock())
        return;
    nb::gil_scoped_release release;
    ++callers_waiting_;
    do
    {
        if (in_wait_.load())
            daoShmInterrupt();
    } while (!mutex_.try_lock_for(contention_interval));
    --callers_waiting_;
}

void Handle::lock_for_wait()
{
    while (true)
    {
        mutex_.lock();
        if (callers_waiting_.load() == 0)
            return;
        mutex_.unlock();
        std::this_thread::yield();
    }
}

void Handle::adopt(MappingReference &&opened, bool start_at_newest)
{
    mapping_ = std::move(opened);
    seen_cnt0_ = start_at_newest ? daoShmGetCounter(&mapping_->image) : 0;
    next_look_ = Clock::now() + look_interval;
}

void Handle::open(const std::string &name, bool read_only)
{
    MappingReference opened = MappingReference::open(name, read_only);
    lock_for_call();
    std::lock_guard<std::timed_mutex> lock(mutex_, std::adopt_lock);
    name_ = name;
    open_read_only_ = read_only;
    adopt(std::move(opened), true);
}

void Handle::create(const std::string &name, const FrameShape &shape, const DAO_CREATE_OPTIONS &options)
{
    MappingReference made = MappingReference::create(name, shape, options);
    lock_for_call();
    std::lock_guard<std::timed_mutex> lock(mutex_, std::adopt_lock);
    name_ = name;
    adopt(std::move(made), true);
}

void Handle::close()
{
    MappingReference closing;
    lock_for_call();
    std::lock_guard<std::timed_mutex> lock(mutex_, std::adopt_lock);
    if (mapping_ && !mapping_->read_only)
        daoShmLoanAbort(&mapping_->image);
    end_loan();
    closing = std::move(mapping_);
}

bool Handle::is_open()
{
    lock_for_call();
    std::lock_guard<std::timed_mutex> lock(mutex_, std::adopt_lock);
    return static_cast<bool>(mapping_);
}

void Handle::reopen()
{
    Use use(*this);
    if (use->shared)
        reopen_locked();
}

void Handle::reopen_locked()
{
    MappingReference opened = MappingReference::open(name_, open_read_only_);
    if (!open_read_only_)
        opened.read_from_first_frame();
    adopt(std::move(opened), false);
}

void Handle::begin_loan() noexcept
{
    if (!lending_.exchange(true))
        ++open_loans;
}

void Handle::end_loan() noexcept
{
    if (lending_.exchange(false))
        --open_loans;
}

int Handle::loans_open() noexcept
{
    return open_loans.load();
}

void Handle::follow_replacement()
{
    if (!follow.load(std::memory_order_relaxed) || lending_.load(std::memory_order_relaxed))
        return;
    const auto now = Clock::now();
    if (now < next_look_)
        return;
    next_look_ = now + look_interval;
    if (mapping_->shared && daoShmCheckReplaced(&mapping_->image) == DAO_REPLACED)
        reopen_locked();
}

} // namespace daopython
