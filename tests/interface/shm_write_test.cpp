// Writing through Dao::Shm: packets, slices, sums, counters, times, semaphores, and what bad input gets.
#include "segment_name.hpp"

#include <filesystem>
#include <gtest/gtest.h>
#include <numeric>
#include <thread>

namespace
{
std::vector<float> constant(size_t count, float value)
{
    return std::vector<float>(count, value);
}

TEST(ShmWrite, ShortVectorLeavesTheRestOfTheFrame)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {4});
    shm.set_frame(constant(4, 1));
    shm.set_frame(constant(2, 2));
    std::vector<float> got;
    ASSERT_TRUE(shm.read(got));
    EXPECT_EQ(got, (std::vector<float>{2, 2, 1, 1}));
    EXPECT_EQ(error_of([&] { shm.set_frame(constant(5, 3)); }), DAO_E_RANGE);
    EXPECT_EQ(error_of([&] { shm.set_frame(static_cast<const float *>(nullptr)); }), DAO_E_ARGUMENT);
    EXPECT_EQ(shm.get_counter(), 2u);
}

// Whether it has room or not.
TEST(ShmWrite, EmptyVectorPublishesTheLastFrameAgain)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {4});
    shm.set_frame(constant(4, 1));
    std::vector<float> empty;
    shm.set_frame(empty);
    EXPECT_EQ(shm.get_counter(), 2u);
    empty.reserve(4);
    shm.set_frame(empty);
    EXPECT_EQ(shm.get_counter(), 3u);
    std::vector<float> got;
    ASSERT_TRUE(shm.read(got)) << "an empty one is given its size";
    EXPECT_EQ(got, constant(4, 1));
}

TEST(ShmWrite, PacketsOfSeveralThreadsMakeOneFrame)
{
    constexpr uint32_t packets = 8, elements = 64;
    const SegmentName name;
    Dao::Shm<uint16_t> shm(name, {packets, elements}, nullptr, 2);
    std::vector<uint16_t> frame(packets * elements);
    std::iota(frame.begin(), frame.end(), uint16_t{0});
    std::vector<std::thread> threads;
    for (uint32_t packet = 0; packet < packets; ++packet)
    {
        threads.emplace_back([&, packet] {
            const uint32_t position = packet * elements;
            shm.write_packet(frame.data() + position, elements, position, static_cast<uint16_t>(packet), packets, 31);
        });
    }
    for (auto &thread : threads)
    {
        thread.join();
    }
    EXPECT_EQ(shm.get_counter(), 0u);
    shm.finalise();
    std::vector<uint16_t> got;
    ASSERT_TRUE(shm.read(got));
    EXPECT_EQ(got, frame);
    EXPECT_EQ(shm.get_meta_data()->lastNbArray[packets - 1], 31u);
    EXPECT_EQ(error_of([&] { shm.write_packet(frame.data(), 64, 449, 7, packets, 32); }), DAO_E_RANGE);
    EXPECT_EQ(shm.write_packet(frame.data(), 64, 0, 9, packets, 32), DAO_SUCCESS) << "its number is the program's";
}

TEST(ShmWrite, SlicesRoll)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {3, 2, 2});
    for (uint64_t number = 0; number < 5; ++number)
    {
        const auto slice = constant(4, static_cast<float>(number));
        shm.write_slice(slice.data());
        EXPECT_EQ(shm.get_cnt1(), number % 3);
        EXPECT_EQ(shm.get_cnt1(0), number % 3);
        EXPECT_EQ(shm.get_counter(), number + 1);
    }
    EXPECT_EQ(shm.get_frame()[4], 4.0f);
    const SegmentName flat;
    Dao::Shm<float> two_axes(flat, {3, 2});
    EXPECT_NE(error_of([&] { two_axes.write_slice(shm.get_frame()); }), DAO_E_NONE);
}

TEST(ShmWrite, QuietDataIsPublishedByFinalise)
{
    const SegmentName name;
    Dao::Shm<double> shm(name, {2});
    const double frame[] = {1.5, 2.5};
    shm.set_frame_quiet(frame);
    EXPECT_EQ(shm.get_counter(), 0u);
    shm.finalise();
    EXPECT_EQ(shm.get_counter(), 1u);
    EXPECT_EQ(shm.get_frame()[1], 2.5);
}

