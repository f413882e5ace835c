// The element types, from the one list in dao.h.
#pragma once

#include "dao.h"

#include <cstddef>
#include <cstdint>

namespace dao::format
{

// Their codes are 1 to this.
constexpr uint8_t element_type_count = [] {
    uint8_t count = 0;
#define DAO_COUNT(NAME, code, type, member, name) ++count;
    DAO_ELEMENT_TYPES(DAO_COUNT)
#undef DAO_COUNT
    return count;
}();

constexpr size_t element_size(uint8_t atype) noexcept
{
    switch (atype)
    {
#define DAO_CASE(NAME, code, type, member, name) \
    case code:                                   \
        return sizeof(type);
        DAO_ELEMENT_TYPES(DAO_CASE)
#undef DAO_CASE
    default:
        return 0;
    }
}

constexpr const char *element_name(uint8_t atype) noexcept
{
    switch (atype)
    {
#define DAO_CASE(NAME, code, type, member, name) \
    case code:                                   \
        return name;
        DAO_ELEMENT_TYPES(DAO_CASE)
#undef DAO_CASE
    default:
        return nullptr;
    }
}

// Calls `action` with a null pointer of the C type that `atype` stands for. False when there is no such type.
template <class Action>
bool with_element_type(uint8_t atype, Action &&action)
{
    switch (atype)
    {
#define DAO_CASE(NAME, code, type, member, name) \
    case code:                                   \
        action(static_cast<type *>(nullptr));    \
        return true;
        DAO_ELEMENT_TYPES(DAO_CASE)
#undef DAO_CASE
    default:
        return false;
    }
}

}
