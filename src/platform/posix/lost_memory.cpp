// A mapped file that another program truncates has no memory any more behind its new end: touching it raises SIGBUS.
// Zero pages are put there instead, in this process alone, and the mapping is marked as lost; whoever validates a
// frame, or commits one, checks the mark. Only system calls that are safe in a signal handler, no locks, no memory.
#include "platform/posix/lost_memory.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#if defined(__SANITIZE_THREAD__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace dao::platform
{
namespace
{

#ifdef MAP_NORESERVE
constexpr int no_reserve = MAP_NORESERVE;
#else
constexpr int no_reserve = 0;
#endif

bool replace_pages(uintptr_t from, size_t bytes, int protection) noexcept
{
    constexpr int flags = MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | no_reserve;
#if defined(__SANITIZE_THREAD__)
    // Past the thread sanitizer, which would take it for stores by this thread that race with the other threads' loads.
    return syscall(SYS_mmap, from, bytes, protection, flags, -1, 0) != -1;
#else
    // NOLINTNEXTLINE(performance-no-int-to-ptr)
    return mmap(reinterpret_cast<void *>(from), bytes, protection, flags, -1, 0) != MAP_FAILED;
#endif
}

// Marks before the pages change: whoever reads a zero of the new pages, in whatever thread, finds the mark afterwards.
bool put_zero_pages(WatchedMemory &memory, uintptr_t from, uintptr_t to, Loss loss) noexcept
{
    Loss none = Loss::none;
    if (loss == Loss::truncated)
        memory.loss.store(loss); // counts more than a page that could not be read
    else
        memory.loss.compare_exchange_strong(none, loss);
    return replace_pages(from, to - from, memory.protection.load());
}

// Where the file ends now, as the address of the first page without any of it. When that cannot be found out, because
// the program closed the descriptor, say, it ends before the page that faulted.
uintptr_t end_of_file(const WatchedMemory &memory, uintptr_t faulting_page) noexcept
{
    struct stat found;
    const uintptr_t begin = memory.begin.load();
    const uintptr_t end = memory.end.load();
    if (fstat(memory.descriptor.load(), &found) != 0 || static_cast<uint64_t>(found.st_dev) != memory.device.load() ||
        found.st_ino != memory.number.load())
        return faulting_page;
    const auto bytes = static_cast<uint64_t>(found.st_size);
    const uintptr_t page = page_bytes();
    return bytes >= end - begin ? end : begin + (bytes + page - 1) / page * page;
}

// Several threads may fault in one mapping at a time. Each maps what it finds lost, at worst once more than needed.
bool cover_tail(WatchedMemory &memory, uintptr_t from) noexcept
{
    uintptr_t covered = memory.lost_from.load();
    if (from >= covered)
        return true;
    if (!put_zero_pages(memory, from, covered, Loss::truncated))
        return false;
    while (from < covered && !memory.lost_from.compare_exchange_weak(covered, from))
    {
    }
    return true;
}

}

bool recover_from_fault(uintptr_t address) noexcept
{
    constexpr uint32_t tries = 3;
    WatchedMemory *memory = find_watched(address);
    if (memory == nullptr)
        return false;
    if (address >= memory->lost_from.load())
        return true; // another thread has put memory there since
    const uintptr_t page = address / page_bytes() * page_bytes();
    const uintptr_t end = end_of_file(*memory, page);
    if (!cover_tail(*memory, end))
        return false;
    if (address >= end)
        return true;
    // The file has this page. Either it was truncated and has grown again since the fault, and the next access will do;
    // or the page cannot be read (a disk, a network), and no access ever does.
    if (memory->unexplained_faults.fetch_add(1) < tries)
        return true;
    return put_zero_pages(*memory, page, page + page_bytes(), Loss::unreadable);
}

}
