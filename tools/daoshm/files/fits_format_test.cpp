#include "files/fits_format.hpp"

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

}
