// Whether the processes named in a segment live: its writer, the holder of a lock, its readers.
#pragma once

#include "base/copy.hpp"
#include "segment/segment.hpp"

namespace dao::segment
{

using platform::Liveness;

// Whether a holder of a lock, or a reader, lives. Dead only with proof: the lock that it kept is free, or there is no such
// process. A process that no longer has the segment open counts as dead.
Liveness check_liveness(const Segment &segment, base::ProcessToken token) noexcept;

// The same for a process that need not have the segment open any more.
Liveness check_process(const Segment &segment, base::ProcessToken token) noexcept;

// What the segment says of the process behind a token.
struct KnownProcess
{
    platform::ProcessIdentity identity; // nothing but the id when the segment does not say more
    char name[DAO_READER_NAME_SIZE];    // empty when not known
    bool has_proof;                     // has not given its proof back, if it had one
};
KnownProcess find_process(const Segment &segment, base::ProcessToken token) noexcept;

// Writes who this process is into the fields that the writer's record and a reader's entry share. The place's token, which
// says whose they are, is the caller's to take away before and to set afterwards.
template <class Entry>
void write_process(const Segment &segment, Entry &entry) noexcept
{
    const platform::ProcessIdentity &identity = platform::this_process().identity;
    base::Word<uint64_t>(&entry.pid_namespace).store_relaxed(identity.pid_namespace);
    base::Word<uint64_t>(&entry.time_namespace).store_relaxed(identity.time_namespace);
    base::Word<uint64_t>(&entry.start_time).store_relaxed(identity.start_time);
    base::Word<uint32_t>(&entry.pid).store_relaxed(identity.pid);
    base::Word<uint32_t>(&entry.has_proof).store_relaxed(base::has_proof(segment.self()) ? 1 : 0);
    base::copy_shared(entry.name, segment.own_name(), sizeof entry.name);
}

// "process 4711 (camera), stopped" and the like, for messages.
void describe_process(const Segment &segment, base::ProcessToken token, char *text, size_t capacity) noexcept;

// Writes this process, which holds the writer lock, into the record of the writer, where another one is.
void write_writer(const Segment &segment) noexcept;
inline void record_writer(const Segment &segment) noexcept
{
    if (base::Word<uint64_t>(&segment.extension()->writer.token).load_relaxed() != segment.self())
        write_writer(segment);
}

// Whether that record is of this process: also of a token that it gave back since, with its last handle.
bool is_own_record(const Segment &segment) noexcept;

constexpr uint32_t public_value(Liveness liveness) noexcept
{
    return liveness == Liveness::dead ? DAO_DEAD : liveness == Liveness::alive ? DAO_ALIVE : DAO_UNKNOWN;
}

}