TEST(ShmWrite, CombineAddsUp)
{
    const SegmentName one_name, two_name, sum_name;
    Dao::Shm<int32_t> one(one_name, {3}), two(two_name, {3}), sum(sum_name, {3});
    one.set_frame(std::vector<int32_t>{1, 2, 3});
    two.set_frame(std::vector<int32_t>{10, 20, 30});
    sum.combine({&one, &two}, 3);
    EXPECT_EQ(sum.get_frame()[2], 33);
    EXPECT_EQ(error_of([&] { sum.combine({&one, nullptr}, 3); }), DAO_E_ARGUMENT);
    EXPECT_EQ(error_of([&] { sum.combine({&one, &two}, 4); }), DAO_E_RANGE);
}

TEST(ShmWrite, IdAndTimeBelongToTheNextFrame)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {2}, nullptr, 3);
    const Dao::TimePoint time(std::chrono::nanoseconds(1'700'000'000'123'456'789));
    shm.set_frame_id(4711);
    shm.set_acquisition_time(time);
    shm.set_frame(constant(2, 1));
    EXPECT_EQ(shm.get_frame_id(), 4711u);
    EXPECT_EQ(shm.get_timestamp(), 1'700'000'000'123'456'789);
    const uint32_t newest = shm.get_meta_data(0)->fifo_last_written;
    EXPECT_EQ(shm.get_meta_data(), shm.get_meta_data(newest));
    EXPECT_EQ(shm.get_frame_id(newest), 4711u);
    EXPECT_EQ(shm.get_frame_id(newest + 3), 4711u);
    EXPECT_EQ(shm.get_timestamp(newest), 1'700'000'000'123'456'789);
    EXPECT_EQ(shm.get_counter(newest), 1u);
    std::vector<float> got;
    EXPECT_EQ(shm.read(got).acquisition_time, time);
    ASSERT_TRUE(shm.last_frame());
    EXPECT_EQ(shm.last_frame()->cnt2, 4711u);

    shm.set_frame(constant(2, 2));
    const auto age = std::chrono::system_clock::now() - shm.read(got).acquisition_time;
    EXPECT_LT(std::chrono::abs(age), std::chrono::minutes(1));
    shm.set_acquisition_time(time);
    shm.set_frame(constant(2, 3));
    shm.timestamp();
    EXPECT_GT(shm.get_timestamp(), time.time_since_epoch().count());
}

TEST(ShmWrite, SemaphoresArePostedOneByOneOrAll)
{
    using namespace std::chrono_literals;
    const SegmentName name;
    Dao::Shm<float> shm(name, {2});
    EXPECT_EQ(shm.wait_for_semaphore(5, 1ms), DAO_TIMEOUT);
    shm.post(5);
    EXPECT_EQ(shm.wait_for_semaphore(5, 1s), DAO_SUCCESS);
    EXPECT_EQ(shm.wait_for_semaphore(5, 0ms), DAO_TIMEOUT);
    shm.post_all();
    EXPECT_EQ(shm.wait_for_semaphore(0, 1s), DAO_SUCCESS);
    EXPECT_EQ(shm.wait_for_semaphore(9), DAO_SUCCESS);
    EXPECT_EQ(error_of([&] { shm.post(10); }), DAO_E_SEMAPHORE);
    EXPECT_EQ(error_of([&] { shm.wait_for_semaphore(-2, 1ms); }), DAO_E_SEMAPHORE);
    EXPECT_EQ(shm.claim_semaphore(), 0);
    EXPECT_NE(shm.semaphore_user(0), 0u);
    EXPECT_EQ(shm.wait_for_semaphore(DAO_SEM_AUTO, 1ms), DAO_TIMEOUT);
    shm.post(0);
    EXPECT_EQ(shm.wait_for_semaphore(DAO_SEM_AUTO, 1s), DAO_SUCCESS);
    shm.release_semaphore();
    EXPECT_EQ(shm.semaphore_user(0), 0u);
}

