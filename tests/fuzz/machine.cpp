#include "machine.hpp"

#include "fuzz.hpp"
#include "platform/platform.hpp"

#include <cerrno>
#include <sanitizer/asan_interface.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/stat.h>

namespace fuzz
{

Machine machine;

namespace
{

constexpr int64_t between_moments_ns = 20'000;
constexpr size_t page_bytes = 4096;

bool is_inside = false; // what is done at a moment has no moments of its own

void pass(int64_t ns)
{
    machine.now_ns += ns;
    ++machine.moments;
    if (is_inside || machine.at_each_moment == nullptr)
        return;
    is_inside = true;
    machine.at_each_moment();
    is_inside = false;
}

size_t whole_pages(size_t bytes)
{
    return (bytes + page_bytes - 1) / page_bytes * page_bytes;
}

}

}

using dao::platform::Sleep;
using namespace fuzz;

// The names are the linker's.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void *__real___asan_memcpy(void *, const void *, size_t);
void *__real_mmap(void *, size_t, int, int, int, off_t);
int __real_munmap(void *, size_t);

int64_t __wrap__ZN3dao8platform12monotonic_nsEv()
{
    pass(between_moments_ns);
    return machine.now_ns;
}
int64_t __wrap__ZN3dao8platform11realtime_nsEv()
{
    pass(between_moments_ns);
    return machine.now_ns;
}
int64_t __wrap__ZN3dao8platform18realtime_coarse_nsEv()
{
    return machine.now_ns;
}
void __wrap__ZN3dao8platform5pauseEv()
{
    pass(between_moments_ns);
}
Sleep __wrap__ZN3dao8platform11sleep_untilEl(int64_t deadline_ns)
{
    pass(deadline_ns > machine.now_ns ? deadline_ns - machine.now_ns : 0);
    return Sleep::timed_out;
}
Sleep __wrap__ZN3dao8platform8WaitWord17sleep_while_equalEPKjjl(void *, const uint32_t *word, uint32_t expected,
                                                                int64_t timeout_ns)
{
    if (*word != expected)
        return Sleep::woken;
    pass(timeout_ns > 0 ? timeout_ns : 0);
    return *word != expected ? Sleep::woken : Sleep::timed_out;
}
int __wrap__ZN3dao8platform10timed_waitEP5sem_tl(sem_t *semaphore, int64_t timeout_ns)
{
    if (sem_trywait(semaphore) == 0)
        return 0;
    pass(timeout_ns > 0 ? timeout_ns : 0);
    errno = ETIMEDOUT;
    return -1;
}

// Of every copy that the library makes, and of the fuzzer's own, which happen at no such moment.
void *__wrap___asan_memcpy(void *to, const void *from, size_t bytes)
{
    if (machine.at_each_moment == nullptr || is_inside || bytes < 8)
        return __real___asan_memcpy(to, from, bytes);
    __real___asan_memcpy(to, from, bytes / 2);
    pass(100);
    __real___asan_memcpy(static_cast<char *>(to) + bytes / 2, static_cast<const char *>(from) + bytes / 2,
                         bytes - bytes / 2);
    return to;
}

// A file's pages between two that nobody may touch, and behind its end nothing that may be touched either.
void *__wrap_mmap(void *place, size_t bytes, int protection, int flags, int file, off_t offset)
{
    if (file < 0 || place != nullptr || bytes == 0)
        return __real_mmap(place, bytes, protection, flags, file, offset);
    const size_t inner = whole_pages(bytes);
    void *outer = __real_mmap(nullptr, inner + 2 * page_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (outer == MAP_FAILED)
        return outer;
    auto *const begin = static_cast<unsigned char *>(outer) + page_bytes;
    void *mapped = __real_mmap(begin, bytes, protection, flags | MAP_FIXED, file, offset);
    if (mapped == MAP_FAILED)
        __real_munmap(outer, inner + 2 * page_bytes);
    else
        __asan_poison_memory_region(begin + bytes, inner - bytes);
    return mapped;
}
int __wrap_munmap(void *place, size_t bytes)
{
    auto *const begin = static_cast<unsigned char *>(place);
    const size_t inner = whole_pages(bytes);
    __asan_unpoison_memory_region(begin, inner);
    return __real_munmap(begin - page_bytes, inner + 2 * page_bytes);
}
}
// NOLINTEND(bugprone-reserved-identifier)
