// How a lock is waited for beside a writer that holds it nearly always.
#include "base/interrupts.hpp"
#include "segment/life.hpp"
#include "segment/lock_wait.hpp"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

namespace dao::segment
{
namespace
{

using protocol::LockResult;

// How long each run of attempts lasted, one after the other without a sleep.
std::vector<int64_t> run_lengths(const std::vector<int64_t> &attempts_ns)
{
    constexpr int64_t least_sleep_ns = 40'000;
    std::vector<int64_t> lengths;
    int64_t begin_ns = attempts_ns.front();
    for (size_t index = 1; index < attempts_ns.size(); ++index)
    {
        if (attempts_ns[index] - attempts_ns[index - 1] < least_sleep_ns)
            continue;
        lengths.push_back(attempts_ns[index - 1] - begin_ns);
        begin_ns = attempts_ns[index];
    }
    return lengths;
}

TEST(LockWait, TriesForAGoodPartOfTheTime)
{
    constexpr int64_t limit_ns = 300'000'000;
    constexpr int64_t least_ns = 80'000; // of each 1 ms, the longest sleep
    format::Geometry geometry;
    geometry.naxis = 1;
    geometry.size[0] = 4;
    geometry.atype = _DATATYPE_FLOAT;
    geometry.depth = 1;
    SegmentPointer segment;
    ASSERT_EQ(create_private("lock-wait", geometry, segment), Status::success);
    base::Interrupts interrupts;
    std::vector<int64_t> attempts_ns;
    attempts_ns.reserve(8'000'000);
    const auto try_once = [&](bool) noexcept {
        attempts_ns.push_back(platform::monotonic_ns());
        return LockResult::busy;
    };
    LockResult result = LockResult::busy;
    const int64_t former_ns = std::exchange(base::lock_limit_ns, limit_ns);
    const Status status = wait_for_lock(*segment, segment->writer_lock(), "writer lock", interrupts, try_once, result);
    base::lock_limit_ns = former_ns;
    EXPECT_EQ(status, Status::error);
    std::vector<int64_t> lengths = run_lengths(attempts_ns);
    ASSERT_GE(lengths.size(), 10u);
    // A machine that is busy with others cuts some short; the first sleeps are short, and so are the runs between them.
    const auto high = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() * 3 / 4);
    std::nth_element(lengths.begin(), high, lengths.end());
    EXPECT_GE(*high, least_ns);
}

}
}
