// What Python passes, as numbers. Anything else is a Failure that says what was found and what was expected.
#include <cmath>

#include "calling.hpp"
#include "segment.hpp"

namespace daopython
{

namespace
{

[[noreturn]] void refuse(nb::handle value, const char *what, const char *expected)
{
    throw Failure(DAO_E_TYPE, std::string(what) + " is " + shown(value) + "; expected " + expected);
}

/// Take up an error that Python has set when it is of that kind, else pass it on.
void forgive(PyObject *kind)
{
    if (PyErr_ExceptionMatches(kind) == 0)
        throw nb::python_error();
    PyErr_Clear();
}

nb::object integer(nb::handle value, const char *what)
{
    if (is_numpy_bool(value.ptr())) // an integer to NumPy 1
        refuse(value, what, "an integer");
    PyObject *number = PyNumber_Index(value.ptr());
    if (number == nullptr)
    {
        forgive(PyExc_TypeError);
        refuse(value, what, "an integer");
    }
    return nb::steal(number);
}

} // namespace

std::string shown(nb::handle value)
{
    return nb::str(call_python(nb::module_::import_("daoShm.arguments").attr("shown"), value)).c_str();
}

int64_t signed_integer(nb::handle value, const char *what)
{
    const nb::object number = integer(value, what);
    const int64_t result = PyLong_AsLongLong(number.ptr());
    if (result == -1 && PyErr_Occurred() != nullptr)
    {
        forgive(PyExc_OverflowError);
        refuse(value, what, "an integer of 64 bits");
    }
    return result;
}

uint64_t unsigned_integer(nb::handle value, const char *what)
{
    const nb::object number = integer(value, what);
    const uint64_t result = PyLong_AsUnsignedLongLong(number.ptr());
    if (result == UINT64_MAX && PyErr_Occurred() != nullptr)
    {
        forgive(PyExc_OverflowError);
        refuse(value, what, "an integer of 64 bits, not negative");
    }
    return result;
}

int semaphore_number(nb::handle value)
{
    const int64_t number = signed_integer(value, "semNb");
    if (number < INT32_MIN || number > INT32_MAX)
        throw Failure(DAO_E_SEMAPHORE, "no semaphore " + std::to_string(number) + "; expected 0 to " +
                                           std::to_string(IMAGE_NB_SEMAPHORE - 1));
    return static_cast<int>(number);
}

bool flag(nb::handle value, const char *what)
{
    if (PyBool_Check(value.ptr()) || is_numpy_bool(value.ptr()))
        return truth(value, what);
    const nb::object number = nb::steal(PyNumber_Index(value.ptr()));
    if (!number)
        forgive(PyExc_TypeError);
    int is_beyond = 0;
    const long found = number ? PyLong_AsLongAndOverflow(number.ptr(), &is_beyond) : -1;
    if (is_beyond != 0 || (found != 0 && found != 1))
        refuse(value, what, "True or False");
    return found == 1;
}

bool truth(nb::handle value, const char *what)
{
    const int result = PyObject_IsTrue(value.ptr());
    if (result < 0)
    {
        if (PyErr_ExceptionMatches(PyExc_ValueError) == 0) // an array of several elements
            forgive(PyExc_TypeError);
        PyErr_Clear();
        refuse(value, what, "True or False");
    }
    return result != 0;
}

int64_t limit_ns(nb::handle timeout)
{
    if (timeout.is_none())
        return -1;
    const double seconds = PyFloat_AsDouble(timeout.ptr());
    if (seconds == -1.0 && PyErr_Occurred() != nullptr)
    {
        if (PyErr_ExceptionMatches(PyExc_OverflowError) == 0) // an integer beyond any float
        {
            forgive(PyExc_TypeError);
            refuse(timeout, "the time limit", "seconds, or None");
        }
        PyErr_Clear();
        const bool is_negative = PyObject_RichCompareBool(timeout.ptr(), nb::int_(0).ptr(), Py_LT) == 1;
        return is_negative ? limit_ns(nb::float_(-HUGE_VAL)) : -1;
    }
    if (std::isnan(seconds) || seconds < 0.0)
        throw Failure(DAO_E_ARGUMENT,
                      "the time limit is " + shown(timeout) + " s; expected 0 or more seconds, or None");
    if (seconds > 1e9)
        return -1;
    // However short, it is more than 0, which means none.
    return seconds > 0.0 ? std::max<int64_t>(1, static_cast<int64_t>(seconds * 1e9)) : 0;
}

int64_t historic_limit_ns(nb::handle timeout)
{
    const int64_t limit = limit_ns(timeout);
    return limit == 0 ? -1 : limit;
}

DAO_WAIT_MODE wait_mode(nb::handle mode)
{
    const char *text = PyUnicode_Check(mode.ptr()) ? PyUnicode_AsUTF8AndSize(mode.ptr(), nullptr) : "";
    if (text == nullptr)
    {
        PyErr_Clear();
        text = "";
    }
    const std::string name(text);
    if (name == "sleep")
        return DAO_WAIT_SLEEP;
    if (name == "spin")
        return DAO_WAIT_SPIN;
    if (name == "adaptive")
        return DAO_WAIT_ADAPTIVE;
    throw Failure(DAO_E_ARGUMENT, "mode is " + shown(mode) + "; expected \"sleep\", \"spin\" or \"adaptive\"");
}

WaitRequest historic_request(const HistoricWait &wait)
{
    WaitRequest request;
    request.timeout_ns = historic_limit_ns(wait.timeout);
    request.mode = wait.semaphore.is_none() ? DAO_WAIT_SLEEP : DAO_WAIT_SEMAPHORE;
    if (request.mode == DAO_WAIT_SEMAPHORE)
        request.semaphore = semaphore_number(wait.semaphore);
    if (truth(wait.spin, "spin"))
        request.mode = DAO_WAIT_SPIN;
    return request;
}

} // namespace daopython
