/// An open segment that closes itself, over dao.h; failures throw with the library's message.
#pragma once

#include <dao.h>

#include <memory>
#include <string>
#include <vector>

#include "frame/geometry.hpp"

namespace daoshm
{

/// Throw a ToolError with the library's message unless `status` is DAO_SUCCESS.
void check(int_fast8_t status);

/// Room for keywords in a new segment, beside those that it starts with.
inline constexpr uint32_t usual_keyword_room = 16;

class Segment
{
  public:
    /// Changes nothing in the segment and is not listed among its readers.
    static Segment open_read_only(const std::string &name);
    /// Listed among the readers.
    static Segment open_reader(const std::string &name);
    /// Throws when this user may only read it.
    static Segment open_writer(const std::string &name);
    static Segment create(const std::string &path, const std::vector<uint32_t> &shape, uint8_t atype,
                          const DAO_CREATE_OPTIONS &options);
    /// For frames of a file; throws when an axis is too long for a segment.
    static Segment create(const std::string &path, const Geometry &frame, uint32_t depth,
                          uint32_t keywords = usual_keyword_room);

    IMAGE *get() const { return image_.get(); }
    const IMAGE_METADATA &metadata() const { return *image_->md; }
    std::string path() const { return image_->name; }
    Geometry geometry() const;
    DAO_SEGMENT_INFO info() const;
    std::vector<IMAGE_KEYWORD> keywords() const;
    std::vector<DAO_READER> readers() const;

    /// The newest frame, whole; throws when there is none.
    std::vector<std::byte> read_newest(uint64_t *cnt0 = nullptr, int64_t *atime_ns = nullptr) const;
    /// Publish one frame of the segment's own size.
    void publish(const void *frame) const;

  private:
    struct Close
    {
        void operator()(IMAGE *image) const;
    };
    using Image = std::unique_ptr<IMAGE, Close>;
    explicit Segment(Image image) : image_(std::move(image)) {}
    static Segment open(const std::string &name, int_fast8_t (*function)(const char *, IMAGE *));

    Image image_;
};

/// Wait until cnt0 exceeds `after_cnt0`, noticing Ctrl-C within 0.2 s whenever it comes.
/// @param wait  which of the library's waits
/// @return the status of that wait; DAO_INTERRUPTED on Ctrl-C
using WaitFunction = int_fast8_t (*)(IMAGE *, uint64_t, int64_t);
int_fast8_t wait_for_frame(const Segment &segment, uint64_t after_cnt0, int64_t timeout_ns,
                           WaitFunction wait = daoShmWaitForFrame);

void set_keyword(const Segment &segment, const IMAGE_KEYWORD &keyword);

}
