// Every element type, 1 to 3 axes, depth 1 to N, through Dao::Shm.
#include "segment_name.hpp"

#include <gtest/gtest.h>

namespace
{
#define LIST_TYPE(NAME, code, type, member, name) type,
using ElementTypes = ::testing::Types < DAO_ELEMENT_TYPES(LIST_TYPE)
std::complex<float>, std::complex < double >> ;
#undef LIST_TYPE

template <typename T>
T value(size_t index)
{
    if constexpr (std::is_arithmetic_v<T>)
    {
        return static_cast<T>(index % 100);
    }
    else if constexpr (std::is_same_v<T, complex_float> || std::is_same_v<T, complex_double>)
    {
        return T{static_cast<decltype(T::re)>(index), static_cast<decltype(T::re)>(index + 1)};
    }
    else
    {
        using Part = typename T::value_type;
        return T{static_cast<Part>(index), static_cast<Part>(index + 1)};
    }
}

template <typename T>
std::vector<T> ramp(size_t count, size_t first)
{
    std::vector<T> frame(count);
    for (size_t index = 0; index < count; ++index)
    {
        frame[index] = value<T>(first + index);
    }
    return frame;
}

template <typename T>
bool same(const T *one, const T *other, size_t count)
{
    return std::memcmp(one, other, count * sizeof(T)) == 0;
}

template <typename T>
class ShmOfType : public ::testing::Test
{
};
TYPED_TEST_SUITE(ShmOfType, ElementTypes, );

TYPED_TEST(ShmOfType, CarriesFramesOfEveryShapeAndDepth)
{
    using T = TypeParam;
    for (const Dao::Shape &shape : {Dao::Shape{7}, Dao::Shape{3, 5}, Dao::Shape{2, 3, 4}})
    {
        for (const uint32_t depth : {1u, 2u, 5u})
        {
            const SegmentName name;
            Dao::Shm<T> writer(name, shape, nullptr, depth);
            Dao::Shm<T> reader(name);
            ASSERT_EQ(reader.get_shape(), shape);
            ASSERT_EQ(reader.get_depth(), depth);
            ASSERT_EQ(reader.get_meta_data()->atype, Dao::Shm<T>::element_type);
            const auto count = static_cast<size_t>(reader.get_element_count());
            std::vector<T> got;
            for (size_t number = 1; number <= 2 * depth + 1; ++number)
            {
                const auto frame = ramp<T>(count, number);
                writer.set_frame(frame.data());
                const auto newest = reader.read(got);
                ASSERT_TRUE(newest);
                ASSERT_EQ(newest.cnt0, number);
                ASSERT_TRUE(same(got.data(), frame.data(), count));
                const auto next = reader.read_next(got);
                ASSERT_EQ(next.status, DAO_SUCCESS);
                ASSERT_EQ(next.cnt0, number);
                ASSERT_TRUE(same(got.data(), frame.data(), count));
                ASSERT_TRUE(same(reader.get_frame(), frame.data(), count));
            }
            EXPECT_EQ(reader.read_last(got, depth).cnt0, depth + 2);
            EXPECT_EQ(got.size(), depth * count);
        }
    }
}

TYPED_TEST(ShmOfType, PublishesTheInitialFrame)
{
    auto frame = ramp<TypeParam>(6, 3);
    const SegmentName name;
    const Dao::Shm<TypeParam> writer(name, {2, 3}, frame.data());
    EXPECT_EQ(writer.get_counter(), 1u);
    Dao::Shm<TypeParam> reader(name);
    EXPECT_TRUE(same(reader.get_frame(), frame.data(), 6));
}

TYPED_TEST(ShmOfType, OpensOnlyAsItsOwnType)
{
    const SegmentName name;
    const Dao::Shm<TypeParam> writer(name, {4});
    const auto open_as = [&](auto element) {
        using Other = decltype(element);
        const auto code = error_of([&] { Dao::Shm<Other> reader(name); });
        const bool own = Dao::ElementType<Other>::code == Dao::ElementType<TypeParam>::code;
        EXPECT_EQ(code, own ? DAO_E_NONE : DAO_E_TYPE) << daoTypeName(Dao::ElementType<Other>::code);
    };
#define OPEN_AS(NAME, code, type, member, name) open_as(type{});
    DAO_ELEMENT_TYPES(OPEN_AS)
#undef OPEN_AS
    open_as(std::complex<float>{});
    open_as(std::complex<double>{});
}

TYPED_TEST(ShmOfType, LoanIsPublishedOnCommitOnly)
{
    const SegmentName name;
    Dao::Shm<TypeParam> shm(name, {2, 3}, nullptr, 2);
    const auto frame = ramp<TypeParam>(6, 8);
    {
        auto loan = shm.begin_write();
        ASSERT_EQ(loan.size(), 6u);
        std::copy(frame.begin(), frame.end(), loan.begin());
        loan.commit();
        EXPECT_EQ(error_of([&] { loan.commit(); }), DAO_E_STATE);
    }
    EXPECT_EQ(shm.get_counter(), 1u);
    {
        auto loan = shm.begin_write();
        loan[0] = value<TypeParam>(50);
    }
    EXPECT_EQ(shm.get_counter(), 1u);
    std::vector<TypeParam> got;
    ASSERT_TRUE(shm.read(got));
    EXPECT_TRUE(same(got.data(), frame.data(), 6));
}
} // namespace
