// What Python sees as the base class of shm: thin calls of dao.h on a Handle, arrays in and out.
#pragma once

#include <algorithm>
#include <nanobind/nanobind.h>

#include "region.hpp"
#include "wait.hpp"

namespace daopython
{

namespace nb = nanobind;

/// What to wait for as the historic arguments say it.
struct HistoricWait
{
    nb::handle semaphore; ///< None: no semaphore, any number of readers
    nb::handle timeout;   ///< seconds; 0 and None: no limit
    nb::handle spin;      ///< anything that is true or false
};

/// A slot that is lent to be filled. Its end, where nobody ended the loan before, gives it back unpublished.
struct Lent
{
    explicit Lent(std::shared_ptr<Place> lender) : place(std::move(lender)) {}
    Lent(Lent &&) noexcept = default;
    Lent &operator=(Lent &&) = delete;
    ~Lent()
    {
        const std::shared_ptr<Place> lender = place;
        end();
        if (lender)
            lender->forget_loan();
    }
    /// The loan is over: this object has nothing to do with the slot any more.
    void end() noexcept
    {
        if (place && frame)
            make_read_only(frame.ptr());
        place.reset();
    }

    std::shared_ptr<Place> place; ///< null when the loan is over
    nb::object frame;
};

class Segment
{
  public:
    /* life */
    void open(const nb::bytes &name, bool read_only);
    void create(const nb::bytes &name, nb::handle frame, uint32_t keywords, uint32_t depth, uint32_t file_mode,
                int compatibility, bool exclusive);
    void close() { handle_.close(); }
    void reopen() { handle_.reopen(); }
    Handle &handle() noexcept { return handle_; }

    /* reading.cpp */
    nb::object get_data(nb::handle check, nb::handle reform, const HistoricWait &wait, nb::handle out);
    nb::tuple get_data_next(nb::handle wait, nb::handle reform, const Region &region);
    nb::object view(nb::handle writable);
    bool is_whole(nb::handle view);
    int reset_tail();
    uint64_t counter();
    bool wait(nb::handle timeout, nb::handle mode);

    /* slot_copies.cpp */
    nb::object get_part(nb::handle check, nb::handle reform, const HistoricWait &wait, const Region &region);
    nb::object get_data_arbitrary(nb::handle index, const Region &region);

    /* history.cpp */
    nb::object get_history(nb::handle frames, nb::handle check, const HistoricWait &wait, nb::handle buffer,
                           const Region &region);

    /* writing.cpp */
    void set_data(nb::handle data, nb::handle frame_id, nb::handle acquisition_time);
    void write_slice(nb::handle data);
    Lent begin_write();
    void commit_write(Lent &lent, nb::handle frame_id, nb::handle acquisition_time);
    void abort_write(Lent &lent);
    void post(nb::handle semaphore);
    void unlock(bool force);

    /* describing.cpp */
    nb::dict meta_data(nb::handle index);
    nb::tuple image();
    nb::dict info();
    nb::list readers();
    int32_t claimed_semaphore();
    bool is_semaphore_in_use(nb::handle number);
    nb::dict semaphore_users();
    nb::tuple shape();
    nb::object dtype();
    uint64_t frame_id();
    int64_t acquisition_time_ns();
    uint64_t missed();

    /* keywords.cpp */
    nb::tuple keyword(nb::handle name);
    nb::tuple keyword_at(uint32_t index);
    uint32_t keyword_count();
    void set_keyword(nb::handle name, nb::handle value, nb::handle comment);
    /// `entries`: tuples of name and value; comments that are there stay.
    void set_keywords(const nb::list &entries, bool only_these);
    void remove_keyword(nb::handle name);

  private:
    /// Null when the time limit passed.
    nb::object last_frames(Handle::Use &use, int64_t wanted, WaitRequest request, bool waits, bool waits_for_count);
    bool wait_for_count(Handle::Use &use, const WaitRequest &request, const Deadline &deadline, uint64_t frames);

    Handle handle_;
};

/// Frame after frame, with a place of its own: what an iterator reads from.
class FrameReader
{
  public:
    explicit FrameReader(Segment &segment);

    /// (array, counter, missed), or None when the time is up; 0 only looks.
    nb::object read(nb::handle timeout, nb::handle mode);
    /// Wait for a frame that read() would give. False when the time is up or it was cancelled.
    bool wait(nb::handle timeout, nb::handle mode, Canceller *canceller);
    /// What it keeps alive, for the garbage collector.
    nb::handle kept() const noexcept { return kept_; }

  private:
    bool has_entered();
    bool enter(WaitRequest &request);

    Segment &segment_;
    nb::object kept_;              // the same, as Python knows it
    std::mutex mutex_;             // of place_, briefly and with the interpreter held
    std::shared_ptr<Place> place_; // null until the segment has come, and then the same
};

/// A frame and what is known of it; no array when the time was up.
struct Delivered
{
    nb::object array;
    DAO_FRAME frame;
    uint64_t missed;
    int_fast8_t status;
};

/* network.cpp, or network_missing.cpp where there is no ZeroMQ */

void bind_network(nb::module_ &module);

/* arguments.cpp: what Python passes, or a Failure that says what was found and expected */

/// A time limit in nanoseconds from seconds; None and anything beyond 30 years is no limit (-1).
int64_t limit_ns(nb::handle timeout);
/// The same where 0 is no limit either.
int64_t historic_limit_ns(nb::handle timeout);
/// "sleep", "spin" or "adaptive".
DAO_WAIT_MODE wait_mode(nb::handle mode);
WaitRequest historic_request(const HistoricWait &wait);
int64_t signed_integer(nb::handle value, const char *what);
uint64_t unsigned_integer(nb::handle value, const char *what);
/// A semaphore's number, which may be one that no segment has.
int semaphore_number(nb::handle value);

/// True or False, or 1 or 0.
bool flag(nb::handle value, const char *what);

/// Whether Python takes a value for true.
bool truth(nb::handle value, const char *what);

/// What a message says of a value. Runs Python code.
std::string shown(nb::handle value);

/// The slot that a number of any sign names: modulo the depth.
inline uint32_t slot_of(int64_t index, uint32_t depth)
{
    const auto slots = static_cast<int64_t>(depth);
    return static_cast<uint32_t>(((index % slots) + slots) % slots);
}

inline nb::tuple shape_tuple(const FrameShape &shape)
{
    nb::list size;
    for (int axis = 0; axis < shape.axes; ++axis)
        size.append(shape.size[axis]);
    return nb::tuple(size);
}

/// Text of any bytes.
inline nb::object text_of(const char *text, std::size_t bytes)
{
    nb::object decoded = nb::steal(PyUnicode_DecodeUTF8(text, static_cast<Py_ssize_t>(bytes), "backslashreplace"));
    if (!decoded)
        throw nb::python_error();
    return decoded;
}

/// The text in a field that ends with a zero byte, or is full.
template <std::size_t Size>
nb::object text_of(const char (&field)[Size])
{
    return text_of(field, static_cast<std::size_t>(std::find(field, field + Size, '\0') - field));
}

/// Take ownership of a new reference; null means that a Python error is set.
inline nb::object owned(PyObject *object)
{
    if (object == nullptr)
        throw nb::python_error();
    return nb::steal(object);
}

} // namespace daopython