TEST(ShmWrite, KeywordsKeepTypeTextAndComment)
{
    const SegmentName name;
    Dao::CreateOptions options;
    options.keywords = 4;
    Dao::Shm<float> shm(name, {2}, options);
    shm.set_keyword("gain", 3, "integer");
    shm.set_keyword("period", 0.25);
    shm.set_keyword("sixteen_letters_", "sixteen letters.");
    shm.set_keyword("gain", 4);
    const Dao::Shm<float> other(name);
    EXPECT_EQ(std::get<int64_t>(other.get_keyword("gain").value), 4);
    EXPECT_EQ(other.get_keyword("gain").comment, "integer");
    EXPECT_EQ(std::get<double>(other.get_keyword("period").value), 0.25);
    EXPECT_EQ(std::get<std::string>(other.get_keyword("sixteen_letters_").value), "sixteen letters.");
    EXPECT_EQ(other.keywords().size(), 3u);
    EXPECT_EQ(other.keywords()[2].name, "sixteen_letters_");
    EXPECT_FALSE(other.find_keyword("none"));
    EXPECT_TRUE(other.find_keyword("period"));
    EXPECT_EQ(error_of([&] { other.get_keyword("none"); }), DAO_E_NOT_FOUND);
    EXPECT_EQ(error_of([&] { shm.set_keyword("text", std::string(17, 'x')); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keyword(std::string(17, 'n'), 1); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keywords({{"list", std::string(17, 'x'), ""}}); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keywords({{std::string(17, 'n'), 1.5, ""}}); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keywords({{"list", 1.5, std::string(80, 'c')}}); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keywords({{std::string("a\0b", 3), 1.5, ""}}); }), DAO_E_KEYWORD);
    shm.set_keywords({{"period", 0.5, ""}, {"gain", int64_t{4}, ""}}, DAO_KEYWORDS_KEEP_COMMENTS);
    EXPECT_EQ(std::get<double>(other.get_keyword("period").value), 0.5);
    EXPECT_EQ(other.get_keyword("gain").comment, "integer");
    const std::vector<Dao::Keyword> before = other.keywords();
    shm.set_keywords({}, DAO_KEYWORDS_ONLY_THESE);
    EXPECT_EQ(other.keywords().size(), 0u);
    shm.set_keywords(before); // what was read can be set
    EXPECT_EQ(std::get<std::string>(other.get_keyword("sixteen_letters_").value), "sixteen letters.");
    shm.set_keyword("fourth", 1);
    EXPECT_EQ(error_of([&] { shm.set_keyword("fifth", 1); }), DAO_E_KEYWORD);
    shm.remove_keyword("gain");
    EXPECT_EQ(error_of([&] { shm.remove_keyword("gain"); }), DAO_E_NOT_FOUND);
    EXPECT_EQ(shm.keywords().size(), 3u);
    EXPECT_EQ(shm.count_keywords(), 3u);
}

TEST(ShmWrite, SlotBeingWrittenHasNoIdAndNoTime)
{
    const SegmentName name, single_name;
    Dao::Shm<float> shm(name, {2}, nullptr, 3), single(single_name, {2});
    for (Dao::Shm<float> *each : {&shm, &single})
    {
        each->set_frame_id(11);
        each->set_acquisition_time(Dao::TimePoint(std::chrono::nanoseconds(5)));
        each->set_frame(constant(2, 1));
    }
    const uint32_t newest = shm.newest_frame()->slot, next = (newest + 1) % 3;
    EXPECT_FALSE(shm.frame_at(next)) << "it never held a frame";
    EXPECT_EQ(shm.get_counter(next), 0u);
    ASSERT_TRUE(shm.frame_at(newest));
    EXPECT_EQ(shm.frame_at(newest)->cnt0, 1u);
    {
        const auto loan = shm.begin_write(), single_loan = single.begin_write();
        EXPECT_FALSE(shm.frame_at(next));
        EXPECT_EQ(shm.get_frame_id(next), 0u);
        EXPECT_EQ(shm.get_frame_id(), 11u) << "the newest frame lies in another slot";
        EXPECT_EQ(shm.get_timestamp(), 5);
        EXPECT_FALSE(single.newest_frame());
        EXPECT_EQ(single.get_frame_id(), 0u);
        EXPECT_EQ(single.get_timestamp(), 0);
        EXPECT_EQ(single.get_counter(0), 0u);
    }
    single.set_frame_id(12);
    single.set_frame(constant(2, 2));
    EXPECT_EQ(single.get_frame_id(), 12u);
    EXPECT_EQ(single.get_frame_id(0), 12u);
    EXPECT_EQ(single.get_counter(0), single.get_counter());
}

