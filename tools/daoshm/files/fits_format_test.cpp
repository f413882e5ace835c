#include "files/fits_format.hpp"

#include <array>
#include <filesystem>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "frame/element_types.hpp"

namespace daoshm
{

namespace
{

std::unique_ptr<RecordingFormat> format_of(const char *type)
{
    FileHeader header;
    header.geometry = {type_from_name(type), {2}};
    header.segment = "/tmp/a.im.shm";
    return fits_recording_format(header);
}

template <typename T>
std::vector<int> encoded(const char *type, std::vector<T> frame)
{
    const auto format = format_of(type);
    const std::byte *bytes = format->encode(reinterpret_cast<const std::byte *>(frame.data()));
    std::vector<std::byte> back(bytes, bytes + 2 * sizeof(T));
    std::vector<int> result;
    for (const std::byte byte : back)
        result.push_back(std::to_integer<int>(byte));
    format->decode(back.data());
    EXPECT_EQ(std::memcmp(back.data(), frame.data(), back.size()), 0) << type;
    return result;
}

}

TEST(FitsFormat, NumbersAreBigEndianAndUnsignedOnesLessHalfTheirRange)
{
    EXPECT_EQ(encoded<uint8_t>("uint8", {1, 255}), (std::vector<int>{1, 255}));
    EXPECT_EQ(encoded<int8_t>("int8", {-128, 1}), (std::vector<int>{0, 129}));
    EXPECT_EQ(encoded<int16_t>("int16", {1, -2}), (std::vector<int>{0, 1, 255, 254}));
    EXPECT_EQ(encoded<uint16_t>("uint16", {0, 0x8001}), (std::vector<int>{128, 0, 0, 1}));
    EXPECT_EQ(encoded<uint32_t>("uint32", {0x01020304, 0}), (std::vector<int>{129, 2, 3, 4, 128, 0, 0, 0}));
    EXPECT_EQ(encoded<uint64_t>("uint64", {1, 0}),
              (std::vector<int>{128, 0, 0, 0, 0, 0, 0, 1, 128, 0, 0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(encoded<float>("float32", {1.0F, -2.0F}), (std::vector<int>{63, 128, 0, 0, 192, 0, 0, 0}));
}

TEST(FitsFormat, TheHeaderKeepsItsLength)
{
    const auto format = format_of("complex64");
    const size_t length = format->header({}).size();
    EXPECT_EQ(length % 2880, 0U);
    EXPECT_EQ(format->header({UINT32_MAX, UINT32_MAX, 1, INT64_MAX}).size(), length);
    EXPECT_EQ(format->header({1, 0, INT64_MIN, INT64_MIN}).size(), length);
}

TEST(FitsFormat, ATableMayHaveMoreBytesThan32BitsCount)
{
    const auto format = format_of("uint8");
    constexpr uint64_t row_bytes = 36;
    for (const uint64_t frames : {uint64_t{59'652'324}, uint64_t{119'304'648}, uint64_t{5'000'000'000}})
    {
        EXPECT_GE(format->records_bytes(frames), frames * row_bytes + 2880);
        EXPECT_LE(format->records_bytes(frames), frames * row_bytes + 10'000);
        EXPECT_NE(format->header({frames, 0, 0, 0}).find(fmt::format("NAXIS2  = {:>20}", frames)), std::string::npos);
    }
}

TEST(FitsFormat, ATableMayBeginAndEndBehindWhat32BitsCount)
{
    const std::string path =
        (std::filesystem::temp_directory_path() / fmt::format("dao_fits_{}.fits", steady_ns())).string();
    OutputFile file = OutputFile::create(path);
    constexpr uint64_t begin = (uint64_t{1} << 32U) - 1; // a sparse file: nothing is before it
    Appender appender(file, begin);
    const std::vector<FrameRecord> records{{7, 8, -9, 1, 0x80000001}};
    format_of("uint8")->write_records(records.size(), records_in(records), appender);
    const uint64_t end = appender.finish();
    const uint64_t header_at = (begin + 2879) / 2880 * 2880;
    EXPECT_EQ(end % 2880, 0U);
    std::string text(80, ' ');
    file.read(header_at, text.data(), text.size());
    EXPECT_EQ(text.substr(0, 20), "XTENSION= 'BINTABLE'");
    std::array<unsigned char, 36> row{};
    file.read(end - 2880, row.data(), row.size());
    EXPECT_EQ(row[7], 7);
    EXPECT_EQ(row[23], 0xF7) << "the low byte of -9";
    EXPECT_EQ(row[32], 0) << "unsigned numbers are stored less half their range";
    EXPECT_EQ(row[35], 1);
    file.close();
    std::filesystem::remove(path_of(path));
}

}
