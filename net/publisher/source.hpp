// A segment that is offered: waiting for its frames, copying them, following it when it is replaced.
#pragma once

#include "kept_images.hpp"
#include "publisher/frame_copy.hpp"
#include "publisher/keywords_text.hpp"
#include "publisher/lives.hpp"
#include "wire/credit.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <set>

namespace dao::net
{

// What a handle has open.
struct Opened
{
    uint64_t segment_id = 0;
    wire::Geometry geometry;
    uint32_t depth = 1;
    uint32_t keyword_room = 0;

    Birth birth(uint32_t generation) const { return {segment_id, generation}; }
};

class OrderedReader;

class Source
{
  public:
    // Of an open image, or where that is null of the segment's file. Throws Failure.
    Source(const std::string &name, IMAGE *image, std::string topic, std::string host);

    enum class Wait
    {
        frame,
        nothing, // in time, or interrupted
        replaced // reopen() is due
    };
    // For the thread that waits; the rest is for one thread at a time, which may be another.
    Wait wait(int64_t timeout_ns);
    // While no frame is wanted: whether reopen() is due. What is published meanwhile is left to wait().
    Wait look();
    // As the frame that wait() told of could not be sent: the next one tells of it again.
    void wait_again() { seen_ = 0; }
    // Ends the wait under way, or the next one.
    void interrupt();

    // Only while nobody waits. False when there is no such file now; what was open stays open.
    bool reopen();
    // The image is to take the place of a private one that was replaced; reopen() is due. False where there is none.
    bool succeed(IMAGE *image);
    // The newest frame, the same object as before when there is no newer one; null when there is none to be had.
    FrameCopy *newest();
    // The keywords as they travel, read again when the last time is a while ago, and how often they changed.
    const std::string &keywords() { return keywords_.of(reading_.get(), opened_.keyword_room); }
    uint64_t keyword_changes() const { return keywords_.changes(); }
    // The newest frame's, which is taken note of, as nobody may read it before its life ends.
    uint64_t counter();
    wire::Offer describe();
    // Of the newest frame that newest() or counter() saw; empty before.
    const std::string &id() const { return id_; }
    const Place &place() const { return newest_place_; }
    // The highest counter of the frames that are known of id(): what is there now may be of another life already.
    uint64_t highest() const;
    // Of the frame with that counter of a source that was an id() lately; else before the first frame.
    Place find(const std::string &source, uint64_t cnt0) const;
    const Lives &lives() const { return lives_; }

  private:
    friend class OrderedReader;

    // Opens what is there now instead of what `image` has, or what took that one's place, to be read from its first frame on.
    // False where there is nothing.
    bool follow(Image &image);
    bool follow_successor(Image &image);
    Wait wait_after(uint64_t cnt0, int64_t timeout_ns);
    void forget_passed() noexcept;
    void note_left(Image &successor);
    void attach(); // reading_ and what is known of it to what waiting_ has
    // Distinguishes one life of the segment from the next.
    std::string name_of_life(const Birth &birth) const; // the last one
    std::string name_of_life(uint32_t number) const;
    void see_newest(const DAO_FRAME &frame);
    Opened describe_opened(IMAGE *image) const;
    // Copies what `read` reads, and makes its header.
    using Read = std::function<int_fast8_t(void *data, uint64_t elements, DAO_FRAME &frame)>;
    std::optional<FrameCopy> copy(IMAGE *image, const Opened &opened, const Read &read);
    std::optional<FrameCopy> copy_newest(IMAGE *image, const Opened &opened);
    std::string write_header(IMAGE *image, const Opened &opened, const DAO_FRAME &frame);

    const std::string topic_;
    const uint64_t substitute_id_; // for segments of which nothing tells which they are
    Image waiting_;
    uint64_t seen_ = 0;
    Image reading_;
    // Images each of which took the place of the one before it, as long as somebody may come to it, and the last one.
    KeptImages successors_;
    std::set<const OrderedReader *> readers_;
    Opened opened_;
    bool is_gone_ = false; // there was no such file when it was looked for last
    Lives lives_;
    std::string id_;
    Place newest_place_;
    std::shared_ptr<BufferPool> pool_ = std::make_shared<BufferPool>();
    wire::FrameHeader header_; // of the frame copied last
    wire::FramePartWriter header_writer_;
    std::optional<FrameCopy> newest_;
    KeywordsText keywords_;
};

}
