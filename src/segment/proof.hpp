// The proof that a process lives, for the others that have a segment open: a lock on one byte of the segment's file, on an
// opening of its own, which the kernel drops when the process dies. The token that names the process in the segment says
// which byte (base/process_token.hpp).
//
// One for each process and segment, shared by its handles: taken with the first write or entry in the readers' table, given
// back with the last handle. A forked child does not have it (platform::LockedByte), and draws a token of its own. Where no
// lock can be had the token says so.
#pragma once

#include "base/process_token.hpp"
#include "format/extension.hpp"
#include "platform/platform.hpp"

#include <atomic>

namespace dao::segment
{

struct SharedProof;

// A handle's share.
class Proof
{
  public:
    Proof() noexcept = default;
    ~Proof();
    Proof(const Proof &) = delete;
    Proof &operator=(const Proof &) = delete;

    // Who this process is in the segment; 0 before begin, and in a forked child. What follows may be used once it is not 0.
    base::ProcessToken token() const noexcept { return token_.load(std::memory_order_acquire); }

    // The process's name.
    const char *name() const noexcept;

    // Which handle of this process has the writer lock, whose word only says which process.
    void note_lock_holder(const void *handle) noexcept { lock_holder_->store(handle, std::memory_order_relaxed); }
    bool is_lock_holder(const void *handle) const noexcept
    {
        return lock_holder_->load(std::memory_order_relaxed) == handle;
    }

    // False when out of memory. `file` may be closed: a private image, which has no lock. From any thread.
    bool begin(const platform::File &file, const char *path, const format::Extension &extension) noexcept;

  private:
    friend struct SharedProof;

    // Released: whoever sees the token sees what begin() wrote.
    void show(base::ProcessToken token) noexcept { token_.store(token, std::memory_order_release); }

    std::atomic<base::ProcessToken> token_{0};
    SharedProof *shared_ = nullptr;
    std::atomic<const void *> *lock_holder_ = nullptr; // in what is shared
    Proof *next_ = nullptr;                            // of the same process and segment
};

}
