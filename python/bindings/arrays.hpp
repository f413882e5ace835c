// The only use of NumPy's C interface: making arrays over new or shared memory, and recognising ready-made frames.
#pragma once

#include <Python.h>

#include <cstdint>

namespace daopython
{

/// The geometry of one frame, as NumPy counts it.
struct FrameShape
{
    int axes = 0;
    Py_intptr_t size[3] = {};
    uint8_t type = 0; ///< element type, as in dao.h
};

/// Load NumPy's table of functions. False with a Python error set when that fails.
bool load_numpy();

/// A new, uninitialised array of that shape; flat (one axis) on demand. Null with a Python error set on failure.
PyObject *new_array(const FrameShape &shape, bool flat = false);

/// A new array of `frames` frames, slow axis first. `zeroed`: filled with zeros.
PyObject *new_stack(const FrameShape &shape, Py_intptr_t frames, bool zeroed);

/// An array over memory that `owner` keeps alive, a reference that it takes over.
PyObject *new_view(const FrameShape &shape, void *data, PyObject *owner, bool writable);

/// Nobody may write through that array any more, though through parts of it that were taken before.
void make_read_only(PyObject *array);

/// The first byte of an array.
void *array_data(PyObject *array);

/// How many axes an array has.
int axes_of(PyObject *array);

/// The part of an array that a tuple of slices names, as an array of its own. Null with a Python error set on failure.
PyObject *copy_of_part(PyObject *array, PyObject *slices);

/// What keeps an array's memory alive: a borrowed reference, null when it is the array itself or `object` is no array.
PyObject *base_of(PyObject *object);

/// Is `object` an array of exactly that type and shape, aligned and in C order?
bool is_frame(PyObject *object, const FrameShape &shape);

/// The same, and writable: a place to read a frame into.
bool is_frame_buffer(PyObject *object, const FrameShape &shape);

/// Describe an aligned array in C order. False, without a Python error, when it is not one, its type is not an element
/// type or it has none or too many axes.
bool describe(PyObject *object, FrameShape &shape);

/// Is `object` one of NumPy's booleans?
bool is_numpy_bool(PyObject *object);

/// A new reference to the numpy.dtype of an element type.
PyObject *dtype_of(uint8_t type);

} // namespace daopython
