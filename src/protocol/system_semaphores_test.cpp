#include "base/word.hpp"
#include "protocol/system_semaphores.hpp"

#include <gtest/gtest.h>

#include <array>

namespace dao::protocol
{
namespace
{

template <bool Fences>
struct Values
{
    using Fence = base::Fence;
    static constexpr bool takes_are_fences = Fences;

    std::array<uint32_t, 4> *values;

    base::Word<uint32_t> value(uint32_t number) const { return base::Word<uint32_t>(&(*values)[number]); }
    void post(uint32_t number) const { ++(*values)[number]; }
};

template <class Memory>
class SystemSemaphoresTest : public testing::Test
{
  protected:
    std::array<uint32_t, 4> values_{0, 1, 7, 0};
    SystemSemaphores<Memory> semaphores_{Memory{&values_}};
};

using Kinds = testing::Types<Values<true>, Values<false>>;
TYPED_TEST_SUITE(SystemSemaphoresTest, Kinds);

TYPED_TEST(SystemSemaphoresTest, APublishPostsTheEmptyOnesAmongThoseThereAre)
{
    this->semaphores_.post_all(3);
    EXPECT_EQ(this->values_, (std::array<uint32_t, 4>{1, 1, 7, 0}));
    this->semaphores_.post_all(4);
    EXPECT_EQ(this->values_, (std::array<uint32_t, 4>{1, 1, 7, 1}));
}

TYPED_TEST(SystemSemaphoresTest, APostIsOfOneAndIsNotAddedUp)
{
    this->semaphores_.post(3);
    this->semaphores_.post(3);
    this->semaphores_.post(1);
    EXPECT_EQ(this->values_, (std::array<uint32_t, 4>{0, 1, 7, 1}));
}

}
}
