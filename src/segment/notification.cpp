#include "segment/notification.hpp"

#include "base/error.hpp"

namespace dao::segment
{

using base::fail;

void notify_waiters(Segment &segment) noexcept
{
    if (segment.has_named_semaphores())
        for (uint32_t number = 0; number <= protocol::log_semaphore; ++number)
            if (platform::NamedSemaphore &semaphore = segment.named_semaphore(number); semaphore.is_open())
                semaphore.post();
    if (segment.extension() == nullptr)
        return;
    segment.notifier().notify();
    if (segment.has_native_semaphores())
        segment.system_semaphores().post_all(protocol::log_semaphore + 1);
}

Status post(Segment &segment, uint32_t semaphore) noexcept
{
    if (segment.read_only())
        return fail(DAO_E_READ_ONLY, "%s: cannot post: open for reading only", segment.name());
    if (semaphore != protocol::log_semaphore && semaphore >= segment.semaphore_limit())
        return fail(DAO_E_SEMAPHORE, "%s: no semaphore %u; expected 0 to %d", segment.name(), semaphore,
                    segment.semaphore_limit() - 1);
    if (platform::NamedSemaphore &named = segment.named_semaphore(semaphore); named.is_open())
        named.post();
    if (segment.extension() == nullptr)
        return Status::success;
    segment.semaphores().post(semaphore);
    segment.notifier().notify();
    if (segment.has_native_semaphores())
        segment.system_semaphores().post(semaphore);
    return Status::success;
}

Status post_all(Segment &segment) noexcept
{
    for (uint32_t number = 0; number < segment.semaphore_limit(); ++number)
        if (post(segment, number) != Status::success)
            return Status::error;
    return Status::success;
}

}
