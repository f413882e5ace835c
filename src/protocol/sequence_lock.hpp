// Optimistic reads: a reader copies what a writer may be changing, and asks afterwards whether the copy is whole.
// Writers exclude one another by other means.
//
// A template over the version, which stands for the content: one word for keywords (SequenceWord below), `write`, `cnt0`
// and `epoch` together for the slot of a frame, as DAO's layout has it. What they have in common is here: the two
// fences, without which the version says nothing about bytes that are copied as they come. `Version` has
//     Snapshot               what a reader saw of it, with `bool stable`
//     set_writing()          relaxed: from now on no snapshot is stable, and none taken before is unchanged
//     set_stable()           release: the content is whole, under a version that it never had before
//     snapshot()             acquire
//     is_unchanged(snapshot) whether it was stable and the version is still that one
//     Fence                  acquire() and release()
#pragma once

#include <cstdint>

namespace dao::protocol
{

template <class Version>
class SequenceLock
{
  public:
    using Snapshot = typename Version::Snapshot;

    explicit SequenceLock(Version version) noexcept : version_(version) {}

    // Whoever sees a byte that is written after this call also sees the version say so, or a later one.
    void begin_write() const noexcept
    {
        version_.set_writing();
        Version::Fence::release();
    }

    // Whoever sees the version stable sees all that was written before this call.
    void end_write() const noexcept { version_.set_stable(); }

    Snapshot begin_read() const noexcept { return version_.snapshot(); }

    // Whether everything read since begin_read() is that one content.
    bool is_whole(const Snapshot &snapshot) const noexcept
    {
        Version::Fence::acquire();
        return version_.is_unchanged(snapshot);
    }

  private:
    Version version_;
};

// A version in one word: odd while the content is written, and a new even number afterwards. A writer that died in
// between leaves it odd; the next one goes on from there.
template <class Word, class WordFence>
class SequenceWord
{
  public:
    using Fence = WordFence;

    struct Snapshot
    {
        uint32_t sequence;
        bool stable;
    };

    explicit SequenceWord(Word word) noexcept : word_(word) {}

    void set_writing() const noexcept { word_.store_relaxed(word_.load_relaxed() | 1); }
    void set_stable() const noexcept { word_.store_release((word_.load_relaxed() | 1) + 1); }

    Snapshot snapshot() const noexcept
    {
        const uint32_t sequence = word_.load_acquire();
        return {sequence, sequence % 2 == 0};
    }

    // Relaxed: no value comes twice within a read, so one that is the same has never changed.
    bool is_unchanged(const Snapshot &snapshot) const noexcept
    {
        return snapshot.stable && word_.load_relaxed() == snapshot.sequence;
    }

  private:
    Word word_;
};

}
