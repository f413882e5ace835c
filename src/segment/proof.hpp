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

// Who of this process has a lock of the segment, whose word only says which process.
struct LockHolders
{
    std::atomic<const void *> frames{nullptr};   // a handle
    std::atomic<const void *> keywords{nullptr}; // one call that changes them
};

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

    void note_lock_holder(const void *handle) noexcept { holders_->frames.store(handle, std::memory_order_relaxed); }
    bool is_lock_holder(const void *handle) const noexcept
    {
        return holders_->frames.load(std::memory_order_relaxed) == handle;
    }
    void note_keyword_holder(const void *call) noexcept { holders_->keywords.store(call, std::memory_order_relaxed); }
    bool is_keyword_holder(const void *call) const noexcept
    {
        return holders_->keywords.load(std::memory_order_relaxed) == call;
    }
    // While this process puts a frame together from packets no handle of it has the lock. Who gets the lock of a segment with
    // this note knows that it was taken away.
    void note_packets() noexcept { note_lock_holder(&packets); }
    bool has_packets() const noexcept { return is_lock_holder(&packets); }

    // False when out of memory. `file` may be closed: a private image, which has no lock. From any thread.
    bool begin(const platform::File &file, const char *path, const format::Extension &extension) noexcept;

    // Before the end: where this is the process's last handle, the record of the last writer says that the proof was given back,
    // as the process may live on without it.
    void note_end(format::ProcessRecord &writer) noexcept;

  private:
    friend struct SharedProof;

    static constexpr char packets = 0; // its address is no handle's

    // Released: whoever sees the token sees what begin() wrote.
    void show(base::ProcessToken token) noexcept { token_.store(token, std::memory_order_release); }

    std::atomic<base::ProcessToken> token_{0};
    SharedProof *shared_ = nullptr;
    LockHolders *holders_ = nullptr; // in what is shared
    Proof *next_ = nullptr;          // of the same process and segment
};

}
