#include "mapping.hpp"

#include <memory>
#include <nanobind/nanobind.h>

#include "failure.hpp"

namespace daopython
{

namespace
{

void release(Mapping *mapping) noexcept
{
    daoShmCloseShm(&mapping->image);
    delete mapping;
}

void destroy(PyObject *capsule)
{
    release(static_cast<Mapping *>(PyCapsule_GetPointer(capsule, nullptr)));
}

void learn_geometry(Mapping &mapping)
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    check(daoShmGetInfo(&mapping.image, &info));
    const IMAGE_METADATA &metadata = mapping.image.md[0];
    mapping.shape.axes = metadata.naxis;
    for (int axis = 0; axis < metadata.naxis; ++axis)
        mapping.shape.size[axis] = static_cast<Py_intptr_t>(metadata.size[axis]);
    mapping.shape.type = metadata.atype;
    mapping.element_count = metadata.nelement;
    mapping.frame_bytes = metadata.nelement * daoTypeSize(metadata.atype);
    mapping.depth = info.depth;
    mapping.read_only = info.read_only != 0;
}

} // namespace

MappingReference::MappingReference(Mapping *opened) : MappingReference()
{
    capsule_ = PyCapsule_New(opened, nullptr, destroy);
    if (capsule_ == nullptr)
    {
        release(opened);
        throw nanobind::python_error();
    }
    mapping_ = opened;
    learn_geometry(*opened);
}

MappingReference &MappingReference::operator=(MappingReference &&other) noexcept
{
    std::swap(capsule_, other.capsule_);
    std::swap(mapping_, other.mapping_);
    return *this;
}

void MappingReference::reset() noexcept
{
    mapping_ = nullptr;
    Py_CLEAR(capsule_);
}

void MappingReference::read_from_first_frame()
{
    // Reopening starts there; the handle is fresh, so nothing else changes.
    check(daoShmReopen(&mapping_->image));
    learn_geometry(*mapping_);
}

MappingReference MappingReference::open(const std::string &name, bool read_only)
{
    auto mapping = std::make_unique<Mapping>();
    check(read_only ? daoShmOpenReadOnly(name.c_str(), &mapping->image) : daoShmShm2Img(name.c_str(), &mapping->image));
    return MappingReference(mapping.release());
}

MappingReference MappingReference::create(const std::string &name, const FrameShape &shape,
                                          const DAO_CREATE_OPTIONS &options)
{
    auto mapping = std::make_unique<Mapping>();
    uint32_t size[3] = {};
    for (int axis = 0; axis < shape.axes; ++axis)
    {
        if (shape.size[axis] > static_cast<Py_intptr_t>(UINT32_MAX))
            throw Failure(DAO_E_SHAPE, name + ": axis " + std::to_string(axis) + " has " +
                                           std::to_string(shape.size[axis]) + " elements; expected at most 4294967295");
        size[axis] = static_cast<uint32_t>(shape.size[axis]);
    }
    mapping->shared = !name.empty();
    if (mapping->shared)
        check(daoShmImageCreateWith(&mapping->image, name.c_str(), shape.axes, size, shape.type, &options));
    else
        check(daoShmImageCreate_FIFO(&mapping->image, "private", shape.axes, size, shape.type, 0,
                                     static_cast<int>(options.keywords), options.depth));
    return MappingReference(mapping.release());
}

} // namespace daopython
