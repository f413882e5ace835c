#include "files/recording_writer.hpp"

#include <array>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "platform/platform.hpp"

using namespace daoshm;

namespace
{

/// In use by this process; 0 where the system does not say.
uint64_t resident_bytes()
{
    constexpr uint64_t page_bytes = 4096;
    std::ifstream statm("/proc/self/statm");
    uint64_t size = 0, resident = 0;
    statm >> size >> resident;
    return resident * page_bytes;
}

/// A night's frames are in the files, not in the recorder's memory; what is said of each is read from the journal at the end.
TEST(RecordingWriter, TakesNoMoreMemoryForMoreFrames)
{
    constexpr uint64_t frames = 200'000;
    const std::string folder =
        (std::filesystem::temp_directory_path() / ("dao_writer_" + std::to_string(steady_ns()))).string();
    std::filesystem::create_directory(path_of(folder));
    for (const char *name : {"r.npy", "r.fits"})
    {
        const std::string path = folder + "/" + name;
        FileHeader header;
        header.geometry = {_DATATYPE_UINT8, {2}};
        RecordingWriter writer(path, header);
        uint64_t before = 0;
        for (uint64_t frame = 0; frame < frames; ++frame)
        {
            const std::array<uint8_t, 2> pixels{static_cast<uint8_t>(frame), 1};
            writer.append(pixels.data(), {frame + 1, 2 * frame, static_cast<int64_t>(frame), frame % 3, 0});
            if (frame == 100)
                before = resident_bytes();
        }
        EXPECT_EQ(writer.summary().frames, frames);
        EXPECT_LT(resident_bytes(), before + (4U << 20U)) << "the records are 8 MB";
        writer.finish();
        EXPECT_LT(resident_bytes(), before + (16U << 20U)) << "some rows at a time";

        const auto file = open_frames(path);
        ASSERT_EQ(file->records().size(), frames);
        for (const uint64_t frame : {uint64_t{0}, uint64_t{65536}, frames - 1})
        {
            const FrameRecord &record = file->records()[frame];
            EXPECT_EQ(record.cnt0, frame + 1);
            EXPECT_EQ(record.cnt2, 2 * frame);
            EXPECT_EQ(record.missed, frame % 3);
            EXPECT_TRUE(file->is_as_recorded(frame));
        }
    }
    std::filesystem::remove_all(path_of(folder));
}

}
