// What Python sees as the base class of shm: thin calls of dao.h on a Handle, arrays in and out.
#pragma once

#include <algorithm>
#include <nanobind/nanobind.h>

#include "handle.hpp"

namespace daopython
{

namespace nb = nanobind;

/// What to wait for as the historic arguments say it.
struct HistoricWait
{
    int semaphore;
    nb::handle timeout; ///< seconds; 0 and None for ever
    nb::handle spin;    ///< anything that is true or false
};

class Segment
{
  public:
    /* life */
    void open(const std::string &name, bool read_only);
    void create(const std::string &name, nb::handle frame, uint32_t keywords, uint32_t depth, uint32_t file_mode,
                int compatibility);
    void close() { handle_.close(); }
    void reopen() { handle_.reopen(); }
    Handle &handle() noexcept { return handle_; }

    /* reading.cpp */
    nb::object get_data(nb::handle check, nb::handle reform, const HistoricWait &wait, nb::handle out);
    nb::tuple get_data_next(nb::handle wait, nb::handle reform);
    nb::object get_data_arbitrary(int64_t index);
    nb::object get_history(int64_t frames, nb::handle check, const HistoricWait &wait, nb::handle buffer);
    nb::object poll_next();
    nb::object view(bool writable);
    bool is_whole();
    int reset_tail();
    uint64_t counter();

    /* waiting, in reading.cpp: both false on time-out */
    bool wait(nb::handle timeout, const std::string &mode);
    bool wait_next(nb::handle timeout, const std::string &mode, const Canceller *canceller);

    /* writing.cpp */
    void set_data(nb::handle data, nb::handle frame_id, nb::handle acquisition_time);
    void write_slice(nb::handle data);
    nb::object begin_write();
    void commit_write(nb::handle frame_id, nb::handle acquisition_time);
    void abort_write();
    void post(int semaphore);

    /* describing.cpp */
    nb::dict meta_data(nb::handle index);
    nb::dict info();
    nb::list readers();
    nb::tuple shape();
    nb::object dtype();
    uint64_t frame_id();
    int64_t acquisition_time_ns();
    uint64_t missed();

    /* keywords.cpp */
    nb::tuple keyword(const std::string &name);
    nb::tuple keyword_at(uint32_t index);
    uint32_t keyword_count();
    void set_keyword(const std::string &name, nb::handle value, nb::handle comment);
    void remove_keyword(const std::string &name);

  private:
    bool wait_as_asked(const HistoricWait &wait);
    bool wait_for_count(const HistoricWait &wait, uint64_t frames);

    Handle handle_;
    uint64_t history_cnt0_ = 0; ///< the newest frame that get_history() gave; used with the handle held
    bool history_begun_ = false;
};

/// A time limit in nanoseconds from seconds; None and anything beyond 30 years is for ever (-1). Throws Failure for a
/// negative one or NaN.
int64_t limit_ns(nb::handle timeout);

/// Whether Python takes a value for true.
inline bool truth(nb::handle value)
{
    const int result = PyObject_IsTrue(value.ptr());
    if (result < 0)
        throw nb::python_error();
    return result != 0;
}

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

/// The text in a field that ends with a zero byte, or is full.
template <std::size_t Size>
nb::object text_of(const char (&field)[Size])
{
    return nb::steal(PyUnicode_DecodeUTF8(field, std::find(field, field + Size, '\0') - field, "replace"));
}

/// Take ownership of a new reference; null means that a Python error is set.
inline nb::object owned(PyObject *object)
{
    if (object == nullptr)
        throw nb::python_error();
    return nb::steal(object);
}

} // namespace daopython
