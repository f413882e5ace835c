#include "capi/image.hpp"
#include "platform/platform.hpp"
#include "segment/notification.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

using namespace dao;
using base::fail;
using capi::Handle;
using capi::result;

namespace
{

std::atomic<uint32_t> default_file_mode{0600};
std::atomic<int> default_compatibility{-1}; // -1: as the environment says

Status make_geometry(const char *name, long naxis, const uint32_t *size, uint8_t atype, int64_t keywords,
                     uint32_t depth, format::Geometry &geometry) noexcept
{
    if (size == nullptr)
        return base::fail_null(name, "array of sizes");
    if (naxis < 1 || naxis > 3)
        return fail(DAO_E_SHAPE, "%.79s: number of axes is %ld; expected 1 to 3", name, naxis);
    if (keywords < 0 || keywords > format::keyword_limit)
        return fail(DAO_E_KEYWORD, "%.79s: room for %lld keywords; expected 0 to %u", name,
                    static_cast<long long>(keywords), format::keyword_limit);
    geometry.naxis = static_cast<uint8_t>(naxis);
    for (long axis = 0; axis < naxis; ++axis)
        geometry.size[axis] = size[axis];
    geometry.atype = atype;
    geometry.keywords = static_cast<uint32_t>(keywords);
    geometry.depth = depth;
    return Status::success;
}

// Binds what `fill` opens to the image; on failure the image is closed.
template <class Fill>
int_fast8_t open_image(IMAGE *image, const char *name, Fill &&fill) noexcept
{
    if (image == nullptr)
        return result(base::fail_null("IMAGE", "image"));
    std::unique_ptr<Handle> handle(new (std::nothrow) Handle);
    if (handle == nullptr)
    {
        capi::unbind(*image);
        return result(base::fail_no_memory(name, "handle"));
    }
    const base::FormerError former;
    const Status status = former.restore_if_done(fill(handle->segment));
    if (status != Status::success)
    {
        capi::unbind(*image);
        return result(status);
    }
    frames::begin(*handle);
    capi::bind(*image, name, handle.release());
    return DAO_SUCCESS;
}

int_fast8_t create_image(IMAGE *image, const char *name, const format::Geometry &geometry,
                         const segment::CreateOptions &options, bool shared) noexcept
{
    return open_image(image, name, [&](segment::SegmentPointer &segment) noexcept {
        return shared ? segment::create(name, geometry, options, segment)
                      : segment::create_private(name, geometry, segment);
    });
}

int_fast8_t refuse(IMAGE *image) noexcept
{
    if (image != nullptr)
        capi::unbind(*image);
    return DAO_ERROR;
}

segment::CreateOptions default_options() noexcept
{
    return {default_file_mode.load(), false, daoShmGetCompatibility() != 0, false};
}

}

int_fast8_t daoShmImageCreate_FIFO(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype,
                                   int shared, int NBkw, uint32_t fifo_size)
{
    format::Geometry geometry;
    if (segment::check_segment_name(name) != Status::success ||
        make_geometry(name, naxis, size, atype, NBkw, fifo_size, geometry) != Status::success)
        return refuse(image);
    return create_image(image, name, geometry, default_options(), shared != 0);
}

int_fast8_t daoShmImageCreate(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype, int shared,
                              int NBkw)
{
    return daoShmImageCreate_FIFO(image, name, naxis, size, atype, shared, NBkw, 1);
}

int_fast8_t daoShmImageCreateWith(IMAGE *image, const char *name, long naxis, const uint32_t *size, uint8_t atype,
                                  const DAO_CREATE_OPTIONS *options)
{
    constexpr DAO_CREATE_OPTIONS usual = DAO_CREATE_OPTIONS_INIT;
    if (options != nullptr && capi::check_size(options, "DAO_CREATE_OPTIONS") != Status::success)
        return refuse(image);
    const DAO_CREATE_OPTIONS wanted = options != nullptr ? *options : usual;
    format::Geometry geometry;
    if (segment::check_segment_name(name) != Status::success ||
        make_geometry(name, naxis, size, atype, wanted.keywords, wanted.depth == 0 ? 1 : wanted.depth, geometry) !=
            Status::success)
        return refuse(image);
    if (wanted.file_mode > 0777)
    {
        (void)fail(DAO_E_ARGUMENT, "%s: file_mode is %#o; expected permission bits, at most 0777", name,
                   static_cast<unsigned>(wanted.file_mode));
        return refuse(image);
    }
    segment::CreateOptions choices = default_options();
    choices.is_mode_asked = wanted.file_mode != 0;
    if (choices.is_mode_asked)
        choices.file_mode = wanted.file_mode;
    choices.exclusive = wanted.exclusive != 0;
    if (wanted.compatibility != 0)
        choices.dao_semaphores = wanted.compatibility > 0;
    return create_image(image, name, geometry, choices, true);
}

int_fast8_t daoShmInit1D(const char *name, uint32_t nbVal, IMAGE **image)
{
    if (image == nullptr)
        return result(base::fail_null("IMAGE", "image"));
    *image = nullptr;
    auto *made = static_cast<IMAGE *>(std::malloc(sizeof(IMAGE)));
    if (made == nullptr)
        return result(base::fail_no_memory(name, "image"));
    uint32_t size[2] = {nbVal, 1};
    if (const int_fast8_t status = daoShmImageCreate(made, name, 2, size, _DATATYPE_FLOAT, 1, 0); status != DAO_SUCCESS)
    {
        std::free(made);
        return status;
    }
    *image = made;
    return DAO_SUCCESS;
}

