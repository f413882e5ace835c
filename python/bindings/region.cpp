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
}

nb::object Region::copy_of(nb::handle array, int axes) const
{
    if (axes == 1 && !y_.is_none())
        throw Failure(DAO_E_SHAPE, "y is given for frames with 1 axis; expected only x");
    nb::list key;
    if (nb::cast<int>(array.attr("ndim")) > axes) // several frames
        key.append(slice(0, PY_SSIZE_T_MAX, 1));
    if (axes > 1)
        key.append(or_all(y_));
    key.append(or_all(x_));
    return array[nb::tuple(key)].attr("copy")();
}

} // namespace daopython
