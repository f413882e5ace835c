// What the network asks of the operating system beyond the C++ library: posix.cpp and windows.cpp implement it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace dao::net::platform
{

uint32_t process_id();
std::string host_name(); // UTF-8
int64_t realtime_ns();   // the clock of segments' times, as exactly as the system has it

// While one exists, threads that this thread starts take no signals: those are for the program's own threads.
class NoSignals
{
  public:
    NoSignals();
    ~NoSignals();
    NoSignals(const NoSignals &) = delete;
    NoSignals &operator=(const NoSignals &) = delete;

  private:
    alignas(8) unsigned char saved_[128] = {};
};

// Makes a file that was not there, for its owner alone when `secret`. Throws Failure; then nothing remains.
void write_new_file(const std::filesystem::path &path, const std::string &text, bool secret);

// Whether others than its owner may read the file.
bool is_readable_by_others(const std::filesystem::path &path);

// The folder of this user where network handles show how they are doing, made if need be. Empty when there can be none.
std::filesystem::path state_folder();

}
