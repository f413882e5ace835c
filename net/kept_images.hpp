// Private images each of which took the place of the one before, kept for those who take them in turn. One who stays behind
// must not fill the memory: the oldest are given up. For one thread at a time.
#pragma once

#include "image.hpp"

#include <deque>
#include <functional>

namespace dao::net
{

class KeptImages
{
  public:
    static constexpr size_t most_images = 64;
    static constexpr uint64_t most_bytes = uint64_t{256} << 20;

    struct Kept
    {
        uint32_t number = 0; // counts those there have been, from 1
        uint64_t bytes = 0;
        Image image; // a handle of its own, to be duplicated
    };

    // As the newest one. Throws Failure; then nothing has changed.
    void add(IMAGE *image);
    // Before another one is added: gives up the oldest as long as there are too many, and tells of each. The newest stays.
    void make_room(const std::function<void(Kept &)> &given_up);
    // Forgets those before the one of that number, and never the newest.
    void forget_before(uint32_t number) noexcept;

    bool is_empty() const noexcept { return kept_.empty(); }
    size_t count() const noexcept { return kept_.size(); }
    // There is one.
    Kept &newest() noexcept { return kept_.back(); }
    // The first one that came after the one of that number, which may have been forgotten; null where there is none.
    Kept *find_after(uint32_t number) noexcept;
    // Of the one that the handle has open; 0: none of these.
    uint32_t number_of(const Image &image) const noexcept;

  private:
    void forget_oldest() noexcept;

    std::deque<Kept> kept_;
    uint64_t bytes_ = 0; // of all
    uint32_t added_ = 0;
};

}
