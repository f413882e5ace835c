// Creators of the same name at the same time.
#include "image.hpp"
#include "role.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace
{

using namespace test;

// Creates, and says what came of it: the segment's id, and whether it is still the one of the name.
int play_creator(const Arguments &arguments)
{
    const auto at = Clock::time_point(Clock::duration(std::stoll(arguments.at(2))));
    const auto elements = static_cast<uint32_t>(std::stoul(arguments.at(1)));
    say("ready");
    std::this_thread::sleep_until(at);
    Image image;
    if (image.try_create(arguments.at(0), {elements}, _DATATYPE_UINT32, 2) != DAO_SUCCESS)
    {
        say(std::string("failed: ") + daoLastErrorMessage());
        return 2;
    }
    say(std::to_string(image.info().segment_id));
    if (!eventually([&] { return std::filesystem::exists(arguments.at(0) + ".look"); }))
        return 3;
    const int_fast8_t status = daoShmCheckReplaced(image);
    say(status == DAO_SUCCESS ? "kept" : status == DAO_REPLACED ? "replaced" : "lost");
    return 0;
}

const Role creator("creator", play_creator);

// Starts creators of the name at one moment and checks that one segment remains, and that each knows its own's fate.
void create_at_once(const std::vector<uint32_t> &sizes)
{
    SegmentName name;
    const auto at = Clock::now() + milliseconds(400);
    std::vector<Child> creators;
    for (const uint32_t elements : sizes)
        creators.emplace_back(
            "creator", Arguments{name.text(), std::to_string(elements), std::to_string(at.time_since_epoch().count())});
    std::vector<std::string> ids;
    for (Child &child : creators)
        ASSERT_EQ(child.line(), "ready");
    for (Child &child : creators)
        ids.push_back(child.line());
    const std::string look = name.text() + ".look"; // all have created: now each may check what became of it
    std::ofstream(look).close();
    Image last;
    last.open(name.text());
    const std::string id = std::to_string(last.info().segment_id);
    for (size_t index = 0; index < creators.size(); ++index)
    {
        EXPECT_EQ(creators[index].line(), ids[index] == id ? "kept" : "replaced") << ids[index];
        EXPECT_EQ(creators[index].wait(), 0);
    }
    std::filesystem::remove(look);
    EXPECT_EQ(name.file_count(), 1u);
    const std::vector<uint32_t> frame(last->md->nelement, 1);
    require(daoShmSetData(last, frame.data(), frame.size()), "publish");
    EXPECT_EQ(daoShmGetCounter(last), 1u);
}

TEST(Creators, OfTheSameNameAndGeometryShareOneSegment)
{
    for (int round = 0; round < 2; ++round)
        create_at_once(std::vector<uint32_t>(6, 1000));
}

TEST(Creators, OfTheSameNameAndOtherGeometryLeaveOneSegmentAndTheLosersAreTold)
{
    for (int round = 0; round < 2; ++round)
        create_at_once({1000, 1001, 1002, 1000, 1001, 1002});
}

}
