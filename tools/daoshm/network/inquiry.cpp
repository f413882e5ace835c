#include "network/inquiry.hpp"

#include <algorithm>
#include <chrono>
#include <system_error>

#include <daoShm.hpp>

#include "platform/platform.hpp"
#include "timing/interrupt.hpp"

namespace daoshm
{

namespace
{

constexpr size_t most_threads = 16; // each takes descriptors, of which a process may have few
constexpr int64_t least_turn_ns = 50'000'000;

}

Inquiry::Inquiry(Ask ask, int64_t until_ns, bool gets_more)
    : ask_(std::move(ask)), began_ns_(steady_ns()), until_ns_(until_ns), gets_more_(gets_more)
{
}

Inquiry::~Inquiry()
{
    join();
}

void Inquiry::add(const std::vector<Address> &addresses)
{
    const std::lock_guard lock(mutex_);
    for (const Address &address : addresses)
    {
        if (std::any_of(answers_.begin(), answers_.end(), [&](const Answer &answer) {
                return answer.address.host == address.host && answer.address.port == address.port;
            }))
            continue;
        answers_.push_back({address, std::nullopt, {}});
        waiting_.push_back(answers_.size() - 1);
        if (running_ < most_threads)
            start_thread();
    }
}

void Inquiry::start_thread()
{
    try
    {
        threads_.emplace_back([this] { work(); });
        ++running_; // it begins with the lock, when this is done
    }
    catch (const std::system_error &) // the others do its work
    {
        if (running_ == 0)
            throw;
    }
}

bool Inquiry::is_over() const
{
    return is_interrupted() || steady_ns() >= until_ns_;
}

/// A host that does not answer is asked again when the others had their turn: false addresses keep nobody from being asked. While
/// there may come more, none has all the time.
int64_t Inquiry::turn_ns() const
{
    const int64_t left_ns = until_ns_ - steady_ns();
    const auto rounds = static_cast<int64_t>(1 + waiting_.size() / most_threads);
    const int64_t most_ns = gets_more_ ? (until_ns_ - began_ns_) / 4 : left_ns;
    return std::max(least_turn_ns, std::min(left_ns / rounds, most_ns));
}

void Inquiry::work()
{
    std::unique_lock lock(mutex_);
    while (!waiting_.empty() && !is_over())
    {
        const size_t index = waiting_.front();
        const int64_t timeout_ns = turn_ns();
        waiting_.pop_front();
        Answer answer{answers_[index].address, std::nullopt, {}};
        lock.unlock();
        ask(answer, timeout_ns);
        lock.lock();
        if (!answer.offers && answer.problem.empty())
            waiting_.push_back(index);
        answers_[index] = std::move(answer);
    }
    --running_;
    ended_.notify_all();
}

void Inquiry::ask(Answer &answer, int64_t timeout_ns) const
{
    try
    {
        answer.offers = ask_(answer.address, timeout_ns);
    }
    catch (const std::exception &error)
    {
        answer.problem = error.what();
    }
}

std::vector<Answer> Inquiry::finish()
{
    {
        std::unique_lock lock(mutex_);
        gets_more_ = false;
        while (!ended_.wait_for(lock, std::chrono::milliseconds(50), [this] { return running_ == 0; }))
            if (is_interrupted())
                daoShmInterrupt(); // again, for a question that was just about to begin
    }
    join();
    return std::move(answers_);
}

void Inquiry::join()
{
    for (std::thread &thread : threads_)
        thread.join();
    threads_.clear();
}

}
