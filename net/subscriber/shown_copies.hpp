// The copies of a subscriber that programs open: a file, or private images, the newest or each in turn.
#pragma once

#include "clock.hpp"
#include "kept_images.hpp"

#include <mutex>
#include <string>

namespace dao::net
{

class ShownCopies
{
  public:
    // `name` is the file, empty for private images. Throws Failure.
    explicit ShownCopies(std::string name);
    // Ends the waits under way.
    ~ShownCopies();
    ShownCopies(const ShownCopies &) = delete;
    ShownCopies &operator=(const ShownCopies &) = delete;

    // For any thread; these return what a wait on an image returns.
    int_fast8_t open(IMAGE *image, int64_t timeout_ns);
    // Each in turn, for one who passes the frames on.
    int_fast8_t open_next(IMAGE *image, int64_t timeout_ns);

    // For the thread that fills the copies. Before another private image is shown: returns how many frames were to be passed on that
    // those had which are too many.
    uint64_t make_room();
    // That is the copy now, and has a frame.
    void show(IMAGE *copy);
    // Tells who waits for a copy.
    void tell();

  private:
    template <class Open>
    int_fast8_t open_when_there(const Open &open, int64_t timeout_ns);
    int_fast8_t open_with_frame(IMAGE *image, const Deadline &deadline);
    int_fast8_t open_newest(IMAGE *image);
    int_fast8_t open_following(IMAGE *image);

    const std::string name_;
    std::mutex mutex_;      // of what follows
    KeptImages images_;     // the newest, and before it those that are to be opened in turn
    uint32_t followed_ = 0; // number of the one that was opened last in turn; 0: none
    Image news_;            // a private image that gets a frame with each new copy
};

}
