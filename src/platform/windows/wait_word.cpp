// Sleeping on a word that processes share. Windows cannot (WaitOnAddress is for one process), so whoever falls asleep
// while the word is W waits on a named event of its own for W, which is signalled once and never reset. Whoever moves
// the word on from W signals the event, if there is one.
//
// No wake-up is lost: the sleeper makes the event before it compares the word; the waker changes the word before it
// opens the event. Nothing remains: an event goes with its last handle, also when its process is killed.
#include "platform/platform.hpp"

#include "platform/windows/handle.hpp"
#include "platform/windows/waiting.hpp"

#include <algorithm>
#include <atomic>
#include <cinttypes>
#include <cwchar>
#include <iterator>

namespace dao::platform
{
namespace
{

struct EventName
{
    EventName(uint64_t segment_id, uint32_t shown) noexcept
    {
        std::swprintf(text, std::size(text), L"Global\\daoShm-%016" PRIx64 L"-%08" PRIx32, segment_id, shown);
    }
    wchar_t text[64];
};

}

WaitWord::WaitWord(uint64_t segment_id) noexcept : handle_(segment_id) {}

WaitWord::~WaitWord() = default;

Sleep WaitWord::sleep_while_equal(const uint32_t *word, uint32_t expected, int64_t timeout_ns) noexcept
{
    constexpr int64_t poll_ns = 1'000'000; // where no event can be made
    const KernelHandle event(CreateEventW(open_to_all(), TRUE, FALSE, EventName(handle_, expected).text));
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (*static_cast<const volatile uint32_t *>(word) != expected)
        return Sleep::woken;
    return event.is_valid() ? wait_for(event.get(), timeout_ns) : wait_for(nullptr, std::min(timeout_ns, poll_ns));
}

void WaitWord::wake_all(const uint32_t *, uint32_t remaining) noexcept
{
    std::atomic_thread_fence(std::memory_order_seq_cst);
    const KernelHandle event(OpenEventW(EVENT_MODIFY_STATE, FALSE, EventName(handle_, remaining).text));
    if (event.is_valid())
        SetEvent(event.get());
}

}