TEST(ShmWrite, KeywordWithAZeroByteIsRefusedAndTheShorterOneLeftAlone)
{
    const SegmentName name;
    Dao::CreateOptions options;
    options.keywords = 4;
    Dao::Shm<float> shm(name, {2}, options);
    shm.set_keyword("gain", 3, "integer");
    const std::string longer("gain\0x", 6);
    EXPECT_EQ(error_of([&] { shm.set_keyword(longer, 4); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keyword(longer, 0.5, "real"); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keyword(longer, "text"); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keyword("gain", longer); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.set_keyword("gain", 4, longer); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.get_keyword(longer); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.find_keyword(longer); }), DAO_E_KEYWORD);
    EXPECT_EQ(error_of([&] { shm.remove_keyword(longer); }), DAO_E_KEYWORD);
    ASSERT_EQ(shm.keywords().size(), 1u);
    EXPECT_EQ(std::get<int64_t>(shm.get_keyword("gain").value), 3);
    EXPECT_EQ(shm.get_keyword("gain").comment, "integer");
}

TEST(ShmWrite, IntoASegmentThatWasReplacedIsToldAndWritesNothing)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {2, 3, 4});
    const std::vector<float> frame = constant(24, 1);
    EXPECT_EQ(shm.set_frame(frame), DAO_SUCCESS);
    Dao::Loan<float> loan = shm.begin_write();
    Dao::Shm<float> other(name, {5});
    EXPECT_EQ(loan.commit(), DAO_REPLACED);
    EXPECT_EQ(shm.set_frame(frame), DAO_REPLACED);
    EXPECT_EQ(shm.set_frame_quiet(frame.data()), DAO_REPLACED);
    EXPECT_EQ(shm.write_slice(frame.data()), DAO_REPLACED);
    EXPECT_EQ(shm.write_packet(frame.data(), 1, 0, 0, 1, 1), DAO_REPLACED);
    EXPECT_EQ(shm.finalise(), DAO_REPLACED);
    EXPECT_EQ(shm.timestamp(), DAO_REPLACED);
    EXPECT_EQ(shm.combine({&shm}, 24), DAO_REPLACED);
    EXPECT_EQ(shm.get_counter(), 1u);
    EXPECT_EQ(error_of([&] { shm.begin_write(); }), DAO_E_REPLACED) << "there is no slot to lend";
    EXPECT_EQ(error_of([&] { shm.get_keyword("GAIN"); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.find_keyword("GAIN"); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.set_keyword("GAIN", int64_t{1}); }), DAO_E_REPLACED);
    Dao::remove_segment(name);
    EXPECT_EQ(other.set_frame(constant(5, 2)), DAO_REMOVED);
}

TEST(ShmWrite, LoanOfBeforeTheImageWasOpenedAgainIsNoneOfItsLoansSince)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {4});
    {
        Dao::Loan<float> before = shm.begin_write();
        shm.reopen();
        shm.reopen(); // there is room again where the first one was
        Dao::Loan<float> loan = shm.begin_write();
        EXPECT_EQ(before.size(), 0u);
        before.data()[0] = 1;
        EXPECT_EQ(error_of([&] { before.commit(); }), DAO_E_STATE);
        before.abort();
        std::fill(loan.begin(), loan.end(), 7.0f);
        EXPECT_EQ(loan.commit(), DAO_SUCCESS);
    }
    EXPECT_EQ(shm.get_counter(), 1u);
    EXPECT_EQ(shm.borrow_newest().data()[3], 7.0f);
}

#ifndef _WIN32 // which keeps files that are mapped from being truncated
TEST(ShmWrite, WhatIsAskedOfATruncatedFileIsAnError)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {2, 3}, nullptr, 3);
    std::filesystem::resize_file(name.text(), 0);
    EXPECT_EQ(error_of([&] { shm.info(); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.get_depth(); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.get_meta_data(1); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.readers(); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.post(0); }), DAO_E_REPLACED);
    EXPECT_EQ(error_of([&] { shm.begin_write(); }), DAO_E_REPLACED);
    EXPECT_EQ(shm.borrow_newest().status(), DAO_REPLACED);
    EXPECT_EQ(shm.set_frame(constant(6, 1)), DAO_REPLACED);
    std::filesystem::remove(name.text()); // it is no segment any more
}
#endif

TEST(ShmWrite, UnlockFreesWhatAnotherHolds)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {4}), other(name);
    shm.unlock(); // nothing is locked
    Dao::Loan<float> loan = other.begin_write();
    EXPECT_EQ(error_of([&] { shm.unlock(); }), DAO_E_BUSY) << "its holder lives";
    shm.unlock(true);
    EXPECT_EQ(error_of([&] { loan.commit(); }), DAO_E_STATE);
    EXPECT_EQ(shm.set_frame(constant(4, 1)), DAO_SUCCESS);
}
} // namespace
