#include "segment/notification.hpp"

#include "base/error.hpp"

#include <cinttypes>

namespace dao::segment
{

namespace
{

// As S1 to S3, for the named ones: whoever takes a post that made this one needless must see the frame.
[[gnu::noinline]] void post_named_semaphores(Segment &segment) noexcept
{
    if (!segment.has_found_named_semaphores())
        segment.find_named_semaphores();
    base::Fence::full_without_exchange(); // no exchange comes before where there is no lock
    for (uint32_t number = 0; number <= protocol::log_semaphore; ++number)
        if (platform::NamedSemaphore &semaphore = segment.named_semaphore(number); semaphore.is_open())
            semaphore.post();
}

// Limited, as other programs may post meanwhile, or have set any value.
template <class Take>
void take_all(Take &&take_post) noexcept
{
    for (int posts = 0; posts < 1000 && take_post(); ++posts)
    {
    }
}

}

void forget_posts(Segment &segment) noexcept
{
    for (uint32_t number = 0; number <= protocol::log_semaphore; ++number)
    {
        if (segment.has_native_semaphores())
            take_all([&] { return segment.native_semaphore(number).try_take(); });
        platform::NamedSemaphore &named = segment.named_semaphore(number);
        if (segment.has_named_semaphores() && named.is_open())
            take_all([&] { return named.wait(0) == platform::Sleep::woken; });
    }
}

void notify_waiters(Segment &segment) noexcept
{
    if (segment.has_named_semaphores())
        post_named_semaphores(segment);
    if (segment.extension() == nullptr)
        return;
    segment.notifier().notify_after_exchange();
    if (segment.has_native_semaphores())
        segment.system_semaphores().post_all(protocol::log_semaphore + 1);
}

// DAO's programs would take the post for a frame: they are left asleep.
void retire(Segment &segment, format::SegmentState state) noexcept
{
    if (segment.extension() == nullptr || segment.read_only())
        return;
    base::Word<uint32_t>(&segment.extension()->state).store_release(state);
    segment.notifier().notify();
    if (segment.has_native_semaphores())
        segment.system_semaphores().post_all(protocol::log_semaphore + 1);
    if (segment.has_named_semaphores() && !segment.has_dao_semaphores())
        post_named_semaphores(segment);
}

void wake_sleepers(const Segment &segment) noexcept
{
    if (segment.extension() != nullptr && !segment.read_only() && !segment.is_lost())
        segment.notifier().notify();
}

bool lacks_semaphore(const Segment &segment, int64_t number) noexcept
{
    return number < 0 || (number >= segment.semaphore_limit() && segment.query_name() == Status::success);
}

Status fail_no_semaphore(const Segment &segment, int64_t number) noexcept
{
    if (number >= 0 && number < Segment::semaphore_count)
        if (Status name = check_name_now(segment); name != Status::success)
            return name;
    const int limit = segment.semaphore_limit();
    if (limit == 0)
        return base::fail(DAO_E_SEMAPHORE,
                          "%s: no semaphore %" PRId64 ": it has none; expected a segment that has some", segment.name(),
                          number);
    return base::fail(DAO_E_SEMAPHORE, "%s: no semaphore %" PRId64 "; expected 0 to %d", segment.name(), number,
                      limit - 1);
}

namespace
{

Status check_postable(const Segment &segment, NameWatch &name_watch) noexcept
{
    if (segment.read_only())
        return base::fail_read_only(segment.name(), "post");
    return base::condition(name_watch.check(segment, platform::realtime_coarse_ns()), segment.name());
}

void post_one(Segment &segment, uint32_t semaphore) noexcept
{
    platform::NamedSemaphore &named = segment.named_semaphore(semaphore);
    if (segment.has_named_semaphores() && !named.is_open())
        segment.find_named_semaphores();
    if (named.is_open())
        named.post();
    if (segment.extension() == nullptr)
        return;
    segment.semaphores().post(semaphore);
    segment.notifier().notify_after_exchange();
    if (segment.has_native_semaphores())
        segment.system_semaphores().post(semaphore);
}

}

Status post(Segment &segment, NameWatch &name_watch, uint32_t semaphore) noexcept
{
    if (Status status = check_postable(segment, name_watch); status != Status::success)
        return status;
    if (semaphore != protocol::log_semaphore && semaphore >= segment.semaphore_limit())
        return fail_no_semaphore(segment, semaphore);
    post_one(segment, semaphore);
    return Status::success;
}

// The name is checked first: where another program overwrote the header, the number of semaphores says nothing.
Status post_all(Segment &segment, NameWatch &name_watch) noexcept
{
    if (Status status = check_postable(segment, name_watch); status != Status::success)
        return status;
    for (uint32_t number = 0; number < segment.semaphore_limit(); ++number)
        post_one(segment, number);
    return Status::success;
}

}
