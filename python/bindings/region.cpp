#include "region.hpp"

#include <string>

#include "segment.hpp"

namespace daopython
{

namespace
{

nb::object slice(Py_ssize_t start, Py_ssize_t stop, Py_ssize_t step)
{
    return owned(PySlice_New(nb::int_(start).ptr(), nb::int_(stop).ptr(), nb::int_(step).ptr()));
}

/// The same slice made of plain integers: to use it runs no code of the caller's.
nb::object plain_slice(nb::handle value, const char *what)
{
    if (value.is_none())
        return nb::borrow(value);
    if (!PySlice_Check(value.ptr()))
        throw Failure(DAO_E_TYPE, std::string(what) + " is " + shown(value) + "; expected a slice, or None");
    Py_ssize_t start = 0;
    Py_ssize_t stop = 0;
    Py_ssize_t step = 0;
    if (PySlice_Unpack(value.ptr(), &start, &stop, &step) < 0)
    {
        nb::python_error error;
        if (error.matches(PyExc_TypeError) || error.matches(PyExc_ValueError))
            throw Failure(DAO_E_TYPE,
                          std::string(what) + " is " + shown(value) + ": " + nb::str(error.value()).c_str());
        throw error;
    }
    return slice(start, stop, step);
}

nb::object or_all(const nb::object &chosen)
{
    return chosen.is_none() ? slice(0, PY_SSIZE_T_MAX, 1) : chosen;
}

} // namespace

Region::Region(nb::handle x, nb::handle y)
    : x_(plain_slice(x, "x")), y_(plain_slice(y, "y")), is_part_(!x.is_none() || !y.is_none())
{
    for (const bool several : {false, true})
        for (const bool has_y : {false, true})
            keys_[several][has_y] = key(several, has_y);
}

nb::object Region::key(bool several, bool has_y) const
{
    nb::list slices;
    if (several)
        slices.append(slice(0, PY_SSIZE_T_MAX, 1));
    if (has_y)
        slices.append(or_all(y_));
    slices.append(or_all(x_));
    return nb::tuple(slices);
}

nb::object Region::copy_of(nb::handle array, int axes) const
{
    if (axes == 1 && !y_.is_none())
        throw Failure(DAO_E_SHAPE, "y is given for frames with 1 axis; expected only x");
    const bool several = axes_of(array.ptr()) > axes;
    return owned(copy_of_part(array.ptr(), keys_[several][axes > 1].ptr()));
}

} // namespace daopython
