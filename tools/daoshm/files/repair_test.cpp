#include "files/repair.hpp"

#include <filesystem>
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
        EXPECT_EQ(repair_recording(path_).frames, 0u);
    }
    catch (const ToolError &error)
    {
        EXPECT_NE(std::string(error.what()).find("journal"), std::string::npos) << error.what();
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Repair,
                         testing::Values(std::vector<uint64_t>{uint64_t{1} << 40U, 1u << 10U},
                                         std::vector<uint64_t>{uint64_t{1} << 60U, 1u << 10U},
                                         std::vector<uint64_t>{0, 5}, std::vector<uint64_t>{7, 7}));
