// The whole contract with the operating system. Nothing outside this folder includes a system header or asks which
// system it is on. linux/, macos/ and windows/ implement it; posix/ and portable/ hold what two share.
//
// Calls that can fail record the cause with base::fail, naming `name`, and return Status::error.
#pragma once

#include "base/interrupts.hpp"
#include "base/process_token.hpp"
#include "base/status.hpp"
#include "platform/unique_resource.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace dao::platform
{

// ------------------------------------------------------------------------------------------------------ clocks

int64_t realtime_ns() noexcept;        // since the Unix epoch
int64_t realtime_coarse_ns() noexcept; // the same, cheaper, good to some milliseconds
int64_t monotonic_ns() noexcept;

// Tells the processor that this is a spinning loop.
void pause() noexcept;

// ---------------------------------------------------------------------------------------------------- sleeping

enum class Sleep
{
    woken, // or no reason given: check again
    timed_out,
    interrupted // a signal handler ran in this thread
};

// Sleeps until `deadline_ns` of the monotonic clock, or a signal. Never restarts after a signal.
Sleep sleep_until(int64_t deadline_ns) noexcept;

// While one exists, this thread's sleeps end as punctually as the system can; by default it may delay them, to wake for
// several at once. The thread's own setting comes back with the end.
class PunctualTimers
{
  public:
    PunctualTimers() noexcept;
    ~PunctualTimers();
    PunctualTimers(const PunctualTimers &) = delete;
    PunctualTimers &operator=(const PunctualTimers &) = delete;

  private:
    [[maybe_unused]] int64_t before_ns_ = 0;
};

// Where the waiters of one segment sleep. Between processes as well as threads.
class WaitWord
{
  public:
    // `segment_id` names it on systems that cannot sleep on a word in shared memory.
    explicit WaitWord(uint64_t segment_id) noexcept;
    ~WaitWord();
    WaitWord(const WaitWord &) = delete;
    WaitWord &operator=(const WaitWord &) = delete;

    // Sleeps while `*word` is `expected`, at most `timeout_ns`. The comparison and falling asleep are one step with
    // respect to wake_all. The memory may be mapped for reading only.
    Sleep sleep_while_equal(const uint32_t *word, uint32_t expected, int64_t timeout_ns) noexcept;
    // Wakes every sleeper that sleeps while `*word` is `remaining`. The caller has changed the word from that.
    void wake_all(const uint32_t *word, uint32_t remaining) noexcept;

  private:
    [[maybe_unused]] uint64_t handle_ = 0;
};

// Notices signals for a thread that spins, and so makes no system call that a signal could end, or that sleeps shortly time
// and again, and would not notice one between two sleeps. Between begin and end this thread's signals are held back; end
// restores all and lets them be handled.
class SignalHold
{
  public:
    SignalHold() noexcept = default;
    ~SignalHold();
    SignalHold(const SignalHold &) = delete;
    SignalHold &operator=(const SignalHold &) = delete;

    bool active() const noexcept { return active_; }
    void begin() noexcept;
    // Whether a signal came that ends a wait: one that the program handles or that ends it. One that is ignored does not;
    // one that stops the process does so now, and the wait goes on afterwards.
    bool take_signal() noexcept;
    void end() noexcept;

  private:
    bool active_ = false;
    alignas(8) unsigned char saved_[128] = {};
};

// Short sleeps in a row, for callers that check again after each: a signal ends one, also when it comes between two.
class ShortSleeps
{
  public:
    Sleep until(int64_t deadline_ns) noexcept
    {
        if (!hold_.active())
            hold_.begin();
        const Sleep sleep = sleep_until(deadline_ns);
        return hold_.take_signal() ? Sleep::interrupted : sleep;
    }

  private:
    SignalHold hold_;
};

// --------------------------------------------------------------------------------------------------- processes

// Who a process is, for those who ask from elsewhere. 0: not known.
struct ProcessIdentity
{
    uint32_t pid = 0;
    uint64_t start_time = 0;
    uint64_t pid_namespace = 0;  // where `pid` means something
    uint64_t time_namespace = 0; // where `start_time` does
};

struct ProcessInfo
{
    base::ProcessToken token = 0; // tells a forked child from its parent
    ProcessIdentity identity;
};

// This process; right in the child of a fork too. Cheap after the first call.
const ProcessInfo &this_process() noexcept;

enum class Liveness
{
    dead,
    alive, // a stopped process too
    unknown
};

// By what the system says of process ids; `dead` and `alive` are certain. A zombie is dead, unless threads of it go on.
Liveness check_process(const ProcessIdentity &process) noexcept;

// Whether the process is stopped, by a signal or a debugger. False when that cannot be asked.
bool is_stopped(const ProcessIdentity &process) noexcept;

// Calls `before` before each fork of this process, then `in_parent` and `in_child`.
// To be called as the library is loaded: a fork that is under way calls nothing that is given meanwhile.
void at_fork(void (*before)() noexcept, void (*in_parent)() noexcept, void (*in_child)() noexcept) noexcept;

// The process's short name; empty when unknown.
void process_name(uint32_t pid, char *name, size_t capacity) noexcept;

// A number that nobody else gets.
uint64_t random_number() noexcept;

// Value of an environment variable, or null.
const char *environment(const char *variable) noexcept;

// The local time as text, "2026-01-31_23:59:59" without a fraction.
void format_local_time(int64_t realtime_ns, char *text, size_t capacity) noexcept;

// ------------------------------------------------------------------------------------------------------- files

enum class Access
{
    read,
    read_write
};

// Which file it is, whatever its name.
struct FileIdentity
{
    uint64_t device = 0;
    uint64_t number = 0;
    bool operator==(const FileIdentity &) const = default;
};

struct FileInfo
{
    uint64_t bytes = 0;
    uint64_t link_count = 0;
    FileIdentity identity;
    bool is_regular = false;
    bool is_own = false;      // this process's user owns it
    bool may_replace = false; // this process may replace other users' files
    uint32_t owner = 0;
    uint32_t group = 0;
    uint32_t mode = 0; // permission bits
};

// The system's number of an open file.
struct FileHandle
{
    intptr_t number = -1;
    bool operator==(const FileHandle &) const = default;
};
void close_file(FileHandle handle) noexcept;

// What became of locking a byte of a file, or who has it locked.
enum class ByteLock
{
    free,
    own,         // locked by this call
    others,      // locked by another opening of the file, for writing
    readers,     // locked for reading only, as those can who may not write: counts for nothing, ours never lock so
    unavailable, // the file system, or the way the file was opened, does not allow to lock or to ask
};

class File
{
  public:
    File() noexcept = default;
    // Takes it over.
    explicit File(FileHandle handle) noexcept { handle_.reset(handle); }

    bool is_open() const noexcept { return handle_.is_there(); }
    intptr_t native() const noexcept { return handle_.get().number; }
    // For IMAGE.shmfd.
    int32_t descriptor() const noexcept { return static_cast<int32_t>(native()); }
    void close() noexcept { handle_.reset(); }
    FileHandle release() noexcept { return handle_.release(); }

    Status query(const char *name, FileInfo &info) const noexcept;
    // Reserves space for the whole file: afterwards a full file system cannot hurt it.
    Status reserve(const char *name, uint64_t bytes) noexcept;
    // The same for a file whose content stays. Where the file system cannot, nothing is done.
    Status reserve_content(const char *name, uint64_t bytes) const noexcept;
    // Makes this file belong to the user and group that `like` belongs to, as far as the process may: for a file that
    // takes the place of another. With its permissions, or with `mode` when that is not 0.
    Status take_owner(const char *name, const FileInfo &like, uint32_t mode) noexcept;
    // One creator, replacer or remover at a time; ends with close. Waits as long as lock_limit.hpp says. A process
    // that may only read the file cannot keep others from it, nor do they keep it from that.
    Status lock(const char *name, base::Interrupts &interrupts) noexcept;

    // The file made by create_beside() has its name: it no longer counts as unfinished.
    void finish() const noexcept;

    // Locks belong to this opening of the file: they end when it is closed, by the death of its process at the latest.
    ByteLock lock_byte(uint64_t position) noexcept;
    ByteLock query_byte(uint64_t position) const noexcept;
    // Opens the same file once more, for writing. False when that is not possible. `path`: its name, perhaps.
    bool open_again(const char *path, File &again) const noexcept;

  private:
    friend Status open_file(const char *, Access, File &) noexcept;
    friend Status create_beside(const char *, uint32_t, File &, char *, size_t) noexcept;

    UniqueResource<FileHandle, close_file> handle_;
};

// What keeps a byte locked: the address of a page, or a file and which one that is; 0 for nothing.
struct LockKeeper
{
    intptr_t number = 0;
    FileIdentity identity;
    bool operator==(const LockKeeper &) const = default;
};
void end_lock(LockKeeper keeper) noexcept;

// A byte of a file that this process keeps locked for writing until end(), its death or exec.
class LockedByte
{
  public:
    // On an opening of its own. `path`: the file's name, perhaps.
    ByteLock lock(const File &file, const char *path, uint64_t position) noexcept;
    void end() noexcept { keeper_.reset(); }
    // In the child of a fork, which does not have the lock: its parent's stays.
    void leave_to_parent() noexcept;

    // Whether it is lost to a program that closes descriptors which are not its own (closefrom), and goes on: then a byte
    // that is free proves no death.
    static bool ends_with_descriptors() noexcept;

  private:
    UniqueResource<LockKeeper, end_lock> keeper_;
};

constexpr size_t path_capacity = 4096;

// Where symbolic links under `name` lead: `path`, of `path_capacity` bytes, is a name that was no link, or of nothing. A
// link counts when this user or root made it; in a sticky folder that anybody may write to, when this user or the folder's
// owner did. Another one is an error. Where links are not followed, `path` is `name`.
Status resolve_links(const char *name, char *path) noexcept;

// Whether there is something under the name, and what. No link is followed.
enum class Presence
{
    absent,
    file,
    link,
    other,
    unknown // the system does not let us look: recorded with base::fail
};
Presence query_presence(const char *name) noexcept;

// Opens an existing file. A symbolic link is refused: see resolve_links().
Status open_file(const char *name, Access access, File &file) noexcept;

// `name` as a path that stays right when the process changes its folder; `name` itself where that is not possible.
void make_absolute(const char *name, char *path, size_t capacity) noexcept;

// Whether the folder has an entry that is wanted. False when it cannot be read.
bool find_in_folder(const char *folder, bool (*is_wanted)(const char *entry, void *context), void *context) noexcept;

// The identity of the file that has the name now, or that a link of that name leads to.
enum class Named
{
    found,
    absent,
    unknown // the system does not let us look: recorded with base::fail
};
Named identity_of(const char *name, FileIdentity &identity) noexcept;

// From where this process looks at a name: chroot() and another file system over the name's folder change it, and then
// the name is hidden from this process, not gone. Removing or moving files or folders does not change it.
struct FolderView
{
    bool is_known = false; // else the system did not let us look
    FileIdentity root;
    uint64_t device = 0; // of the name's folder, or of the nearest one above it that is there
    bool operator==(const FolderView &) const = default;
};
FolderView folder_view(const char *path) noexcept;

// Makes an empty file beside `name`, under a name of its own that is written to `temporary`.
Status create_beside(const char *name, uint32_t mode, File &file, char *temporary, size_t capacity) noexcept;

enum class Placed
{
    done,
    occupied, // only when not replacing: another file has the name
    failed
};
// Gives the file made by create_beside its name, in one step. With `replace` it takes the place of the file there.
Placed place_file(const char *temporary, const char *name, bool replace) noexcept;

// Removes what creators of `name` that died before place_file() have left beside it.
void remove_unfinished(const char *name) noexcept;

// Removes the file; nothing happens when there is none.
Status remove_file(const char *name) noexcept;
void discard_file(const char *temporary) noexcept;

// What other programs did to a mapped file: its memory is zeros then, in part or in whole, and of this process alone.
enum class Loss : uint32_t
{
    none,
    truncated, // it is shorter than it was, or has been
    unreadable // the system could not read it: a disk, a network file system
};
struct LossMark
{
    std::atomic<Loss> loss{Loss::none};
};
inline constinit LossMark never_lost;

// Whether the memory of a truncated file is replaced as described above, or touching it ends the process, as the system
// has it. On at first, unless the environment variable DAO_GUARD_TRUNCATION is 0. Always off where files cannot be
// truncated while they are mapped. Switched on it takes effect at the first mapping, or at once.
bool guards_truncation() noexcept;
void guard_truncation(bool on) noexcept;

struct MappedMemory
{
    unsigned char *data = nullptr;
    uint64_t bytes = 0;
    bool is_private = false;
    LossMark *mark = &never_lost;
    bool operator==(const MappedMemory &) const = default;
};
void unmap_memory(MappedMemory memory) noexcept;

class Mapping
{
  public:
    // `file` stays open as long as the mapping.
    Status map(const char *name, const File &file, uint64_t bytes, Access access) noexcept;
    // Zeroed private memory in place of a file.
    Status allocate(const char *name, uint64_t bytes) noexcept;
    void unmap() noexcept { memory_.reset(); }

    unsigned char *data() const noexcept { return memory_.get().data; }
    uint64_t bytes() const noexcept { return memory_.get().bytes; }
    // To be asked after the memory was read or written.
    Loss loss() const noexcept { return memory_.get().mark->loss.load(std::memory_order_relaxed); }
    bool is_lost() const noexcept { return loss() != Loss::none; }

  private:
    UniqueResource<MappedMemory, unmap_memory> memory_;
};

// ------------------------------------------------------------------------- the C library's semaphores in memory

// Whose layout `sem_t` has in this process, as recorded in segments. Numbers stay.
enum class SemaphoreLayout : uint32_t
{
    none = 0, // no semaphores that processes share, or none that this code knows
    glibc = 1,
    musl = 2
};
SemaphoreLayout semaphore_layout() noexcept;

// What a semaphore may take of memory. Its value lies in the lower 31 bits of its first four bytes, whatever the layout.
constexpr size_t native_semaphore_bytes = 64;

// A semaphore of this process's layout at a place in shared memory: what programs find in IMAGE.semptr.
class NativeSemaphore
{
  public:
    explicit NativeSemaphore(void *place) noexcept : place_(place) {}

    // At value 0. Nobody uses it yet.
    void initialise() noexcept;
    void post() noexcept { post_at(place_); }
    // Takes a post, if there is one.
    bool try_take() noexcept;
    // Takes a post, waiting at most `timeout_ns`. `woken`: taken.
    Sleep wait(int64_t timeout_ns) noexcept;

  private:
    static void post_at(void *place) noexcept; // of no object, so that none has to lie in memory for each frame

    [[maybe_unused]] void *place_;
};

// -------------------------------------------------------------------------------------------- named semaphores

void close_semaphore(void *native) noexcept;

// DAO's own semaphores, for segments that DAO programs share. `native` is what programs find in IMAGE.semptr.
class NamedSemaphore
{
  public:
    NamedSemaphore() noexcept = default;
    ~NamedSemaphore()
    {
        if (is_open())
            close_semaphore(native());
    }
    NamedSemaphore(const NamedSemaphore &) = delete;
    NamedSemaphore &operator=(const NamedSemaphore &) = delete;

    // Opens the semaphore, unless it is open; makes it, at value 0, when `create`. False when that is not possible. One
    // thread at a time; others may use it meanwhile, and programs may have its address: so it stays open.
    bool open(const char *semaphore_name, bool create, uint32_t mode) noexcept;
    bool is_open() const noexcept { return native() != nullptr; }
    void *native() const noexcept { return native_.load(std::memory_order_acquire); }

    // Raises the value from 0 to 1; leaves it when it is 1 or more.
    void post() noexcept;
    // Takes a post, waiting at most `timeout_ns`. `woken`: taken.
    Sleep wait(int64_t timeout_ns) noexcept;

    // As far as it may: gives the semaphore the owner, the group and the mode of that file.
    static void share_as(const char *semaphore_name, const File &file) noexcept;
    static void remove(const char *semaphore_name) noexcept;

  private:
    std::atomic<void *> native_{nullptr};
};

}
