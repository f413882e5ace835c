// A place among the frames: an IMAGE of its own on an object's segment. Each thread that uses an object has one, and so has
// each iterator. Where one stands, waits or follows a replacement does not concern the others.
#pragma once

#include <Python.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "arrays.hpp"
#include "failure.hpp"

namespace daopython
{

/// Keeps memory mapped for the arrays over it.
using Memory = std::shared_ptr<DAO_MEMORY>;

/// What an array over a slot has as its base.
struct ViewedSlot
{
    Memory memory;
    const IMAGE_METADATA *segment; ///< where the segment's first slot is described; not used again while it is held
    DAO_FRAME frame;
};

/// What the frames of a segment are. Asking for it takes longer than making a place.
struct Geometry
{
    FrameShape shape;
    uint64_t element_count = 0;
    uint64_t frame_bytes = 0;
    uint32_t depth = 1;
    bool read_only = false;
};

Geometry geometry_of(const Dao::Image &image);

class Place : public Geometry, public std::enable_shared_from_this<Place>
{
  public:
    Place(Dao::Image opened, const Geometry &geometry) : Geometry(geometry), opened_(std::move(opened)) { hold(); }
    Place(const Place &) = delete;
    Place &operator=(const Place &) = delete;
    ~Place() { close(); }

    IMAGE *image() const noexcept { return opened_.image(); }
    bool is_closed() const noexcept { return opened_.is_closed(); }

    /// Keeps what is mapped now.
    const Memory &memory() const noexcept { return memory_; }

    /// To be called after what may have opened another segment.
    void learn_if_reopened()
    {
        if (image()->md != segment_)
            learn_geometry();
    }
    /// Open the segment that has the name now, and read in order from its first frame. Throws Failure.
    void reopen();
    /// Go on in that segment, from its first frame.
    void change_to(Dao::Image opened);
    Dao::Image duplicate() const { return opened_.duplicate(); }
    void close() noexcept;
    /// End the wait that another thread is in here, or the next one. With the interpreter held.
    void interrupt() noexcept;
    /// Another place of the same object that begins now, for what this one is to leave unread.
    std::shared_ptr<Place> make_another() const;

    /// An array over the slot that was borrowed last, described by `frame`. Null with a Python error set on failure.
    PyObject *array_over(void *slot, const DAO_FRAME &frame, bool writable) const;
    /// Whether what was read from that slot is that frame. False also when this place has another segment open now.
    bool is_whole(const ViewedSlot &viewed);

    /// Note the newest frame that was read.
    void saw(uint64_t cnt0) noexcept { seen_cnt0_ = cnt0; }
    /// Note that this place published: its own frame does not count as new to it, unless others came between.
    void published() noexcept;
    /// Whether the newest frame is another than the one that was waited for last, and from now on it is that one.
    bool takes_for_news() noexcept;
    uint64_t waited_cnt0() const noexcept { return waited_cnt0_; }
    /// Take those frames for read.
    void pass_own_frames() noexcept;

    /// Between a begin and its commit or abort the segment is not changed for another.
    void begin_loan() noexcept;
    void end_loan() noexcept;
    /// Give back a loan that nobody can end any more: now, or at the end of a call that uses the place.
    void forget_loan() noexcept;
    /// To be called without the place.
    void give_back_forgotten() noexcept
    {
        if (is_loan_forgotten_.load())
            forget_loan();
    }
    bool has_loan() const noexcept { return has_loan_.load(std::memory_order_relaxed); }
    /// Loans that Python code of this process has at the moment, which it cannot end while a call keeps the
    /// interpreter from it.
    static int loans_open() noexcept;

    std::timed_mutex mutex;   ///< held by each call; calls of other threads have places of their own, but for close()
    uint64_t thread = 0;      ///< whose it is; 0: an iterator's
    uint32_t forks = 0;       ///< fork_count() when it was made
    uint32_t reopened = 0;    ///< how often the object had been re-opened on demand
    int64_t looked_at_ns = 0; ///< when the name was last looked at for calls that do not look themselves
    ViewedSlot viewed{nullptr, nullptr, DAO_FRAME_INIT}; ///< what view() gave last
    std::shared_ptr<Place> history;                      ///< waits for get_history()
    uint64_t history_cnt0 = 0;                           ///< the newest frame that get_history() gave
    uint32_t history_generation = 0;                     ///< and in which life of the segment
    bool history_begun = false;

  private:
    void learn_geometry();
    void hold();

    std::mutex exchange_mutex_; ///< of which image opened_ is, as far as interrupt() asks; with the interpreter held
    Dao::Image opened_;
    Memory memory_;
    const IMAGE_METADATA *segment_ = nullptr;
    std::atomic<bool> has_loan_{false};
    std::atomic<bool> is_loan_forgotten_{false};
    uint64_t seen_cnt0_ = 0;
    uint64_t waited_cnt0_ = 0; // of that generation
    uint32_t waited_generation_ = 0;
    bool has_published_ = false;
};

/// What an array, or the one that it is a part of, is a view of; null when it is none of view().
const ViewedSlot *viewed_by(PyObject *array);

} // namespace daopython
