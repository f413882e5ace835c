#include "capi/image.hpp"
#include "segment/notification.hpp"

using namespace dao;
using base::fail;
using capi::Handle;

namespace
{

Status fail_option(const Handle &handle, const char *option, int64_t found, const char *expected) noexcept
{
    return fail(DAO_E_ARGUMENT, "%s: DAO_NEXT_OPTIONS: %s is %lld; expected %s", handle.segment->name(), option,
                static_cast<long long>(found), expected);
}

Status make_request(const Handle &handle, const DAO_NEXT_OPTIONS &how, frames::NextRequest &request) noexcept
{
    if (capi::check_size(&how, "DAO_NEXT_OPTIONS") != Status::success)
        return Status::error;
    if (how.order > DAO_NEXT_IN_ORDER)
        return fail_option(handle, "order", how.order, "a DAO_NEXT_ORDER");
    if (how.wait > DAO_WAIT_SEMAPHORE)
        return fail_option(handle, "wait", how.wait, "a DAO_WAIT_MODE");
    if (how.follow > 1)
        return fail_option(handle, "follow", how.follow, "0 or 1");
    request.in_order = how.order == DAO_NEXT_IN_ORDER;
    request.by_semaphore = how.wait == DAO_WAIT_SEMAPHORE;
    request.mode = how.wait == DAO_WAIT_SPIN       ? frames::WaitMode::spinning
                   : how.wait == DAO_WAIT_ADAPTIVE ? frames::WaitMode::adaptive
                                                   : frames::WaitMode::asleep;
    // Where another segment has the name, the wait tells so, and follows.
    if (request.by_semaphore && segment::lacks_semaphore(*handle.segment, how.semaphore))
        return segment::fail_no_semaphore(*handle.segment, how.semaphore);
    request.semaphore = static_cast<uint32_t>(request.by_semaphore ? how.semaphore : 0);
    request.timeout_ns = how.timeout_ns;
    request.follow = how.follow == 1;
    return Status::success;
}

// Who follows may have the number of elements of the segment that comes.
Status check_room(const segment::Segment &segment, const void *dst, uint64_t count, bool follow) noexcept
{
    if (dst == nullptr && count == 0)
        return Status::success;
    const Status status = frames::check_readable(segment, dst, count);
    if (status != Status::replaced || !follow)
        return status;
    base::take_back_replaced();
    return Status::success;
}

}

int_fast8_t daoShmNext(IMAGE *image, const DAO_NEXT_OPTIONS *how, void *dst, uint64_t nbVal, DAO_FRAME *frame,
                       uint64_t *missed)
{
    constexpr DAO_NEXT_OPTIONS usual = DAO_NEXT_OPTIONS_INIT;
    Handle *handle = capi::handle_of(image);
    if (handle == nullptr)
        return DAO_ERROR;
    frames::NextRequest request;
    if (Status status = make_request(*handle, how != nullptr ? *how : usual, request); status != Status::success)
        return capi::result(status);
    if (frame != nullptr && capi::check_size(frame, "DAO_FRAME") != Status::success)
        return DAO_ERROR;
    if (Status status = check_room(*handle->segment, dst, nbVal, request.follow); status != Status::success)
        return capi::result(status);
    const uint64_t reopenings = handle->reopenings;
    uint64_t not_delivered = 0;
    const Status status = frames::next(*handle, request, dst, nbVal, not_delivered);
    if (handle->reopenings != reopenings)
        capi::show_segment(*image, *handle);
    else
        capi::show_position(*image, *handle);
    if (missed != nullptr)
        *missed = not_delivered;
    if (frame != nullptr && dst != nullptr && (status == Status::success || status == Status::overwrite))
        *frame = handle->reader.frame;
    return capi::result(status);
}
