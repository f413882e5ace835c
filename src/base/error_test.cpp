#include "base/error.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace dao::base
{
namespace
{

TEST(Error, KeepsCodeAndMessage)
{
    EXPECT_EQ(fail(DAO_E_RANGE, "%s: %d elements; expected %d", "camera", 7, 5), Status::error);
    EXPECT_EQ(last_error_code(), DAO_E_RANGE);
    EXPECT_STREQ(last_error_message(), "camera: 7 elements; expected 5");
}

TEST(Error, CommonFailuresSayWhatWasFoundAndWhatWasExpected)
{
    EXPECT_EQ(fail_null("camera", "data"), Status::error);
    EXPECT_EQ(last_error_code(), DAO_E_ARGUMENT);
    EXPECT_STREQ(last_error_message(), "camera: the data is a null pointer; expected its address");
    EXPECT_EQ(fail_read_only("camera", "write"), Status::error);
    EXPECT_EQ(last_error_code(), DAO_E_READ_ONLY);
    EXPECT_STREQ(last_error_message(),
                 "camera: cannot write: open for reading only; expected a segment that is open for writing");
    EXPECT_EQ(fail_no_memory(nullptr, "handle"), Status::error);
    EXPECT_EQ(last_error_code(), DAO_E_NO_MEMORY);
    EXPECT_STREQ(last_error_message(), "segment: out of memory for the handle; expected room for it");
}

TEST(Error, CutsAMessageThatIsTooLong)
{
    const std::string text(2'000, 'x');
    (void)fail(DAO_E_SYSTEM, "%s", text.c_str());
    const std::string kept = last_error_message();
    EXPECT_GT(kept.size(), 100u);
    EXPECT_EQ(kept, text.substr(0, kept.size()));
}

TEST(Error, OfACallThatFollowedIsThatOfTheCallBefore)
{
    (void)fail(DAO_E_RANGE, "of a call before");
    (void)condition(Status::replaced, "/tmp/mirror");
    EXPECT_EQ(last_error_code(), DAO_E_REPLACED);
    (void)fail(DAO_E_FORMAT, "not yet made");
    take_back_replaced();
    EXPECT_EQ(last_error_code(), DAO_E_RANGE);
    EXPECT_STREQ(last_error_message(), "of a call before");
}

TEST(Error, ConditionsHaveACodeAndNameTheSegment)
{
    const struct
    {
        Status status;
        DAO_ERROR_CODE code;
    } expected[] = {{Status::timeout, DAO_E_TIMEOUT},     {Status::overwrite, DAO_E_OVERWRITE},
                    {Status::not_ready, DAO_E_NOT_READY}, {Status::interrupted, DAO_E_INTERRUPTED},
                    {Status::replaced, DAO_E_REPLACED},   {Status::removed, DAO_E_REMOVED}};
    for (const auto &row : expected)
    {
        EXPECT_EQ(condition(row.status, "/tmp/mirror"), row.status);
        EXPECT_EQ(last_error_code(), row.code);
        EXPECT_EQ(std::string(last_error_message()).rfind("/tmp/mirror: ", 0), 0u) << last_error_message();
        EXPECT_STREQ(last_error_message(), last_error_message());
    }
}

TEST(Error, SuccessRecordsNothing)
{
    (void)fail(DAO_E_NAME, "the last failure");
    EXPECT_EQ(condition(Status::success, "camera"), Status::success);
    EXPECT_EQ(last_error_code(), DAO_E_NAME);
    EXPECT_STREQ(last_error_message(), "the last failure");
}

TEST(Error, AFailureReplacesAConditionNobodyAskedFor)
{
    (void)condition(Status::timeout, "camera");
    (void)fail(DAO_E_NAME, "the last failure");
    EXPECT_STREQ(last_error_message(), "the last failure");
}

TEST(Error, BelongsToItsThread)
{
    (void)fail(DAO_E_NAME, "mine");
    std::thread([] {
        EXPECT_EQ(last_error_code(), DAO_E_NONE);
        (void)fail(DAO_E_SHAPE, "theirs");
    }).join();
    EXPECT_EQ(last_error_code(), DAO_E_NAME);
    EXPECT_STREQ(last_error_message(), "mine");
}

}
}
