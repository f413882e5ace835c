#include "format/element_type.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace dao::format
{
namespace
{

TEST(ElementType, ThereAreTwelve)
{
    std::set<std::string> names;
    for (unsigned code = 0; code <= UINT8_MAX; ++code)
    {
        const auto atype = static_cast<uint8_t>(code);
        const bool exists = code >= 1 && code <= 12;
        EXPECT_EQ(element_size(atype) != 0, exists) << code;
        EXPECT_EQ(element_name(atype) != nullptr, exists) << code;
        if (exists)
            names.insert(element_name(atype));
    }
    EXPECT_EQ(names.size(), 12u);
}

TEST(ElementType, CodesAreOneToTheirNumberAndTheMacrosHaveTheSameSizes)
{
#define DAO_CHECK(NAME, code, type, member, name)           \
    static_assert(code >= 1 && code <= element_type_count); \
    static_assert(SIZEOF_DATATYPE_##NAME == sizeof(type));  \
    static_assert(_DATATYPE_##NAME == code);
    DAO_ELEMENT_TYPES(DAO_CHECK)
#undef DAO_CHECK
    EXPECT_NE(element_name(element_type_count), nullptr);
    EXPECT_EQ(element_name(element_type_count + 1), nullptr);
}

TEST(ElementType, SizeIsThatOfTheCTypeAndOfTheName)
{
    for (uint8_t atype = 1; atype <= 12; ++atype)
    {
        size_t size = 0;
        EXPECT_TRUE(with_element_type(atype, [&]<class T>(T *) { size = sizeof(T); }));
        EXPECT_EQ(size, element_size(atype));
        const std::string name = element_name(atype);
        EXPECT_EQ(std::stoul(name.substr(name.find_first_of("0123456789"))), 8 * size) << name;
        EXPECT_EQ(size, daoTypeSize(atype));
        EXPECT_EQ(name, daoTypeName(atype));
    }
}

TEST(ElementType, UnknownCodesDoNothing)
{
    bool called = false;
    for (uint8_t atype : {uint8_t{0}, uint8_t{13}, uint8_t{255}})
        EXPECT_FALSE(with_element_type(atype, [&](auto *) { called = true; }));
    EXPECT_FALSE(called);
}

}
}
