#include "files/repair.hpp"

#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "files/journal.hpp"
#include "text/exit_code.hpp"

using namespace daoshm;

namespace
{

/// A recording with frames of `shape` in its journal, and a file of no more than some bytes.
class Repair : public testing::TestWithParam<std::vector<uint64_t>>
{
  protected:
    void SetUp() override
    {
        FileHeader header;
        header.geometry = {_DATATYPE_DOUBLE, GetParam()};
        Journal journal(path_, header);
        journal.write_row(0, {0, {}});
        OutputFile file = OutputFile::create(path_);
        file.write(0, "some bytes", 10);
    }
    void TearDown() override
    {
        for (const std::string &name : {path_, journal_path(path_), path_ + ".json.part"})
            std::filesystem::remove(path_of(name));
    }
    const std::string path_ =
        (std::filesystem::temp_directory_path() / ("dao_repair_" + std::to_string(steady_ns()) + ".npy")).string();
};

}

TEST_P(Repair, IsRefusedOrFindsNoFrameWhereTheJournalTellsOfMoreThanThereIs)
{
    try
    {
        EXPECT_EQ(repair_recording(path_, [](uint64_t, uint64_t) {}).frames, 0u);
    }
    catch (const ToolError &error)
    {
        EXPECT_NE(std::string(error.what()).find("journal"), std::string::npos) << error.what();
    }
}

TEST_P(Repair, LeavesAnOlderFileWhereTheRecorderHadNoFrameYet)
{
    std::filesystem::remove(path_of(journal_path(path_)));
    FileHeader header;
    header.geometry = {_DATATYPE_DOUBLE, {4, 4}};
    {
        const Journal journal(path_, header);
    }
    EXPECT_EQ(repair_recording(path_, [](uint64_t, uint64_t) {}).frames, 0u);
    EXPECT_FALSE(needs_repair(path_));
    EXPECT_EQ(std::filesystem::file_size(path_of(path_)), 10u);
}

TEST_P(Repair, TakesAnEmptyJournalAwayOnlyWhereThereIsNoFile)
{
    std::filesystem::resize_file(path_of(journal_path(path_)), 0);
    EXPECT_THROW(repair_recording(path_, [](uint64_t, uint64_t) {}), ToolError);
    EXPECT_TRUE(needs_repair(path_));
    EXPECT_EQ(std::filesystem::file_size(path_of(path_)), 10u);
    std::filesystem::remove(path_of(path_));
    const RepairResult result = repair_recording(path_, [](uint64_t, uint64_t) {});
    EXPECT_EQ(result.frames, 0u);
    EXPECT_TRUE(result.paths.empty());
    EXPECT_FALSE(needs_repair(path_));
}

INSTANTIATE_TEST_SUITE_P(Shapes, Repair,
                         testing::Values(std::vector<uint64_t>{uint64_t{1} << 40U, 1u << 10U},
                                         std::vector<uint64_t>{uint64_t{1} << 60U, 1u << 10U},
                                         std::vector<uint64_t>{0, 5}, std::vector<uint64_t>{7, 7}));

namespace
{

constexpr uint64_t frame_count = 12;
const std::vector<uint64_t> damaged{0, 3, 4, 7, 11};

/// A recording that was killed, of which some frames did not reach the disk.
std::string killed_recording(const std::string &ending)
{
    const std::string path =
        (std::filesystem::temp_directory_path() / ("dao_repair_" + std::to_string(steady_ns()) + ending)).string();
    FileHeader header;
    header.geometry = {_DATATYPE_UINT8, {50}};
    std::vector<uint8_t> frame(50);
    const auto writer = create_recording(path, header);
    for (uint64_t i = 0; i < frame_count; ++i)
    {
        std::fill(frame.begin(), frame.end(), static_cast<uint8_t>(i + 1));
        writer->append(frame.data(), {i + 1, 0, static_cast<int64_t>(i) * 1000, 0});
    }
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    for (const uint64_t i : damaged)
        file.seekp(static_cast<std::streamoff>((ending == ".npy" ? 192 : 2880) + i * 50)) << "x";
    return path;
}

void stop_at(const std::string &path, uint64_t place)
{
    const auto stop = [place](uint64_t done, uint64_t) {
        if (done == place)
            throw ToolError("stopped");
    };
    EXPECT_THROW(repair_recording(path, stop, true), ToolError);
}

}

TEST(RepairThatIsStopped, CanBeRepeatedAndCountsEachLostFrameOnce)
{
    for (const char *ending : {".npy", ".fits"})
        for (uint64_t place = 0; place < frame_count; ++place)
        {
            const std::string path = killed_recording(ending);
            stop_at(path, place);
            stop_at(path, frame_count - 1 - place);
            const RepairResult result = repair_recording(path, [](uint64_t, uint64_t) {}, true);
            EXPECT_EQ(result.frames, frame_count - damaged.size());
            EXPECT_EQ(result.lost, damaged.size());
            std::vector<uint64_t> missed;
            for (const FrameRecord &record : open_frames(path)->records())
                missed.push_back(record.missed);
            EXPECT_EQ(missed, (std::vector<uint64_t>{0, 0, 2, 0, 1, 0, 0})) << ending << " stopped at " << place;
            for (const std::string &name : result.paths)
                std::filesystem::remove(path_of(name));
        }
}
