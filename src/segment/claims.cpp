#include "segment/claims.hpp"

#include "base/error.hpp"
#include "segment/liveness.hpp"
#include "segment/name_watch.hpp"

namespace dao::segment
{

using base::fail;
using base::ProcessToken;
using base::Word;

namespace
{

Word<uint64_t> claim_word(const Segment &segment, uint32_t number) noexcept
{
    return Word<uint64_t>(&segment.extension()->claims[number]);
}

bool try_claim(const Segment &segment, uint32_t number) noexcept
{
    const Word<uint64_t> word = claim_word(segment, number);
    ProcessToken owner = word.load_relaxed();
    return (owner == 0 || segment.is_dead()(owner)) && word.compare_exchange_acquire(owner, segment.self());
}

// The first that no living process has, from `wanted` to the last one, then from 0.
bool claim_from(const Segment &segment, uint32_t wanted, Claim &claim) noexcept
{
    const uint32_t limit = segment.semaphore_limit();
    for (uint32_t offset = 0; offset < limit; ++offset)
        if (const uint32_t number = (wanted + offset) % limit; try_claim(segment, number))
        {
            claim = {static_cast<int32_t>(number), platform::this_process().token};
            return true;
        }
    return false;
}

// Where another program overwrote the header, the number of semaphores says nothing: then the name's error is the right one.
Status fail_no_claim(const Segment &segment) noexcept
{
    if (Status name = check_name_now(segment); name != Status::success)
        return name;
    return fail(DAO_E_SEMAPHORE,
                "%s: cannot claim a semaphore: all %d are claimed by processes that may be alive; expected a free one",
                segment.name(), segment.semaphore_limit());
}

// A new reader waits for frames to come.
void drop_posts(Segment &segment, uint32_t number) noexcept
{
    (void)segment.semaphores().take(number);
    if (segment.has_named_semaphores() && segment.named_semaphore(number).is_open())
        (void)segment.named_semaphore(number).wait(0);
    if (segment.has_native_semaphores())
        (void)segment.native_semaphore(number).try_take();
}

}

int32_t claimed_number(const Claim &claim) noexcept
{
    return claim.owner == platform::this_process().token ? claim.number : -1;
}

Status claim_semaphore(Segment &segment, Claim &claim) noexcept
{
    if (claimed_number(claim) >= 0)
        return Status::success;
    if (segment.extension() == nullptr)
        return fail(DAO_E_UNSUPPORTED, "%s: cannot claim a semaphore: made by DAO; expected a segment of this library",
                    segment.name());
    if (segment.read_only())
        return base::fail_read_only(segment.name(), "claim a semaphore");
    if (!segment.show_presence())
        return base::fail_no_memory(segment.name(), "process's token");
    if (!claim_from(segment, 0, claim))
        return fail_no_claim(segment);
    drop_posts(segment, static_cast<uint32_t>(claim.number));
    return Status::success;
}

void claim_again(Segment &segment, uint32_t wanted, Claim &claim) noexcept
{
    if (segment.extension() != nullptr && !segment.read_only() && segment.show_presence())
        (void)claim_from(segment, wanted, claim);
}

void release_claim(const Segment &segment, Claim &claim) noexcept
{
    if (claimed_number(claim) >= 0)
    {
        // Nothing is written where it is another's by now, or lost.
        ProcessToken own = segment.self();
        (void)claim_word(segment, static_cast<uint32_t>(claim.number)).compare_exchange_release(own, 0);
    }
    claim = {};
}

ProcessToken find_claimant(const Segment &segment, uint32_t number) noexcept
{
    if (segment.extension() == nullptr)
        return 0;
    const ProcessToken owner = claim_word(segment, number).load_relaxed();
    return owner == 0 || segment.is_dead()(owner) ? 0 : owner;
}

}
