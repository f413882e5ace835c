// What the Python threads of a process share of one object: the segment, and the places that threads and iterators have
// among its frames.
//
// A thread's place is made by its first call. No call waits for another thread's: only close() meets a place in use, and
// then it ends the wait. While a place is held no Python code runs, not even by the garbage collector, which containers
// set off on Python before 3.12: that code might use this very object.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "interpreter.hpp"
#include "place.hpp"

namespace daopython
{

/// Ends the wait of another thread that was given it, at once. No other wait notices.
class Canceller
{
  public:
    void cancel()
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        cancelled_.store(true);
        if (place_ != nullptr)
            place_->interrupt();
    }
    bool is_cancelled() const { return cancelled_.load(); }

    /// The place that is waited at, as long as this lives.
    class Wait
    {
      public:
        Wait(Canceller &canceller, Place &place) : canceller_(canceller) { canceller_.wait_at(&place); }
        ~Wait() { canceller_.wait_at(nullptr); }
        Wait(const Wait &) = delete;
        Wait &operator=(const Wait &) = delete;

      private:
        Canceller &canceller_;
    };

  private:
    void wait_at(Place *place)
    {
        const std::lock_guard<std::mutex> guard(mutex_);
        place_ = place;
    }

    std::mutex mutex_; // of place_, briefly and with the interpreter held
    Place *place_ = nullptr;
    std::atomic<bool> cancelled_{false};
};

/// Opens a copy that a subscriber makes, as daoNetOpenCopy() does.
using CopyOpener = std::function<int_fast8_t(IMAGE *image, int64_t timeout_ns)>;

/// Where the segment of an object comes from that has none to open: copies of one on another machine.
class Supply
{
  public:
    virtual ~Supply() = default;
    virtual bool is_supplying() = 0;
    /// Whether it was ever asked to begin.
    virtual bool has_begun() = 0;
    /// Empty while nobody supplies. What it holds is to be released without the interpreter.
    virtual CopyOpener opener() = 0;
};

class Handle
{
  public:
    /// Exclusive use of a place for one call. Throws Failure when the object is closed.
    class Use
    {
      public:
        /// Of this thread's place.
        explicit Use(Handle &handle) : Use(handle, handle.place_of_this_thread()) {}
        /// Of an iterator's.
        Use(Handle &handle, Place &place);
        ~Use()
        {
            place_.mutex.unlock();
            place_.give_back_forgotten();
        }
        Use(const Use &) = delete;
        Use &operator=(const Use &) = delete;

        Place *operator->() const noexcept { return &place_; }
        Place &operator*() const noexcept { return place_; }
        IMAGE *image() const noexcept { return place_.image(); }
        /// Whether a replacement is to be followed now.
        bool follows() const noexcept
        {
            return handle_.follow.load(std::memory_order_relaxed) && handle_.can_be_replaced_ && !place_.has_loan();
        }
        /// Whether the library is to follow. It does not know where copies without a name come from.
        bool library_follows() const noexcept { return follows() && handle_.is_shared_; }
        /// Open what replaced the segment, and read in order from its first frame. Throws Failure.
        void reopen() { handle_.reopen(place_); }
        /// Call `action` again on the new segment for as long as it says that the segment was replaced. Throws Failure when
        /// nobody fills a copy any more. @return its status
        template <class Action>
        int_fast8_t following(Action &&action)
        {
            int_fast8_t status = action();
            while (status == DAO_REPLACED && follows())
            {
                reopen();
                status = action();
            }
            if (status == DAO_REMOVED)
                check_supplied();
            return status;
        }
        /// For calls that do not notice a replacement themselves: look at most ten times a second.
        void look_for_replacement();
        /// Run the handlers of signals that came, which may use this very object, with the place unlocked. Throws what they
        /// raise, and Failure when they closed it.
        void run_signal_handlers();
        void check_open() const;
        /// Throws Failure when the segment is a copy without a name: then no file was removed, its subscription ended.
        void check_supplied() const;

      private:
        void lock();

        Handle &handle_;
        Place &place_;
        std::shared_ptr<Place> kept_; // while somebody else may give the place up
    };

    Handle();
    Handle(const Handle &) = delete;
    Handle &operator=(const Handle &) = delete;
    ~Handle();

    void open(const std::string &name, bool read_only);
    /// With an empty name a private image.
    void create(const std::string &name, const FrameShape &shape, const DAO_CREATE_OPTIONS &options);
    /// Take the segment from there, and, when it has no name, each that replaces it.
    void await(const std::string &name, std::shared_ptr<Supply> supply);
    /// Is there no segment yet, though one may come?
    bool is_awaiting();
    /// Wait for a segment that may come, at most so long, and enter it before its first frame. @return whether there is one
    bool open_awaited(int64_t timeout_ns);
    /// Is there one, taking one that has come meanwhile?
    bool is_open_by_now();
    void close();
    bool is_closed() const noexcept { return closed_.load(); }
    /// The segment's path; "private" for a private image.
    const std::string &name() const noexcept { return name_; }
    /// Open the segment that has the name now, in all places at their next call.
    void reopen();

    /// A place after the newest frame, or before the first, for an iterator.
    std::shared_ptr<Place> make_place(bool from_first = false);
    std::shared_ptr<Place> shared_place_of_this_thread();
    /// Note a place that another place of this object made, so that close() ends its waits too.
    void enter(const std::shared_ptr<Place> &place);

    std::atomic<bool> follow{true};

  private:
    Place &place_of_this_thread();
    std::shared_ptr<Place> enter_this_thread(bool from_first = false);
    void adopt(const std::string &name, bool is_shared);
    void reopen(Place &place);
    CopyOpener copy_opener();
    void close_place(Place &place, const std::vector<std::shared_ptr<Place>> &others);
    void add(const std::shared_ptr<Place> &place);
    Failure closed_failure() const;
    Failure ended_failure() const;

    const uint64_t number_; // no other object of this process ever has it
    std::string name_;
    bool is_shared_ = true;
    bool can_be_replaced_ = true;
    std::shared_ptr<Supply> supply_;
    std::atomic<bool> closed_{true};
    std::atomic<uint32_t> reopened_{0};
    std::optional<Dao::Image> root_; // what places are made from, not used otherwise
    Geometry root_geometry_;
    std::vector<std::weak_ptr<Place>> places_; // all there are, and some that are gone
};

/// To be called in the child of a fork.
void repair_after_fork();

} // namespace daopython
