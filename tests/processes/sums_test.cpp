// Sums of segments.
#include "image.hpp"
#include "segment_name.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <type_traits>
#include <vector>

namespace
{

using namespace test;

template <class T>
void put(T &place, int value)
{
    if constexpr (std::is_arithmetic_v<T>)
        place = static_cast<T>(value);
    else
        place = {static_cast<decltype(place.re)>(value), static_cast<decltype(place.im)>(-2 * value)};
}

template <class T>
bool equal(const T &left, const T &right)
{
    return std::memcmp(&left, &right, sizeof(T)) == 0;
}

// Sums two and three images of one type: 3 + 100 (+ 200, which wraps in 8 bits).
template <class T>
void check_sum(uint8_t code)
{
    SegmentName names[4];
    Image inputs[3], sum;
    IMAGE *cube[3];
    std::vector<T> data(6);
    const int values[] = {3, 100, 27};
    for (int channel = 0; channel < 3; ++channel)
    {
        inputs[channel].create(names[channel].text(), {2, 3}, code);
        for (T &value : data)
            put(value, values[channel]);
        require(daoShmImage2Shm(data.data(), 6, inputs[channel]), "publish");
        cube[channel] = inputs[channel];
    }
    sum.create(names[3].text(), {2, 3}, code, 2);
    T expected;
    for (int channels = 1; channels <= 3; ++channels)
    {
        ASSERT_EQ(daoShmCombineShm2Shm(cube, sum, channels, 6), DAO_SUCCESS) << daoLastErrorMessage();
        require(daoShmReadNewest(sum, data.data(), 6, nullptr, nullptr), "read");
        put(expected, channels == 1 ? 3 : channels == 2 ? 103 : 130);
        for (const T &value : data)
            EXPECT_TRUE(equal(value, expected)) << channels << " channels";
    }
    ASSERT_EQ(daoShmCombineShm2Shm(cube, sum, 1, 4), DAO_SUCCESS); // the rest: the last sum
    require(daoShmReadNewest(sum, data.data(), 6, nullptr, nullptr), "read");
    put(expected, 3);
    EXPECT_TRUE(equal(data[3], expected));
    put(expected, 130);
    EXPECT_TRUE(equal(data[4], expected));
    EXPECT_EQ(daoShmGetCounter(sum), 4u);
}

TEST(Sums, OfNoElementsAreTheLastFrameAgain)
{
    SegmentName names[2];
    Image input, sum;
    uint32_t data[3] = {1, 2, 3};
    input.create(names[0].text(), {3}, _DATATYPE_UINT32);
    sum.create(names[1].text(), {3}, _DATATYPE_UINT32, 2);
    require(daoShmImage2Shm(data, 3, sum), "publish");
    IMAGE *cube[1] = {input};
    ASSERT_EQ(daoShmCombineShm2Shm(cube, sum, 1, 0), DAO_SUCCESS) << daoLastErrorMessage();
    uint32_t read[3] = {};
    require(daoShmReadNewest(sum, read, 3, nullptr, nullptr), "read");
    EXPECT_EQ(std::memcmp(read, data, sizeof data), 0);
    EXPECT_EQ(daoShmGetCounter(sum), 2u);
}

TEST(Sums, AreElementWiseForEveryType)
{
#define CHECK_SUM(NAME, code, type, member, name) \
    {                                             \
        SCOPED_TRACE(name);                       \
        check_sum<type>(code);                    \
    }
    DAO_ELEMENT_TYPES(CHECK_SUM)
#undef CHECK_SUM
}

TEST(Sums, TakeUpToSixtyFourImagesAndMayAddToThemselves)
{
    SegmentName name, sum_name;
    Image one, sum;
    one.create(name.text(), {3}, _DATATYPE_INT16);
    sum.create(sum_name.text(), {3}, _DATATYPE_INT16);
    int16_t data[3] = {1, -2, 1000};
    require(daoShmImage2Shm(data, 3, one), "publish");
    std::vector<IMAGE *> cube(64, one);
    ASSERT_EQ(daoShmCombineShm2Shm(cube.data(), sum, 64, 3), DAO_SUCCESS);
    require(daoShmReadNewest(sum, data, 3, nullptr, nullptr), "read");
    EXPECT_EQ(data[0], 64);
    EXPECT_EQ(data[1], -128);
    EXPECT_EQ(data[2], static_cast<int16_t>(64000));
    IMAGE *both[2] = {sum, one};
    ASSERT_EQ(daoShmCombineShm2Shm(both, sum, 2, 3), DAO_SUCCESS);
    require(daoShmReadNewest(sum, data, 3, nullptr, nullptr), "read");
    EXPECT_EQ(data[0], 65);
}

TEST(Sums, MayBeOfAThousandChannels)
{
    constexpr int channels = DAO_MAX_COMBINE_CHANNELS;
    static_assert(channels == 1024);
    SegmentName name;
    Image channel, sum;
    channel.create(name.text(), {4}, _DATATYPE_UINT32, 1, 0, 0);
    sum.create(name.text(), {4}, _DATATYPE_UINT32, 1, 0, 0);
    uint32_t data[4] = {1, 2, 3, 4};
    require(daoShmImage2Shm(data, 4, channel), "publish");
    std::vector<IMAGE *> cube(channels, static_cast<IMAGE *>(channel));
    for (const int count : {1, 64, 65, 70, 1024})
    {
        ASSERT_EQ(daoShmCombineShm2Shm(cube.data(), sum, count, 4), DAO_SUCCESS) << daoLastErrorMessage();
        for (uint32_t index = 0; index < 4; ++index)
            EXPECT_EQ(sum->array.UI32[index], static_cast<uint32_t>(count) * (index + 1));
    }
}

}
