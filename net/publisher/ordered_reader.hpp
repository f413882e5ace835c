// A place among the frames of a source, for a subscriber that wants each of them.
#pragma once

#include "publisher/source.hpp"

namespace dao::net
{

class OrderedReader
{
  public:
    // Begins after that frame of the source, as far as the slots still have what follows; where there is none, with the newest
    // frame. Throws Failure.
    OrderedReader(Source &source, const Place &after);
    ~OrderedReader();
    OrderedReader(const OrderedReader &) = delete;
    OrderedReader &operator=(const OrderedReader &) = delete;
    // The next frame, if there is one, and how many before it were overwritten before they could be read.
    std::optional<FrameCopy> next(uint64_t &lost);
    // Of the frame that next() gave just now.
    const Place &place() const { return place_; }
    const Image &image() const { return image_; }

  private:
    std::optional<FrameCopy> next_newest();
    std::optional<FrameCopy> next_in_order(uint64_t &lost);
    uint64_t follow(FrameCopy &frame);

    Source &source_;
    Image image_;
    Opened opened_;
    const Place after_;
    uint64_t skip_to_; // the receiver has what comes before, of this source
    std::string skip_source_;
    Place place_;
    bool begins_with_newest_;
};

}
