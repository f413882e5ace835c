// A writer that never rests and readers which it cannot see, nor they it: in another pid namespace, of another user. No torn,
// repeated, reordered or uncounted lost frame. Each run takes a second, or DAO_STRESS_SECONDS.
#include "holders_linux.hpp"
#include "timing.hpp"

#include <sstream>
#include <tuple>

namespace
{

using namespace test;

Action write_flat_out(const std::string &name)
{
    return [&name](const auto &say) {
        Image image;
        image.open(name);
        Frame frame(size);
        uint64_t number = 0;
        say("ready");
        for (const auto end = Clock::now() + stress_time(); Clock::now() < end || number < 100;)
        {
            fill(frame, ++number);
            require(daoShmImage2Shm(frame.data(), size, image), "publish");
        }
        say(std::to_string(number));
        sleep_on();
    };
}

// Until none has come for a while; says how many came, how many it missed, and the last one's counter.
Action read_all(const std::string &name, DAO_NEXT_ORDER order)
{
    return [&name, order](const auto &say) {
        Image image;
        image.open(name);
        DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
        how.order = order;
        how.timeout_ns = 3 * second_ns;
        Frame frame(size);
        uint64_t frames = 0, lost = 0, last = 0;
        say("ready");
        for (;;)
        {
            DAO_FRAME read = DAO_FRAME_INIT;
            uint64_t missed = 0;
            const int_fast8_t status = daoShmNext(image, &how, frame.data(), size, &read, &missed);
            if (status == DAO_TIMEOUT)
                break;
            if (status == DAO_OUTRUN || status == DAO_NOTREADY)
                continue;
            const bool is_good = (status == DAO_SUCCESS || status == DAO_OVERWRITE) && is_frame(frame, read.cnt0) &&
                                 read.cnt0 == last + 1 + missed;
            if (!is_good)
            {
                say("status " + std::to_string(status) + " frame " + std::to_string(read.cnt0) + " after " +
                    std::to_string(last) + " missed " + std::to_string(missed) +
                    (is_frame(frame, read.cnt0) ? "" : " torn") + ": " + daoLastErrorMessage());
                sleep_on();
            }
            ++frames;
            lost += missed;
            last = read.cnt0;
        }
        std::ostringstream tally;
        tally << frames << ' ' << lost << ' ' << last;
        say(tally.str());
        sleep_on();
    };
}

using Row = std::tuple<const Place *, const Place *>;

class StressElsewhere : public testing::TestWithParam<Row>
{
};

TEST_P(StressElsewhere, NoFrameIsTornRepeatedReorderedOrLostUncounted)
{
    const auto [writers, readers] = GetParam();
    Shared segment;
    Placed in_order(*readers, read_all(segment.name(), DAO_NEXT_IN_ORDER));
    Placed newest(*readers, read_all(segment.name(), DAO_NEXT_NEWEST));
    if (!in_order.is_possible() || !newest.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    ASSERT_EQ(in_order.line(), "ready");
    ASSERT_EQ(newest.line(), "ready");
    Placed writer(*writers, write_flat_out(segment.name()));
    if (!writer.is_possible())
        GTEST_SKIP() << "this machine does not allow it";
    ASSERT_EQ(writer.line(), "ready");
    const uint64_t written = std::stoull("0" + writer.line(60'000));
    EXPECT_GE(written, 100u);
    for (Placed *reader : {&in_order, &newest})
    {
        const std::string line = reader->line(60'000);
        std::istringstream tally(line);
        uint64_t frames = 0, lost = 0, last = 0;
        ASSERT_TRUE(tally >> frames >> lost >> last) << line;
        EXPECT_GT(frames, 0u);
        EXPECT_EQ(frames + lost, last);
        EXPECT_LE(last, written);
    }
}

INSTANTIATE_TEST_SUITE_P(Places, StressElsewhere,
                         testing::Values(Row{&here, &container}, Row{&container, &here}, Row{&container, &container},
                                         Row{&here, &as_nobody}, Row{&as_nobody, &container}),
                         [](const auto &row) {
                             const auto word = [](const Place *place) {
                                 return name_of_place(testing::TestParamInfo<const Place *>(place, 0));
                             };
                             return word(std::get<0>(row.param)) + "To" + word(std::get<1>(row.param));
                         });

}
