/// Many publishers asked at the same time, all within one time limit.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <daoNet.h>

#include "network/address.hpp"

namespace daoshm
{

/// What one publisher said.
struct Answer
{
    Address address;
    std::optional<std::vector<DAO_NET_OFFER>> offers; ///< nothing when it did not answer
    std::string problem;                              ///< why, when that is known
};

class Inquiry
{
  public:
    /// Asks one publisher, for so long at most; nothing when it does not answer. What it throws is reported with the answer.
    using Ask = std::function<std::optional<std::vector<DAO_NET_OFFER>>(const Address &address, int64_t timeout_ns)>;

    /// @param until_ns  in the time of steady_ns()
    /// @param gets_more until finish(), addresses are added now and then: none is waited for all the time
    Inquiry(Ask ask, int64_t until_ns, bool gets_more);
    ~Inquiry();
    Inquiry(const Inquiry &) = delete;
    Inquiry &operator=(const Inquiry &) = delete;

    /// Ask these, too, unless that is done already.
    void add(const std::vector<Address> &addresses);
    /// No more will be added. In the order in which they were, what is known when all have answered, the time is up or
    /// the tool is interrupted.
    std::vector<Answer> finish();

  private:
    void start_thread();
    void work();
    void ask(Answer &answer, int64_t timeout_ns) const;
    bool is_over() const;
    int64_t turn_ns() const;
    void join();

    const Ask ask_;
    const int64_t began_ns_;
    const int64_t until_ns_;
    std::mutex mutex_; // of all that follows
    std::condition_variable ended_;
    bool gets_more_;
    std::vector<Answer> answers_;
    std::deque<size_t> waiting_; // of answers_
    size_t running_ = 0;
    std::vector<std::thread> threads_;
};

}
