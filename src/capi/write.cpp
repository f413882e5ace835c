#include "capi/image.hpp"
#include "frames/writer.hpp"

using namespace dao;
using base::fail;
using capi::Handle;
using capi::with_handle;

int_fast8_t daoShmSetData(IMAGE *image, const void *im, uint64_t nbVal)
{
    return with_handle(image, [&](Handle &handle) noexcept { return frames::publish(handle.writer, im, nbVal); });
}

int_fast8_t daoShmImage2Shm(void *im, uint32_t nbVal, IMAGE *image)
{
    return daoShmSetData(image, im, nbVal);
}

int_fast8_t daoShmSetDataQuiet(IMAGE *image, const void *im, uint64_t nbVal)
{
    return with_handle(image, [&](Handle &handle) noexcept { return frames::write_quietly(handle.writer, im, nbVal); });
}

int_fast8_t daoShmImage2ShmQuiet(void *im, uint32_t nbVal, IMAGE *image)
{
    return daoShmSetDataQuiet(image, im, nbVal);
}

int_fast8_t daoShmImagePart2Shm(char *im, uint32_t nbVal, IMAGE *image, uint32_t position, uint16_t packetId,
                                uint16_t packetTotal, uint64_t frameNumber)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        return frames::write_packet(handle.writer, {im, nbVal, position, packetId, packetTotal, frameNumber});
    });
}

int_fast8_t daoShmImagePart2ShmFinalize(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept { return frames::finalise(handle.writer); });
}

int_fast8_t daoShmCombineShm2Shm(IMAGE **imageCube, IMAGE *image, int nbChannel, int nbVal)
{
    return with_handle(image, [&](Handle &output) noexcept {
        const char *name = output.segment->name();
        if (imageCube == nullptr)
            return base::fail_null(name, "list of images to add up");
        if (nbChannel < 1 || nbChannel > DAO_MAX_COMBINE_CHANNELS)
            return fail(DAO_E_RANGE, "%s: %d images to add up; expected 1 to %d", name, nbChannel,
                        DAO_MAX_COMBINE_CHANNELS);
        if (nbVal < 0)
            return fail(DAO_E_RANGE, "%s: %d elements to add up; expected at least 0", name, nbVal);
        frames::Reader *inputs[DAO_MAX_COMBINE_CHANNELS];
        for (int channel = 0; channel < nbChannel; ++channel)
        {
            Handle *input = capi::handle_of(imageCube[channel]);
            if (input == nullptr)
                return Status::error;
            inputs[channel] = &input->reader;
        }
        return frames::publish_sum(inputs, static_cast<uint32_t>(nbChannel), output.writer,
                                   static_cast<uint64_t>(nbVal));
    });
}

int_fast8_t daoShmTimestampShm(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept { return frames::stamp(handle.writer); });
}

int_fast8_t daoShmLoanBegin(IMAGE *image, void **slot)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        if (slot == nullptr)
            return base::fail_null(handle.segment->name(), "slot's pointer");
        return frames::begin_loan(handle.writer, *slot);
    });
}

int_fast8_t daoShmLoanCommit(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept { return frames::commit_loan(handle.writer); });
}

int_fast8_t daoShmLoanAbort(IMAGE *image)
{
    return with_handle(image, [](Handle &handle) noexcept { return frames::abort_loan(handle.writer); });
}

int_fast8_t daoShmWriteSlice(IMAGE *image, const void *slice, uint64_t nbVal)
{
    return with_handle(image,
                       [&](Handle &handle) noexcept { return frames::write_slice(handle.writer, slice, nbVal); });
}

int_fast8_t daoShmSetFrameId(IMAGE *image, uint64_t frame_id)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        handle.writer.frame_id = frame_id;
        handle.writer.has_frame_id = true;
        return Status::success;
    });
}

int_fast8_t daoShmSetAcquisitionTime(IMAGE *image, int64_t atime_ns)
{
    return with_handle(image, [&](Handle &handle) noexcept {
        handle.writer.acquisition_time_ns = atime_ns;
        handle.writer.has_acquisition_time = true;
        return Status::success;
    });
}
