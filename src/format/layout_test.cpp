#include "format/element_type.hpp"
#include "format/layout_test.hpp"

#include <array>

namespace dao::format
{
namespace
{

using namespace samples;

void expect_failure(const Geometry &geometry, DAO_ERROR_CODE code, const char *words)
{
    Layout layout;
    EXPECT_EQ(plan(name, geometry, layout), Status::error);
    EXPECT_EQ(base::last_error_code(), code);
    const std::string message = base::last_error_message();
    EXPECT_EQ(message.rfind(name, 0), 0u) << message;
    EXPECT_NE(message.find(words), std::string::npos) << message;
}

TEST(Layout, PutsThePartsWhereTheFormatSays)
{
    const struct
    {
        Geometry geometry;
        uint64_t data, keywords, extension;
    } expected[] = {
        {geometry_of({10, 10}, _DATATYPE_FLOAT, 1, 0), 4304, 4704, 4736},
        {geometry_of({10, 10}, _DATATYPE_FLOAT, 4, 0), 17216, 18816, 18816},
        {geometry_of({7}, _DATATYPE_UINT8, 1, 0), 4304, 4311, 4352},
        {geometry_of({7}, _DATATYPE_UINT8, 3, 2), 12912, 12933, 13184},
        {geometry_of({2, 3, 4}, _DATATYPE_COMPLEX_DOUBLE, 2, 1), 8608, 9376, 9536},
        {geometry_of({512, 512}, _DATATYPE_UINT16, 4, 10), 17216, 2114368, 2115584},
    };
    for (const auto &row : expected)
    {
        const Layout layout = plan_of(row.geometry);
        EXPECT_EQ(layout.data_offset, row.data);
        EXPECT_EQ(layout.keywords_offset, row.keywords);
        EXPECT_EQ(layout.extension_offset, row.extension);
        EXPECT_EQ(layout.file_bytes, row.extension + sizeof(Extension));
        EXPECT_EQ(layout.slot_stride, layout.slot_bytes);
        EXPECT_TRUE(layout.has_fifo_fields);
    }
}

TEST(Layout, SizesEveryElementTypeAndNumberOfAxes)
{
    for (uint8_t atype = 1; atype <= 12; ++atype)
        for (const Geometry &geometry :
             {geometry_of({5}, atype, 2, 3), geometry_of({5, 6}, atype, 2, 3), geometry_of({5, 6, 7}, atype, 2, 3)})
        {
            const Layout layout = plan_of(geometry);
            const uint64_t elements = geometry.naxis == 1 ? 5 : geometry.naxis == 2 ? 30 : 210;
            EXPECT_EQ(layout.element_count, elements);
            EXPECT_EQ(layout.slot_bytes, elements * element_size(atype));
            EXPECT_EQ(layout.geometry, geometry);
        }
}

TEST(Layout, RefusesAnUnusableGeometry)
{
    expect_failure(geometry_of({}, 9, 1, 0), DAO_E_SHAPE, "number of axes is 0; expected 1 to 3");
    Geometry four = geometry_of({1, 1, 1}, 9, 1, 0);
    four.naxis = 4;
    expect_failure(four, DAO_E_SHAPE, "number of axes is 4; expected 1 to 3");
    expect_failure(geometry_of({3, 0}, 9, 1, 0), DAO_E_SHAPE, "axis 1 has 0 elements");
    expect_failure(geometry_of({3, 3}, 0, 1, 0), DAO_E_TYPE, "unknown element type 0");
    expect_failure(geometry_of({3, 3}, 13, 1, 0), DAO_E_TYPE, "unknown element type 13");
    expect_failure(geometry_of({3, 3}, 9, 0, 0), DAO_E_SHAPE, "depth is 0");
    expect_failure(geometry_of({3, 3}, 9, 1, 65536), DAO_E_KEYWORD, "65536 keywords");
}

TEST(Layout, RefusesSizesThatOverflow)
{
    constexpr uint32_t most = UINT32_MAX;
    expect_failure(geometry_of({most, most, most}, 1, 1, 0), DAO_E_SHAPE, "more bytes than a file can");
    expect_failure(geometry_of({most, most}, 12, 1, 0), DAO_E_SHAPE, "more bytes than a file can");
    expect_failure(geometry_of({most, most}, 1, 1, 0), DAO_E_SHAPE, "more bytes than a file can");
    expect_failure(geometry_of({1u << 31, 1u << 31}, 1, 2, 0), DAO_E_SHAPE, "more bytes than a file can");
    expect_failure(geometry_of({most, 1u << 30}, 1, most, 0), DAO_E_SHAPE, "more bytes than a file can");
    EXPECT_EQ(plan_of(geometry_of({most}, 1, 1, 65535)).element_count, most);
    EXPECT_EQ(plan_of(geometry_of({1}, 1, most, 0)).data_offset, uint64_t{most} * 4304);
}

}
}
