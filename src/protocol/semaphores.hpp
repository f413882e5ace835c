// The numbered semaphores of a segment: one bit each in one word, so that a publish posts all with one store.
#pragma once

#include <cstdint>

namespace dao::protocol
{

constexpr uint32_t log_semaphore = 10; // the loggers', behind the ten numbered ones

constexpr uint32_t semaphore_bit(uint32_t number) noexcept
{
    return 1u << number;
}

template <class Word>
class Semaphores
{
  public:
    explicit Semaphores(Word word) noexcept : word_(word) {}

    // By the holder of the writer lock, with each publish. A plain store: a take that comes between is for an older
    // frame, and posts that others make at the same time are among `mask`.
    void post_all(uint32_t mask) const noexcept { word_.store_release(mask); }

    void post(uint32_t number) const noexcept { word_.fetch_or_release(semaphore_bit(number)); }

    // Takes the post, if there is one.
    bool take(uint32_t number) const noexcept
    {
        const uint32_t bit = semaphore_bit(number);
        return (word_.load_relaxed() & bit) != 0 && (word_.fetch_and_acquire(~bit) & bit) != 0;
    }

  private:
    Word word_;
};

}
