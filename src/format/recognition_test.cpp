// Which files are segments, of which layout, and what is said of the others.
#include "format/element_type.hpp"
#include "format/layout_test.hpp"

#include <array>
#include <random>

namespace dao::format
{
namespace
{

using namespace samples;

TEST(Layout, RecognisesWhatItPlanned)
{
    for (uint8_t atype = 1; atype <= 12; ++atype)
        for (uint32_t depth : {1u, 2u, 5u})
            for (uint32_t keywords : {0u, 1u, 7u})
                for (const Geometry &geometry :
                     {geometry_of({9}, atype, depth, keywords), geometry_of({4, 5}, atype, depth, keywords),
                      geometry_of({2, 3, 4}, atype, depth, keywords)})
                {
                    const Layout planned = plan_of(geometry);
                    Layout found;
                    ASSERT_EQ(File::with_extension(geometry).inspect(found), Status::success)
                        << base::last_error_message();
                    EXPECT_EQ(found.geometry, planned.geometry);
                    EXPECT_EQ(found.extension_offset, planned.extension_offset);
                    EXPECT_EQ(found.file_bytes, planned.file_bytes);
                    EXPECT_EQ(found.data_offset, planned.data_offset);
                    EXPECT_EQ(found.keywords_offset, planned.keywords_offset);
                }
}

TEST(Layout, RecognisesSegmentsWithoutAnExtension)
{
    for (uint32_t depth : {1u, 3u})
    {
        const Geometry geometry = geometry_of({10, 3}, _DATATYPE_INT16, depth, 2);
        Layout found;
        ASSERT_EQ(File(geometry, metadata_bytes, data_end(plan_of(geometry))).inspect(found), Status::success)
            << base::last_error_message();
        EXPECT_EQ(found.geometry, geometry);
        EXPECT_EQ(found.extension_offset, 0u);
        EXPECT_TRUE(found.has_fifo_fields);
    }
}

TEST(Layout, RecognisesTheLayoutBeforeTheFifo)
{
    const Geometry geometry = geometry_of({10, 3}, _DATATYPE_INT16, 1, 2);
    const uint64_t bytes = legacy_metadata_bytes + 60 + 2 * sizeof(IMAGE_KEYWORD);
    EXPECT_EQ(legacy_metadata_bytes, 4296u);
    File file(geometry, legacy_metadata_bytes, bytes);
    Layout found;
    ASSERT_EQ(file.inspect(found), Status::success) << base::last_error_message();
    EXPECT_EQ(found.geometry, geometry);
    EXPECT_FALSE(found.has_fifo_fields);
    EXPECT_EQ(found.data_offset, 4296u);
    EXPECT_EQ(found.keywords_offset, 4356u);
    EXPECT_EQ(found.extension_offset, 0u);

    // Data that looks like a depth and an index must not mislead.
    file.put(4296, uint32_t{1});
    file.put(4300, uint32_t{0});
    ASSERT_EQ(file.inspect(found), Status::success) << base::last_error_message();
    EXPECT_FALSE(found.has_fifo_fields);
}

TEST(Layout, AFrameTooShortForTheFifoFieldsIsStillALegacySegment)
{
    Layout found;
    const File file(geometry_of({3}, _DATATYPE_UINT8, 1, 0), legacy_metadata_bytes, legacy_metadata_bytes + 3);
    ASSERT_EQ(file.inspect(found), Status::success) << base::last_error_message();
    EXPECT_FALSE(found.has_fifo_fields);
}

TEST(Layout, LeftoversInUnusedAxesAreIgnored)
{
    const Geometry geometry = geometry_of({12}, _DATATYPE_FLOAT, 1, 0);
    File file = File::with_extension(geometry);
    file.put(offsetof(IMAGE_METADATA, size) + 4, uint32_t{777});
    Layout found;
    ASSERT_EQ(file.inspect(found), Status::success) << base::last_error_message();
    EXPECT_EQ(found.geometry, geometry);
}

TEST(Layout, ADamagedExtensionIsRefused)
{
    const Geometry geometry = geometry_of({4, 4}, _DATATYPE_FLOAT, 2, 1);
    const uint64_t at = plan_of(geometry).extension_offset;
    const struct
    {
        uint64_t offset;
        uint32_t value;
    } damages[] = {{offsetof(Extension, magic), 1},         {offsetof(Extension, size), 64},
                   {offsetof(Extension, size), UINT32_MAX}, {offsetof(Extension, data_offset), 7},
                   {offsetof(Extension, slot_stride), 7},   {offsetof(Extension, reader_capacity), UINT32_MAX}};
    for (const auto &damage : damages)
    {
        File file = File::with_extension(geometry);
        file.put(at + damage.offset, damage.value);
        expect_refused(file, DAO_E_FORMAT, "not a segment, or a damaged one");
    }
}

TEST(Layout, AnExtensionOfAnotherVersionIsRefusedAsSuch)
{
    const Geometry geometry = geometry_of({4, 4}, _DATATYPE_FLOAT, 2, 1);
    const uint64_t at = plan_of(geometry).extension_offset;
    File file = File::with_extension(geometry);
    file.put(at + offsetof(Extension, version), uint32_t{1});
    file.put(at + offsetof(Extension, size), uint32_t{17280}); // that version's
    expect_refused(file, DAO_E_VERSION, "extension version 1; expected 2");
}

// It lies in the first bytes, where files of other kinds have their marks.
TEST(Layout, ASegmentMayHaveAnyName)
{
    for (const char *own_name : {"DSHM_wfs", "1.0", "1.02.03"})
    {
        File file = File::with_extension(geometry_of({4, 4}, _DATATYPE_FLOAT, 2, 1));
        for (uint64_t at = 0; at <= std::strlen(own_name); ++at)
            file.put(at, own_name[at]);
        Layout layout;
        EXPECT_EQ(file.inspect(layout), Status::success) << base::last_error_message();
    }
}

TEST(Layout, DamagedMetadataIsRefused)
{
    const Geometry geometry = geometry_of({4, 4}, _DATATYPE_FLOAT, 2, 1);
    const auto damaged = [&](uint64_t offset, auto value) {
        File file = File::with_extension(geometry);
        file.put(offset, value);
        return file;
    };
    expect_refused(damaged(offsetof(IMAGE_METADATA, naxis), uint8_t{0}), DAO_E_FORMAT, "number of axes is 0");
    expect_refused(damaged(offsetof(IMAGE_METADATA, naxis), uint8_t{4}), DAO_E_FORMAT, "number of axes is 4");
    expect_refused(damaged(offsetof(IMAGE_METADATA, size), uint32_t{0}), DAO_E_FORMAT, "axis 0 has 0 elements");
    expect_refused(damaged(offsetof(IMAGE_METADATA, size), uint32_t{5}), DAO_E_FORMAT,
                   "it says 16 elements; expected 20");
    expect_refused(damaged(offsetof(IMAGE_METADATA, atype), uint8_t{13}), DAO_E_FORMAT, "unknown element type 13");
    expect_refused(damaged(offsetof(IMAGE_METADATA, fifo_size), uint32_t{0}), DAO_E_FORMAT, "damaged");
    expect_refused(damaged(offsetof(IMAGE_METADATA, fifo_size), UINT32_MAX), DAO_E_FORMAT, "damaged");
    expect_refused(damaged(offsetof(IMAGE_METADATA, fifo_last_written), uint32_t{2}), DAO_E_FORMAT, "damaged");
    expect_refused(damaged(offsetof(IMAGE_METADATA, NBkw), uint16_t{60000}), DAO_E_FORMAT, "damaged");
}

TEST(Layout, AFileCutOffAtAnySizeIsRefusedOrIsOneWithoutAnExtension)
{
    const Geometry geometry = geometry_of({3}, _DATATYPE_UINT8, 1, 1);
    const File file = File::with_extension(geometry);
    const uint64_t bare = data_end(plan_of(geometry));
    for (uint64_t bytes = 0; bytes < file.size(); ++bytes)
    {
        Layout layout;
        const Status status = file.inspect(layout, bytes);
        // At 4296 + 3 + 120 bytes the beginning of the file is a whole segment of the layout before the FIFO.
        const bool is_whole = bytes == bare || bytes == legacy_metadata_bytes + 3 + sizeof(IMAGE_KEYWORD);
        EXPECT_EQ(status, is_whole ? Status::success : Status::error) << bytes;
        if (is_whole)
        {
            EXPECT_EQ(layout.extension_offset, 0u);
        }
    }
}

TEST(Layout, AFileWithMoreBytesThanASegmentIsRefused)
{
    const Geometry geometry = geometry_of({10}, _DATATYPE_FLOAT, 1, 0);
    File bare(geometry, metadata_bytes, data_end(plan_of(geometry)));
    bare.resize(bare.size() + 1);
    expect_refused(bare, DAO_E_FORMAT, "expected 4344");
}

TEST(Layout, NamesSegmentsOfOtherSystems)
{
    for (uint64_t bytes : {4u, 100u, 20'000u})
    {
        File newer(geometry_of({1}, 9, 0, 0), legacy_metadata_bytes, bytes);
        newer.put(0, std::array<char, 4>{'D', 'S', 'H', 'M'});
        expect_refused(newer, DAO_E_FOREIGN, "newer DAO");
    }
    File stream(geometry_of({1}, 9, 0, 0), metadata_bytes, 20'000);
    stream.put(0, std::array<char, 5>{'2', '.', '0', '0', 0});
    expect_refused(stream, DAO_E_FOREIGN, "ImageStreamIO");
}

TEST(Layout, NamesThatBeginWithADigitAreNotForeign)
{
    const Geometry geometry = geometry_of({10}, _DATATYPE_FLOAT, 1, 0);
    File file = File::with_extension(geometry);
    file.put(0, std::array<char, 12>{'2', '.', '0', '0', '.', 'i', 'm', '.', 's', 'h', 'm', 0});
    Layout layout;
    EXPECT_EQ(file.inspect(layout), Status::success) << base::last_error_message();
}

TEST(Layout, RandomBytesAreRefusedOrDescribedWithinTheFile)
{
    std::mt19937_64 random(20260101);
    unsigned accepted = 0;
    for (unsigned attempt = 0; attempt < 3'000; ++attempt)
    {
        const auto below = [&](uint32_t limit) { return static_cast<uint32_t>(random() % limit); };
        const Geometry geometry =
            geometry_of({1 + below(9)}, static_cast<uint8_t>(1 + below(12)), 1 + below(3), below(3));
        File file = File::with_extension(geometry);
        const bool is_all_random = attempt % 4 == 0;
        for (unsigned change = 0; change < (is_all_random ? 600u : 1 + attempt % 3); ++change)
        {
            const uint64_t range = change % 2 == 0 ? 4'304 : file.size() - 8;
            file.put(random() % range, is_all_random ? random() : uint64_t{random() & 0xff});
        }
        file.resize(file.size() - (attempt % 5 == 0 ? random() % file.size() : 0));
        Layout layout;
        if (file.inspect(layout) != Status::success)
            continue;
        ++accepted;
        EXPECT_LE(layout.file_bytes, file.size());
        EXPECT_LE(layout.data_offset + layout.geometry.depth * layout.slot_stride, layout.keywords_offset);
        EXPECT_LE(data_end(layout), layout.file_bytes);
        EXPECT_TRUE(layout.extension_offset == 0 || layout.extension_offset + sizeof(Extension) <= layout.file_bytes);
    }
    EXPECT_GT(accepted, 100u) << "the changes were too violent to test anything";
}

}
}
