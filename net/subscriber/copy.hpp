// The copy on this side: a segment, or a private image, that takes the shape of the frames that come.
#pragma once

#include "image.hpp"
#include "mark.hpp"
#include "wire/frame.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace dao::net
{

// A remote depth must not fill this machine's memory: for its sake no copy gets larger.
constexpr uint64_t copy_limit_bytes = uint64_t{1} << 30;

// `wanted` here; 0: as the source has, within the limit, and at least 2.
uint32_t depth_of_copy(uint32_t wanted, const wire::FrameHeader &header);

class Copy
{
  public:
    // `name` is the file, empty for a private image. `depth` 0: as the source has. `stops` ends what waits for another program.
    Copy(std::string name, uint32_t depth, const std::atomic<bool> &stops);
    ~Copy();
    Copy(const Copy &) = delete;
    Copy &operator=(const Copy &) = delete;

    // Makes the copy fit for such frames. False when the frame comes from the copy itself, as it is or was: then
    // nothing is changed. Throws Failure.
    bool fit(const wire::FrameHeader &header);
    // Publishes the frame, unless it is the one that the last subscriber wrote there; the copy fits. Returns its counter here. Throws
    // Failure.
    uint64_t write(const wire::FrameHeader &header, const void *data, const Mark &mark);
    // Makes the keywords those that the source has, and so those of each segment that is the copy later. Throws Failure.
    void set_keywords(std::vector<IMAGE_KEYWORD> keywords);
    // Once more, as somebody may have changed them. Throws Failure.
    void write_keywords();

    Image &image() noexcept { return *image_; }
    // Tells the readers of a private image that there is another one, which has a frame by now.
    void retire_former() noexcept;
    uint32_t depth() const noexcept { return depth_; }
    // How many copies there have been.
    uint32_t changes() const noexcept { return changes_; }

  private:
    template <class Call>
    int_fast8_t unhurried(Call &&call) const;
    bool fits(const wire::FrameHeader &header);
    bool is_made_here() const noexcept;
    bool has_room(const wire::FrameHeader &header);
    void open_existing();
    void create(const wire::FrameHeader &header);
    void create_private(const wire::FrameHeader &header);
    void note_segment();
    uint64_t counter_of(const wire::FrameHeader &header, const void *data) const;
    void carry_keywords();

    const std::string name_;
    const uint32_t wanted_depth_;
    const std::atomic<bool> &stops_;
    std::unique_ptr<Image> image_ = std::make_unique<Image>();
    std::unique_ptr<Image> former_;       // a private image that is not the copy any longer
    std::deque<uint64_t> own_ids_;        // of the segments that are or were the copy, newest first
    uint64_t segment_id_ = 0;             // of the segment that is the copy
    uint64_t made_id_ = 0;                // of the one that was made here last
    std::vector<IMAGE_KEYWORD> keywords_; // of the source
    uint32_t depth_ = 0;
    bool was_there_ = false; // with frames of an earlier subscriber perhaps, and none of this one
    uint32_t changes_ = 0;
};

}
