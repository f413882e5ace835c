#include "arrays.hpp"

#define NPY_NO_DEPRECATED_API NPY_1_22_API_VERSION
#include <numpy/arrayobject.h>

#include <algorithm>
#include <array>

#include "dao.h"

namespace daopython
{

namespace
{

/// The numpy.dtype of each element type, by its code; null where there is no such type.
std::array<PyArray_Descr *, 256> descriptors{};

PyArray_Descr *descriptor(uint8_t type)
{
    PyArray_Descr *found = descriptors[type];
    Py_XINCREF(reinterpret_cast<PyObject *>(found));
    return found;
}

PyArrayObject *as_array(PyObject *object)
{
    return reinterpret_cast<PyArrayObject *>(object);
}

bool has_type(PyArrayObject *array, uint8_t type)
{
    PyArray_Descr *found = PyArray_DESCR(array);
    return found == descriptors[type] || PyArray_EquivTypes(found, descriptors[type]) != 0;
}

bool is_plain(PyObject *object, int flags)
{
    return PyArray_Check(object) && PyArray_CHKFLAGS(as_array(object), flags) && PyArray_ISNOTSWAPPED(as_array(object));
}

bool matches(PyObject *object, const FrameShape &shape, int flags)
{
    if (!is_plain(object, flags))
        return false;
    PyArrayObject *array = as_array(object);
    return PyArray_NDIM(array) == shape.axes && std::equal(shape.size, shape.size + shape.axes, PyArray_DIMS(array)) &&
           has_type(array, shape.type);
}

bool fill_descriptors()
{
    for (unsigned code = 0; code < descriptors.size(); ++code)
    {
        const char *name = daoTypeName(static_cast<uint8_t>(code));
        if (name == nullptr)
            continue;
        PyObject *text = PyUnicode_FromString(name);
        if (text == nullptr)
            return false;
        const int converted = PyArray_DescrConverter(text, &descriptors[code]);
        Py_DECREF(text);
        if (converted != NPY_SUCCEED)
            return false;
    }
    return true;
}

} // namespace

bool load_numpy()
{
    return _import_array() >= 0 && fill_descriptors(); // NumPy 1 has it, too
}

PyObject *new_array(const FrameShape &shape, bool flat)
{
    Py_intptr_t elements = 1;
    for (int axis = 0; axis < shape.axes; ++axis)
        elements *= shape.size[axis];
    return PyArray_NewFromDescr(&PyArray_Type, descriptor(shape.type), flat ? 1 : shape.axes,
                                flat ? &elements : shape.size, nullptr, nullptr, 0, nullptr);
}

PyObject *new_stack(const FrameShape &shape, Py_intptr_t frames, bool zeroed)
{
    Py_intptr_t size[4] = {frames, shape.size[0], shape.size[1], shape.size[2]};
    return zeroed ? PyArray_Zeros(shape.axes + 1, size, descriptor(shape.type), 0)
                  : PyArray_Empty(shape.axes + 1, size, descriptor(shape.type), 0);
}

PyObject *new_view(const FrameShape &shape, void *data, PyObject *owner, bool writable)
{
    const int flags = NPY_ARRAY_C_CONTIGUOUS | NPY_ARRAY_ALIGNED | (writable ? NPY_ARRAY_WRITEABLE : 0);
    PyObject *view = PyArray_NewFromDescr(&PyArray_Type, descriptor(shape.type), shape.axes, shape.size, nullptr, data,
                                          flags, nullptr);
    if (view == nullptr)
    {
        Py_DECREF(owner);
        return nullptr;
    }
    if (PyArray_SetBaseObject(as_array(view), owner) < 0)
    {
        Py_DECREF(view);
        return nullptr;
    }
    return view;
}

void make_read_only(PyObject *array)
{
    PyArray_CLEARFLAGS(as_array(array), NPY_ARRAY_WRITEABLE);
}

void *array_data(PyObject *array)
{
    return PyArray_DATA(as_array(array));
}

int axes_of(PyObject *array)
{
    return PyArray_NDIM(as_array(array));
}

PyObject *copy_of_part(PyObject *array, PyObject *slices)
{
    PyObject *part = PyObject_GetItem(array, slices);
    if (part == nullptr)
        return nullptr;
    PyObject *copy = PyArray_NewCopy(as_array(part), NPY_CORDER);
    Py_DECREF(part);
    return copy;
}

PyObject *base_of(PyObject *object)
{
    return PyArray_Check(object) ? PyArray_BASE(as_array(object)) : nullptr;
}

bool is_frame(PyObject *object, const FrameShape &shape)
{
    // Subclasses may mean more than their memory, as masked arrays do.
    return PyArray_CheckExact(object) && matches(object, shape, NPY_ARRAY_CARRAY_RO);
}

bool is_frame_buffer(PyObject *object, const FrameShape &shape)
{
    return matches(object, shape, NPY_ARRAY_CARRAY);
}

bool describe(PyObject *object, FrameShape &shape)
{
    if (!is_plain(object, NPY_ARRAY_CARRAY_RO))
        return false;
    PyArrayObject *array = as_array(object);
    const int axes = PyArray_NDIM(array);
    if (axes < 1 || axes > 3)
        return false;
    shape.axes = axes;
    std::copy_n(PyArray_DIMS(array), axes, shape.size);
    for (unsigned code = 0; code < descriptors.size(); ++code)
    {
        if (descriptors[code] != nullptr && has_type(array, static_cast<uint8_t>(code)))
        {
            shape.type = static_cast<uint8_t>(code);
            return true;
        }
    }
    return false;
}

bool is_numpy_bool(PyObject *object)
{
    return PyArray_IsScalar(object, Bool);
}

PyObject *dtype_of(uint8_t type)
{
    return reinterpret_cast<PyObject *>(descriptor(type));
}

} // namespace daopython
