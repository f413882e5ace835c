// A segment name that nobody else uses, in a folder of its own.
#pragma once

#include "../temporary_folder.hpp"
#include "child.hpp"

#include <algorithm>
#include <atomic>
#include <dao.h>
#include <filesystem>
#include <string>

namespace test
{

class SegmentName
{
  public:
    SegmentName()
    {
        static std::atomic<unsigned> counter{0};
        const std::string base = "dao_" + std::to_string(process_id()) + "_" + std::to_string(counter++);
        folder_ = temporary_folder() / base;
        std::filesystem::remove_all(folder_); // of a process that was killed and had the same number
        std::filesystem::create_directory(folder_);
        name_ = (folder_ / (base + ".im.shm")).string();
    }
    SegmentName(const SegmentName &) = delete;
    SegmentName &operator=(const SegmentName &) = delete;
    ~SegmentName()
    {
        daoShmRemove(name_.c_str());
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }

    const char *c_str() const { return name_.c_str(); }
    const std::string &text() const { return name_; }
    const std::filesystem::path &folder() const { return folder_; }

    /** Deletes the file as a program that knows nothing of segments. False where the system keeps one in use: Windows. */
    bool delete_file() const
    {
        std::error_code refused;
        std::filesystem::remove(name_, refused);
        return !std::filesystem::exists(name_);
    }

    /** Files in the folder, whatever their names, but for what Windows keeps of a replaced segment that is mapped. */
    size_t file_count() const
    {
        const std::filesystem::directory_iterator files(folder_);
        return static_cast<size_t>(std::count_if(
            begin(files), end(files), [](const auto &entry) { return entry.path().extension() != ".daoShm-old"; }));
    }

  private:
    std::filesystem::path folder_;
    std::string name_;
};

}
