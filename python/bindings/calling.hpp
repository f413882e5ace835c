// Calls of Python functions by C++.
#pragma once

#include <nanobind/nanobind.h>

extern "C" PyObject *dao_python_call(PyObject *function, PyObject *arguments);

namespace daopython
{

namespace nb = nanobind;

/// Call a function that is written in Python. Where the interpreter ends meanwhile, this does not return: the thread sleeps
/// until the process is gone (take_back.c).
template <class... Arguments>
nb::object call_python(const nb::object &function, const Arguments &...arguments)
{
    const nb::tuple given = nb::make_tuple(arguments...);
    nb::object result = nb::steal(dao_python_call(function.ptr(), given.ptr()));
    if (!result)
        throw nb::python_error();
    return result;
}

} // namespace daopython
