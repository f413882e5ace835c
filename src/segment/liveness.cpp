#include "segment/liveness.hpp"

#include <cstdio>
#include <cstring>

namespace dao::segment
{

using base::ProcessToken;
using base::Word;
using format::ProcessRecord;
using format::ReaderEntry;
using platform::ByteLock;
using platform::ProcessIdentity;

namespace
{

// The fields that the writer's record and a reader's entry share.
template <class Entry>
KnownProcess read_entry(Entry &entry) noexcept
{
    KnownProcess known{};
    known.identity = {Word<uint32_t>(&entry.pid).load_relaxed(), Word<uint64_t>(&entry.start_time).load_relaxed(),
                      Word<uint64_t>(&entry.pid_namespace).load_relaxed(),
                      Word<uint64_t>(&entry.time_namespace).load_relaxed()};
    known.has_proof = Word<uint32_t>(&entry.has_proof).load_relaxed() != 0;
    base::copy_shared(known.name, entry.name, sizeof known.name);
    known.name[sizeof known.name - 1] = 0;
    return known;
}

// True when the entry is of that process, and stayed so while it was read.
template <class Entry>
bool try_entry(Entry &entry, uint64_t &owner, ProcessToken token, KnownProcess &known) noexcept
{
    const Word<uint64_t> word(&owner);
    if (word.load_acquire() != token)
        return false;
    const KnownProcess found = read_entry(entry);
    base::Fence::acquire();
    // Two writers in turn bring the same token back: its process id tells whose fields these are.
    if (word.load_relaxed() != token || found.identity.pid != base::token_pid(token))
        return false;
    known = found;
    return true;
}

bool is_elsewhere(const ProcessIdentity &identity) noexcept
{
    return identity.pid_namespace != 0 && identity.pid_namespace != platform::this_process().identity.pid_namespace;
}

}

// The memory of a private image is one process's own: another token in it is that of the parent before a fork, whose thread will
// never release the lock in the child's copy.
bool IsDead::operator()(ProcessToken token) const noexcept
{
    if (!segment->file().is_open())
        return token != segment->self();
    return check_liveness(*segment, token) == Liveness::dead;
}

KnownProcess find_process(const Segment &segment, ProcessToken token) noexcept
{
    KnownProcess known{};
    format::Extension &extension = *segment.extension();
    if (try_entry(extension.writer, extension.writer.token, token, known))
        return known;
    for (ReaderEntry &entry : extension.readers)
        if (try_entry(entry, entry.owner, token, known))
            return known;
    known.identity.pid = base::token_pid(token);
    return known;
}

namespace
{

// Where closing descriptors drops the lock (macOS), a free byte is no proof of death: the process id decides, unless the process
// gave the lock back itself.
bool lives_without_lock(const Segment &segment, ProcessToken token) noexcept
{
    if (!platform::LockedByte::ends_with_descriptors())
        return false;
    const KnownProcess known = find_process(segment, token);
    return known.has_proof && platform::check_process(known.identity) == Liveness::alive;
}

}

Liveness check_liveness(const Segment &segment, ProcessToken token) noexcept
{
    token &= base::process_token_mask;
    if (token == segment.self())
        return Liveness::alive;
    const ByteLock lock = segment.query_proof(token);
    if (lock == ByteLock::others)
        return Liveness::alive;
    if (lock != ByteLock::unavailable && base::has_proof(token))
        return lives_without_lock(segment, token) ? Liveness::alive : Liveness::dead;
    return platform::check_process(find_process(segment, token).identity);
}

Liveness check_process(const Segment &segment, ProcessToken token) noexcept
{
    const Liveness here = check_liveness(segment, token);
    if (here != Liveness::dead || !base::has_proof(token))
        return here;
    // The proof ended with the process or was given back: which, its id tells, where it means something here.
    const KnownProcess known = find_process(segment, token);
    const Liveness anywhere = platform::check_process(known.identity);
    return known.has_proof && anywhere != Liveness::alive ? Liveness::dead : anywhere;
}

void describe_process(const Segment &segment, ProcessToken token, char *text, size_t capacity) noexcept
{
    token &= base::process_token_mask;
    KnownProcess known = find_process(segment, token);
    const bool elsewhere = is_elsewhere(known.identity);
    if (known.name[0] == 0 && !elsewhere)
        platform::process_name(known.identity.pid, known.name, sizeof known.name);
    const char *state = "";
    if (platform::is_stopped(known.identity))
        state = ", stopped by a signal or a debugger";
    else if (check_liveness(segment, token) == Liveness::unknown)
        state = ", not known to be alive or dead";
    std::snprintf(text, capacity, "process %u (%s%s%s)", known.identity.pid,
                  known.name[0] != 0 ? known.name : "name not known", elsewhere ? ", in another pid namespace" : "",
                  state);
}

bool is_own_record(const Segment &segment) noexcept
{
    const Word<uint64_t> token(&segment.extension()->writer.token);
    const ProcessIdentity last = find_process(segment, token.load_relaxed()).identity;
    const ProcessIdentity &own = platform::this_process().identity;
    return last.pid == own.pid && last.start_time == own.start_time && last.pid_namespace == own.pid_namespace &&
           last.time_namespace == own.time_namespace;
}

void write_writer(const Segment &segment) noexcept
{
    ProcessRecord &record = segment.extension()->writer;
    const Word<uint64_t> token(&record.token);
    token.store_relaxed(0);
    base::Fence::release();
    write_process(segment, record);
    token.store_release(segment.self());
}

}
