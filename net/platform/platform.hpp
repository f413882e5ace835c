// What the network asks of the operating system beyond the C++ library: posix.cpp and windows.cpp implement it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace dao::net::platform
{

uint32_t process_id();
std::string host_name(); // UTF-8
int64_t realtime_ns();   // the clock of segments' times, as exactly as the system has it
int64_t lasting_ns();    // a clock that nobody sets, and that goes on while the machine is suspended

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

// While one exists, this thread is not cancelled (pthread_cancel): ended in one of libzmq's or of the C library's calls it would
// leave half of what it was about.
class Uncancelled
{
  public:
    Uncancelled();
    ~Uncancelled();
    Uncancelled(const Uncancelled &) = delete;
    Uncancelled &operator=(const Uncancelled &) = delete;

  private:
    [[maybe_unused]] int before_ = 0;
};

// Lets the C library keep some megabytes of what is freed, as it does by itself in programs that use large blocks. libzmq takes
// memory for each message and frees it in another thread; giving it back to the system and getting it again, cleared, takes most
// of the time of a message of 40 kB.
void keep_freed_memory();

// Keeps this library in memory until the process ends, whoever unloads it.
void stay_loaded() noexcept;

// Throws Failure unless the process may open so many descriptors more as libzmq takes for a handle: without one it ends the
// process.
void require_descriptors();

// Sockets that a forked child is to close at once: its copies of them would keep ports taken and connections alive when the
// parent ends, or ends them. The child calls nothing of this.
class ForkGuard
{
  public:
    ForkGuard();
    ~ForkGuard();
    ForkGuard(const ForkGuard &) = delete;
    ForkGuard &operator=(const ForkGuard &) = delete;

    // All TCP sockets of this local address, such as "tcp://127.0.0.1:5555": who listens there and whom it has accepted.
    void cover_endpoint(const std::string &endpoint);
    // The connection of this descriptor to that port, in place of the one before. When the descriptor has become something
    // else meanwhile, none.
    void cover_connection(int descriptor, int port);

    struct Covered;

  private:
    std::unique_ptr<Covered> covered_;
};

// Ends the TCP connection of this descriptor, which stays open, if it is one of this machine's end at that port: the descriptor may
// have become something else meanwhile. False when it is not ended, as it never is on Windows.
bool end_connection(int descriptor, int port) noexcept;

// How many forks lie between this process and the first one that had a ForkGuard. A child may have its parent's process id, in a
// namespace of its own.
uint32_t fork_count() noexcept;

// Makes a file that was not there, for its owner alone when `secret`. Throws Failure; then nothing remains.
void write_new_file(const std::filesystem::path &path, std::string_view text, bool secret);

// What others than its owner may do with a file.
enum class Exposure
{
    none,
    some, // of them may read, write or execute it
    all_may_write_it
};
Exposure exposure_of(const std::filesystem::path &path);
// Whether a file is neither this user's nor root's: whoever owns it may read and change it.
bool is_of_another(const std::filesystem::path &path);

// Zeros that are not written to core files nor, where the limits allow it, to the swap; wiped when it ends.
class SecretMemory
{
  public:
    SecretMemory() = default;
    // Throws std::bad_alloc.
    explicit SecretMemory(size_t bytes);
    ~SecretMemory() { release(); }
    SecretMemory(SecretMemory &&other) noexcept
        : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0))
    {
    }
    SecretMemory &operator=(SecretMemory &&other) noexcept
    {
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
        return *this;
    }

    char *data() const noexcept { return data_; }

  private:
    void release() noexcept;
    char *data_ = nullptr;
    size_t bytes_ = 0;
};

// Overwrites what a variable held, although nobody reads it again.
void wipe(void *data, size_t bytes) noexcept;

// The folder of this user where network handles show how they are doing, made if need be. Empty when there can be none.
std::filesystem::path state_folder();

}
