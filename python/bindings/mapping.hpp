// An open IMAGE as a Python object: whoever refers to the capsule, a Segment or an array over its memory, keeps the
// mapping alive; the last one to let go closes it.
#pragma once

#include <Python.h>

#include <string>

#include "arrays.hpp"
#include "dao.h"

namespace daopython
{

struct Mapping
{
    IMAGE image{};
    FrameShape shape;
    uint64_t element_count = 0;
    uint64_t frame_bytes = 0;
    uint32_t depth = 1;
    bool read_only = false;
    bool shared = true;
};

/// A strong reference to a Mapping, empty or not.
class MappingReference
{
  public:
    MappingReference() = default;
    MappingReference(MappingReference &&other) noexcept : capsule_(other.capsule_), mapping_(other.mapping_)
    {
        other.capsule_ = nullptr;
        other.mapping_ = nullptr;
    }
    MappingReference &operator=(MappingReference &&other) noexcept;
    ~MappingReference() { reset(); }

    /// Open the segment of that name. Throws Failure.
    static MappingReference open(const std::string &name, bool read_only);
    /// Make a segment, or with an empty name a private image. Throws Failure.
    static MappingReference create(const std::string &name, const FrameShape &shape, const DAO_CREATE_OPTIONS &options);

    /// Read in order from the first frame on, where an opened segment is read from the newest on. Opens for writing
    /// where that is permitted. Throws Failure.
    void read_from_first_frame();

    void reset() noexcept;
    explicit operator bool() const noexcept { return mapping_ != nullptr; }
    Mapping *operator->() const noexcept { return mapping_; }
    Mapping &operator*() const noexcept { return *mapping_; }
    /// What an array over the mapping's memory has as its base.
    PyObject *owner() const noexcept { return capsule_; }

  private:
    explicit MappingReference(Mapping *opened);

    PyObject *capsule_ = nullptr;
    Mapping *mapping_ = nullptr;
};

} // namespace daopython
