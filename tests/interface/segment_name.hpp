// A segment name that no other test uses; what lies there is removed at the end, also after a failure.
#pragma once

#include "../temporary_folder.hpp"

#include <atomic>
#include <chrono>
#include <daoShm.hpp>
#include <filesystem>
#include <string>

class SegmentName
{
  public:
    SegmentName()
    {
        static std::atomic<int> counter{0};
        static const auto start = std::chrono::steady_clock::now().time_since_epoch().count();
        const auto file = "shm_test_" + std::to_string(start) + "_" + std::to_string(counter++) + ".im.shm";
        name_ = (test::temporary_folder() / file).string();
    }
    SegmentName(const SegmentName &) = delete;
    SegmentName &operator=(const SegmentName &) = delete;
    ~SegmentName() { daoShmRemove(name_.c_str()); }

    operator const std::string &() const { return name_; }
    const std::string &text() const { return name_; }

  private:
    std::string name_;
};

/** The cause with which `action` fails, `DAO_E_NONE` when it does not. */
template <typename Action>
DAO_ERROR_CODE error_of(Action action)
{
    try
    {
        action();
        return DAO_E_NONE;
    }
    catch (const Dao::Error &error)
    {
        return *error.what() ? error.code() : DAO_E_NONE;
    }
}
