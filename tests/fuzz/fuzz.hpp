// What the fuzz targets share: choices taken from the input, a folder of their own, what must never be.
#pragma once

#include "../scratch_folder.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>
#include <vector>

namespace fuzz
{

// Ends the program, which is what the fuzzer takes note of.
inline void require(bool is_true, const char *what)
{
    if (is_true)
        return;
    std::fprintf(stderr, "fuzz: violated: %s\n", what);
    std::abort();
}

// Numbers and bytes from the fuzzer's input; zeros behind its end.
class Input
{
  public:
    Input(const uint8_t *data, size_t bytes) : data_(data), bytes_(bytes) {}

    bool is_empty() const { return bytes_ == 0; }
    template <class T>
    T take()
    {
        T value{};
        const size_t count = sizeof value < bytes_ ? sizeof value : bytes_;
        std::memcpy(&value, data_, count);
        skip(count);
        return value;
    }
    uint32_t below(uint32_t limit) { return take<uint8_t>() % limit; }
    std::string text(size_t most)
    {
        const size_t wanted = take<uint8_t>() % (most + 1);
        const size_t count = wanted < bytes_ ? wanted : bytes_;
        std::string result(reinterpret_cast<const char *>(data_), count);
        skip(count);
        return result;
    }
    std::vector<uint8_t> rest()
    {
        std::vector<uint8_t> result(data_, data_ + bytes_);
        skip(bytes_);
        return result;
    }

  private:
    void skip(size_t count)
    {
        data_ += count;
        bytes_ -= count;
    }

    const uint8_t *data_;
    size_t bytes_;
};

// What is in it is removed before each input.
class Folder
{
  public:
    Folder() : path_(folder_.path().string()) {}

    const std::string &path() const { return path_; }
    std::string file(const char *name) const { return path_ + "/" + name; }
    void empty() const
    {
        std::error_code ignored;
        for (const auto &entry : std::filesystem::directory_iterator(path_, ignored))
            std::filesystem::remove_all(entry.path(), ignored);
    }

  private:
    test::ScratchFolder folder_;
    std::string path_;
};

}