int_fast8_t daoShmShm2Img(const char *name, IMAGE *image)
{
    return open_image(image, name,
                      [&](segment::SegmentPointer &segment) noexcept { return segment::open(name, false, segment); });
}

int_fast8_t daoShmOpenReadOnly(const char *name, IMAGE *image)
{
    const int_fast8_t opened = open_image(
        image, name, [&](segment::SegmentPointer &segment) noexcept { return segment::open(name, true, segment); });
    if (opened == DAO_SUCCESS)
        capi::handle_of(image)->wants_read_only = true;
    return opened;
}

int_fast8_t daoShmDuplicate(IMAGE *image, IMAGE *duplicate)
{
    if (image == duplicate)
        return result(fail(DAO_E_ARGUMENT, "IMAGE: the duplicate is the image itself; expected another"));
    const Handle *handle = capi::handle_of(image);
    if (handle == nullptr)
        return refuse(duplicate);
    const int_fast8_t opened = open_image(duplicate, image->name, [&](segment::SegmentPointer &segment) noexcept {
        segment = handle->segment;
        return Status::success;
    });
    if (opened == DAO_SUCCESS)
        capi::handle_of(duplicate)->wants_read_only = handle->wants_read_only;
    return opened;
}

int_fast8_t daoShmCloseShm(IMAGE *image)
{
    if (image == nullptr)
        return result(base::fail_null("IMAGE", "image"));
    if (image->used != 1 || image->semReadPID == nullptr)
        return DAO_SUCCESS;
    const std::unique_ptr<Handle> handle(capi::handle_of(image));
    if (handle == nullptr)
        return DAO_ERROR;
    frames::end(*handle);
    capi::unbind(*image);
    return DAO_SUCCESS;
}

int_fast8_t daoShmRemove(const char *name)
{
    const base::FormerError former;
    return result(former.restore_if_done(segment::remove(name)));
}

int_fast8_t daoShmRetirePrivate(IMAGE *image, int replaced)
{
    return capi::with_handle(image, [&](Handle &handle) noexcept {
        if (handle.segment->file().is_open())
            return fail(DAO_E_ARGUMENT, "%s: cannot retire it: it is a file; expected a private image",
                        handle.segment->name());
        segment::retire(*handle.segment, replaced != 0 ? format::state_replaced : format::state_removed);
        return Status::success;
    });
}

int_fast8_t daoShmCheckReplaced(IMAGE *image)
{
    return capi::with_handle(image, [](Handle &handle) noexcept {
        return base::condition(handle.segment->query_name(), handle.segment->name());
    });
}

int_fast8_t daoShmReopen(IMAGE *image)
{
    Handle *handle = capi::handle_of(image);
    if (handle == nullptr)
        return DAO_ERROR;
    if (!handle->segment->file().is_open())
        return result(fail(DAO_E_ARGUMENT, "%s: cannot open it again: it is a private image; expected a segment",
                           handle->segment->name()));
    const base::FormerError former;
    const Status status = former.restore_if_done(frames::reopen(*handle));
    if (status == Status::success)
        capi::show_segment(*image, *handle);
    return result(status);
}

// A hold is a share in the segment's pointer: the segment stays mapped while there is one.
struct DAO_MEMORY
{
    segment::SegmentPointer segment;
};

int_fast8_t daoShmHoldMemory(IMAGE *image, DAO_MEMORY **memory)
{
    return capi::with_handle(image, [&](Handle &handle) noexcept {
        if (memory == nullptr)
            return base::fail_null(handle.segment->name(), "hold");
        *memory = new (std::nothrow) DAO_MEMORY{handle.segment};
        return *memory != nullptr ? Status::success : base::fail_no_memory(handle.segment->name(), "hold");
    });
}

void daoShmReleaseMemory(DAO_MEMORY *memory)
{
    delete memory;
}

int_fast8_t daoShmImageCreateSem(IMAGE *image, long NBsem)
{
    return capi::with_handle(image, [&](Handle &handle) noexcept {
        segment::Segment &segment = *handle.segment;
        if (NBsem < 1 || NBsem > IMAGE_NB_SEMAPHORE)
            return fail(DAO_E_SEMAPHORE, "%s: %ld semaphores; expected 1 to %d", segment.name(), NBsem,
                        IMAGE_NB_SEMAPHORE);
        if (segment.read_only())
            return base::fail_read_only(segment.name(), "set its number of semaphores");
        for (uint32_t slot = 0; slot < segment.depth(); ++slot)
            segment.metadata(slot)->sem = static_cast<uint16_t>(NBsem);
        if (segment.has_named_semaphores())
        {
            segment.open_named_semaphores(true, default_file_mode.load());
            capi::show_segment(*image, handle);
        }
        return Status::success;
    });
}

int_fast8_t daoImageCreateSem(IMAGE *image, long NBsem)
{
    return daoShmImageCreateSem(image, NBsem);
}

void daoShmSetFileMode(uint32_t mode)
{
    default_file_mode.store(mode & 0777);
}

uint32_t daoShmGetFileMode(void)
{
    return default_file_mode.load();
}

void daoShmSetCompatibility(int on)
{
    default_compatibility.store(on != 0 ? 1 : 0);
}

int daoShmGetCompatibility(void)
{
    int chosen = default_compatibility.load();
    if (chosen < 0)
    {
        const char *wanted = platform::environment("DAO_COMPATIBILITY");
        chosen = wanted != nullptr && std::strcmp(wanted, "1") == 0 ? 1 : 0;
    }
    return chosen;
}
