// The numbered semaphores: posting them, and claiming one.
#include "capi/image.hpp"
#include "segment/notification.hpp"

using namespace dao;
using capi::Handle;
using capi::with_handle;

int_fast8_t daoSemPost(IMAGE *image, int32_t semNb)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (semNb < 0 || semNb >= IMAGE_NB_SEMAPHORE)
            return segment::fail_no_semaphore(*handle.segment, semNb);
        return segment::post(*handle.segment, handle.writer.name_watch, static_cast<uint32_t>(semNb));
    });
}

int_fast8_t daoSemPostAll(IMAGE *image)
{
    return with_handle(
        image, [](Handle &handle) noexcept { return segment::post_all(*handle.segment, handle.writer.name_watch); });
}

int_fast8_t daoSemLogPost(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept {
        return segment::post(*handle.segment, handle.writer.name_watch, protocol::log_semaphore);
    });
}

int_fast8_t daoShmPostSem(IMAGE *image, int32_t semNb)
{
    return daoSemPost(image, semNb);
}

int_fast8_t daoShmPostSemAll(IMAGE *image)
{
    return daoSemPostAll(image);
}

int32_t daoShmClaimSem(IMAGE *image)
{
    int32_t number = -1;
    (void)with_handle(image, [&](Handle &handle) noexcept {
        const Status status = frames::claim_semaphore(handle.reader);
        number = segment::claimed_number(handle.reader.claim);
        return status;
    });
    return number;
}

int_fast8_t daoShmReleaseSem(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept {
        segment::release_claim(*handle.segment, handle.reader.claim);
        return Status::success;
    });
}

int_fast8_t daoShmGetSemUser(IMAGE *image, int32_t semNb, uint32_t *pid)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (pid == nullptr)
            return base::fail_null(handle.segment->name(), "process id");
        if (semNb < 0 || semNb >= handle.segment->semaphore_limit())
            return segment::fail_no_semaphore(*handle.segment, semNb);
        *pid = base::token_pid(segment::find_claimant(*handle.segment, static_cast<uint32_t>(semNb)));
        return Status::success;
    });
}

int daoShmSemInUse(IMAGE *image, int32_t semNb)
{
    uint32_t pid = 0;
    return daoShmGetSemUser(image, semNb, &pid) == DAO_SUCCESS && pid != 0 ? 1 : 0;
}
