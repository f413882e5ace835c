// A segment's name in a folder of its own, images around it, and what the process and the folder hold.
#pragma once

#include "../processes/image.hpp"
#include "../scratch_folder.hpp"

#include <dao.h>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

namespace faults
{

using test::Image;
using test::require;

using Folder = test::ScratchFolder;

inline size_t descriptor_count()
{
    const std::filesystem::directory_iterator entries("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(entries), end(entries)));
}

inline size_t mapping_count(const std::string &part_of_path)
{
    std::ifstream maps("/proc/self/maps");
    size_t count = 0;
    for (std::string line; std::getline(maps, line);)
        count += line.find(part_of_path) != std::string::npos;
    return count;
}

struct Scene
{
    Folder folder; // outlives the images
    std::string name = folder.path() / (folder.path().filename().string() + ".im.shm");
    Image image, other;

    ~Scene() { daoShmRemove(name.c_str()); } // and its named semaphores

    static constexpr uint32_t side = 100; // with a depth of 2 more than is mapped or written in one piece
    static constexpr uint32_t elements = side * side;

    void create(Image &into, uint32_t depth = 2, uint32_t rows = side)
    {
        into.create(name, {rows, side}, _DATATYPE_UINT32, depth, 4);
    }
    static int_fast8_t try_publish(IMAGE *into, uint32_t value)
    {
        std::vector<uint32_t> frame(elements, value);
        return daoShmImage2Shm(frame.data(), elements, into);
    }
    static void publish(IMAGE *into, uint32_t value) { require(try_publish(into, value), "publish"); }

    // The newest frame is whole, and that one.
    static void expect_newest(IMAGE *from, uint32_t value)
    {
        std::vector<uint32_t> frame(elements);
        uint64_t counter = 0;
        ASSERT_EQ(daoShmReadNewest(from, frame.data(), elements, &counter, nullptr), DAO_SUCCESS)
            << daoLastErrorMessage();
        EXPECT_EQ(frame, std::vector<uint32_t>(elements, value));
    }
};

// What must not leak.
struct Holdings
{
    size_t descriptors = 0;
    size_t mappings = 0;                                  // of the folder's files
    std::map<std::string, std::pair<ino_t, off_t>> files; // in the folder
    bool operator==(const Holdings &) const = default;

    static Holdings of(const Scene &scene)
    {
        Holdings now{descriptor_count(), mapping_count(scene.folder.path().string()), {}};
        for (const auto &entry : std::filesystem::directory_iterator(scene.folder.path()))
        {
            struct stat found = {};
            lstat(entry.path().c_str(), &found);
            now.files[entry.path().filename().string()] = {found.st_ino, found.st_size};
        }
        return now;
    }
};

inline std::ostream &operator<<(std::ostream &stream, const Holdings &holdings)
{
    stream << holdings.descriptors << " descriptors, " << holdings.mappings << " mappings, files:";
    for (const auto &[name, file] : holdings.files)
        stream << ' ' << name << '(' << file.first << ", " << file.second << " bytes)";
    return stream;
}

}
