// Recordings that were complete or not, some bytes of which were altered, cut or added: they are read, repaired and read
// again. What a repair leaves is a whole recording, of frames that were recorded.
#include "frames.hpp"

#include "files/repair.hpp"

#include <algorithm>
#include <array>

using namespace fuzz;

namespace
{

constexpr uint64_t elements = 6;

// A recording with its journal, as it is before it is complete.
void record(const std::string &path, uint64_t frames, bool is_complete, const Folder &folder)
{
    daoshm::FileHeader header;
    header.geometry = {_DATATYPE_UINT16, {2, 3}};
    header.segment = "a.im.shm";
    const auto file = daoshm::create_recording(path, header);
    for (uint64_t frame = 0; frame < frames; ++frame)
    {
        std::array<uint16_t, elements> pixels{};
        pixels.fill(static_cast<uint16_t>(frame));
        file->append(pixels.data(), {frame + 1, 0, static_cast<int64_t>(1000 * frame), 0, 0});
    }
    if (!is_complete)
        for (const auto &entry : std::filesystem::directory_iterator(folder.path()))
            if (entry.path().extension() != ".saved")
                std::filesystem::copy_file(entry.path(), entry.path().string() + ".saved");
    file->finish();
    if (is_complete)
        return;
    for (const auto &entry : std::filesystem::directory_iterator(folder.path()))
        if (entry.path().extension() != ".saved")
            std::filesystem::remove(entry.path());
    for (const auto &entry : std::filesystem::directory_iterator(folder.path()))
        std::filesystem::rename(entry.path(), entry.path().parent_path() / entry.path().stem());
}

void alter(Input &input, const std::string &path)
{
    std::ifstream stream(path, std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
    if (!stream || bytes.empty())
        return;
    switch (input.below(4))
    {
    case 0:
        bytes.resize(input.take<uint16_t>() % (bytes.size() + 100));
        break;
    case 1:
        bytes.insert(input.take<uint16_t>() % bytes.size(), input.text(30));
        break;
    default:
        bytes[input.take<uint16_t>() % bytes.size()] = static_cast<char>(input.take<uint8_t>());
        break;
    }
    write_file(path, bytes);
}

void expect_whole(const std::string &path, const daoshm::RepairResult &result)
{
    const auto file = daoshm::open_frames(path);
    require(file->header().geometry.shape[0] == result.frames, "a repaired file has the frames that were told");
    require(file->records().size() == result.frames, "and a record of each");
    for (uint64_t frame = 0; frame < result.frames; ++frame)
    {
        std::array<uint16_t, elements> pixels{};
        file->read(frame * elements, elements, pixels.data()); // throws unless it has the checksum
        require(std::all_of(pixels.begin(), pixels.end(), [&](uint16_t pixel) { return pixel == pixels[0]; }),
                "a repaired frame is one that was recorded");
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    Input input(data, bytes);
    const std::string path = folder.file(input.below(2) == 0 ? "r.npy" : "r.fits");
    const bool is_complete = input.below(4) == 0;
    record(path, 1 + input.below(5), is_complete, folder);
    for (uint32_t changes = input.below(4); changes > 0; --changes)
    {
        static constexpr std::array<const char *, 4> files{"", ".journal", ".json", ".json.part"};
        alter(input, path + files[input.below(files.size())]);
    }
    (void)is_done([&] { read_all(*daoshm::open_frames(path)); });
    daoshm::RepairResult result;
    const bool is_repaired = daoshm::needs_repair(path) &&
                             is_done([&] { result = daoshm::repair_recording(path, [](uint64_t, uint64_t) {}); });
    if (is_repaired && result.frames > 0)
        expect_whole(path, result);
    folder.empty();
    return 0;
}
