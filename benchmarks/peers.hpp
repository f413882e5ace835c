// The same job done with what else can be had: POSIX semaphores with memcpy, and Boost.Interprocess.
#pragma once

#include "processes.hpp"

#include <boost/interprocess/managed_shared_memory.hpp>
#include <boost/interprocess/sync/interprocess_condition.hpp>
#include <boost/interprocess/sync/interprocess_mutex.hpp>
#include <boost/interprocess/sync/scoped_lock.hpp>
#include <semaphore.h>

namespace bench
{
constexpr size_t small_elements = 100; // 10x10

/** A frame and one unnamed semaphore that the processes share. */
struct SemaphoreChannel
{
    SemaphoreChannel() { sem_init(&posted, 1, 0); }
    void publish(const float *frame)
    {
        std::memcpy(data, frame, sizeof data);
        int value = 0;
        sem_getvalue(&posted, &value);
        if (value == 0)
        {
            sem_post(&posted);
        }
    }
    void wait()
    {
        while (sem_wait(&posted) != 0)
        {
        }
    }

    alignas(64) float data[small_elements] = {};
    alignas(64) sem_t posted;
};

/** A frame, a mutex and a condition in Boost's managed shared memory. */
class BoostChannel
{
    struct Shared
    {
        boost::interprocess::interprocess_mutex mutex;
        boost::interprocess::interprocess_condition published;
        uint64_t counter = 0;
        float data[small_elements] = {};
    };

  public:
    explicit BoostChannel(const std::string &label)
        : name_("bench_boost_" + std::to_string(getpid()) + "_" + label), owner_(getpid()),
          memory_(boost::interprocess::create_only, name_.c_str(), 65536),
          shared_(memory_.construct<Shared>("channel")())
    {
    }
    BoostChannel(const BoostChannel &) = delete;
    ~BoostChannel()
    {
        if (getpid() == owner_)
        {
            boost::interprocess::shared_memory_object::remove(name_.c_str());
        }
    }
    void publish(const float *frame)
    {
        boost::interprocess::scoped_lock<boost::interprocess::interprocess_mutex> lock(shared_->mutex);
        std::memcpy(shared_->data, frame, sizeof shared_->data);
        ++shared_->counter;
        shared_->published.notify_all();
    }
    /** Wait until the counter exceeds `after`. @return the counter */
    uint64_t wait(uint64_t after)
    {
        boost::interprocess::scoped_lock<boost::interprocess::interprocess_mutex> lock(shared_->mutex);
        shared_->published.wait(lock, [&] { return shared_->counter > after; });
        return shared_->counter;
    }

  private:
    std::string name_;
    pid_t owner_;
    boost::interprocess::managed_shared_memory memory_;
    Shared *shared_;
};
} // namespace bench
