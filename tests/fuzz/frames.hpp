// Reading a file of frames as set, replay and repair do, whatever it holds.
#pragma once

#include "fuzz.hpp"

#include "files/frame_file.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace fuzz
{

inline void write_file(const std::string &path, std::string_view bytes)
{
    std::ofstream file(path, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Does `work`; whether it was done. A refusal names what it is about; anything else that is thrown ends the program.
template <class Work>
bool is_done(const Work &work)
{
    try
    {
        work();
        return true;
    }
    catch (const daoshm::ToolError &error)
    {
        require(std::strlen(error.what()) > 0, "a refusal has a cause");
    }
    catch (const daoshm::FileError &error)
    {
        require(std::strlen(error.what()) > 0, "a failure has a cause");
    }
    return false;
}

// The whole of it in one piece and in small ones, where that is little: larger ones are refused by what they are to go to.
inline void read_all(daoshm::FrameReader &file)
{
    constexpr uint64_t most_bytes = uint64_t{1} << 22;
    uint64_t elements = 0;
    const auto measure = [&] {
        elements = file.header().geometry.size_bytes() <= most_bytes ? file.header().geometry.element_count() : 0;
    };
    if (!is_done(measure) || elements == 0)
        return;
    const size_t bytes = daoTypeSize(file.header().geometry.atype);
    std::vector<std::byte> whole(elements * bytes), piece;
    if (!is_done([&] { file.read(0, elements, whole.data()); }))
        return;
    const uint64_t part = 1 + elements / 3;
    for (uint64_t first = 0; first < elements; first += part)
    {
        const uint64_t count = std::min(part, elements - first);
        piece.assign(count * bytes, std::byte{0});
        require(is_done([&] { file.read(first, count, piece.data()); }), "what was read can be read again");
        require(std::memcmp(piece.data(), whole.data() + first * bytes, piece.size()) == 0, "and is the same");
    }
    for (uint64_t frame = 0; file.compares_checksums() && frame < file.records().size(); ++frame)
        (void)is_done([&] { (void)file.is_as_recorded(frame); });
}

}
