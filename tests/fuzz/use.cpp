#include "use.hpp"

#include "machine.hpp"

namespace fuzz
{
namespace
{

constexpr int64_t timeout_ns = 300'000'000;

void read(Input &input, IMAGE &image, Frame &frame)
{
    uint64_t counter = 0;
    uint64_t missed = 0;
    int64_t time_ns = 0;
    uint8_t *const to = frame.first.data();
    switch (input.below(6))
    {
    case 0:
        (void)daoShmReadNewest(&image, to, frame.count, &counter, &time_ns);
        break;
    case 1:
        (void)daoShmReadNext(&image, to, frame.count, &counter, &time_ns, &missed);
        break;
    case 2:
        (void)daoShmReadLast(&image, frame.several.data(), 1 + input.below(3), &counter);
        break;
    case 3:
    {
        DAO_NEXT_OPTIONS how = DAO_NEXT_OPTIONS_INIT;
        DAO_FRAME found = DAO_FRAME_INIT;
        how.order = input.below(2);
        how.wait = input.below(4);
        how.semaphore = static_cast<int32_t>(input.below(12));
        how.timeout_ns = timeout_ns;
        (void)daoShmNext(&image, &how, to, frame.count, &found, &missed);
        break;
    }
    case 4:
        (void)daoShmResetTail(&image, nullptr, nullptr);
        break;
    default:
        (void)daoShmGetCounter(&image);
        break;
    }
}

void borrow(Input &input, IMAGE &image, Frame &frame)
{
    void *slot = nullptr;
    DAO_FRAME found = DAO_FRAME_INIT;
    int_fast8_t status = DAO_ERROR;
    switch (input.below(5))
    {
    case 0:
        status = daoShmGetNewestSegment(&image, &slot, nullptr, nullptr);
        break;
    case 1:
        status = daoShmGetNextSegment(&image, &slot, nullptr, nullptr);
        break;
    case 2:
        status = daoShmGetArbitrarySegment(&image, &slot, input.take<uint32_t>());
        break;
    case 3:
        (void)daoShmGetFrameAt(&image, input.take<uint32_t>(), &found);
        break;
    default:
        (void)daoShmGetNewestFrame(&image, &found);
        break;
    }
    // Where a pointer is given, a whole frame can be read through it.
    if (slot != nullptr && (status == DAO_SUCCESS || status == DAO_OVERWRITE))
        std::memcpy(frame.first.data(), slot, frame.bytes);
    (void)daoShmCheckSegmentOverwrite(&image);
    (void)daoShmCheckFrame(&image, &found);
}

void write(Input &input, IMAGE &image, Frame &frame)
{
    void *slot = nullptr;
    IMAGE *inputs[2] = {&image, &image};
    const auto count = static_cast<uint32_t>(frame.count);
    switch (input.below(8))
    {
    case 0:
        (void)daoShmImage2Shm(frame.first.data(), count, &image);
        break;
    case 1:
        (void)daoShmImage2ShmQuiet(frame.first.data(), count, &image);
        break;
    case 2:
        (void)daoShmImagePart2Shm(reinterpret_cast<char *>(frame.first.data()), 1, &image,
                                  input.take<uint32_t>() % count, static_cast<uint16_t>(input.below(8)), 8,
                                  input.take<uint64_t>());
        break;
    case 3:
        (void)daoShmImagePart2ShmFinalize(&image);
        break;
    case 4:
        if (daoShmLoanBegin(&image, &slot) == DAO_SUCCESS)
        {
            std::memset(slot, 3, frame.bytes);
            (void)(input.below(2) == 0 ? daoShmLoanCommit(&image) : daoShmLoanAbort(&image));
        }
        break;
    case 5:
        (void)daoShmWriteSlice(&image, frame.first.data(), 1);
        break;
    case 6:
        (void)daoShmCombineShm2Shm(inputs, &image, 2, static_cast<int>(count));
        break;
    default:
        (void)daoShmTimestampShm(&image);
        break;
    }
}

void wait(Input &input, IMAGE &image)
{
    const uint64_t after = input.take<uint64_t>();
    switch (input.below(5))
    {
    case 0:
        (void)daoShmWaitForFrame(&image, after, timeout_ns);
        break;
    case 1:
        (void)daoShmWaitForFrameSpin(&image, after, timeout_ns);
        break;
    case 2:
        (void)daoShmWaitForFrameAdaptive(&image, after, timeout_ns);
        break;
    case 3:
        (void)daoSemPost(&image, static_cast<int32_t>(input.below(12)) - 1);
        break;
    default:
        (void)daoSemPostAll(&image);
        break;
    }
}

void keywords(Input &input, IMAGE &image)
{
    const std::string name = input.text(20);
    const std::string text = input.text(90);
    IMAGE_KEYWORD keyword = {};
    uint32_t count = 0;
    switch (input.below(6))
    {
    case 0:
        (void)daoShmSetKeywordLong(&image, name.c_str(), input.take<int64_t>(), text.c_str());
        break;
    case 1:
        (void)daoShmSetKeywordString(&image, name.c_str(), text.c_str(), nullptr);
        break;
    case 2:
        (void)daoShmGetKeyword(&image, name.c_str(), &keyword);
        break;
    case 3:
        (void)daoShmGetKeywordAt(&image, input.take<uint32_t>(), &keyword);
        break;
    case 4:
        (void)daoShmRemoveKeyword(&image, name.c_str());
        break;
    default:
        (void)daoShmCountKeywords(&image, &count);
        break;
    }
    require(std::memchr(keyword.comment, 0, sizeof keyword.comment) != nullptr, "a keyword's comment ends");
}

void ask(Input &input, IMAGE &image)
{
    DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
    DAO_READER readers[4] = {DAO_READER_INIT, DAO_READER_INIT, DAO_READER_INIT, DAO_READER_INIT};
    uint32_t count = 0;
    switch (input.below(5))
    {
    case 0:
        (void)daoShmGetInfo(&image, &info);
        break;
    case 1:
        (void)daoShmGetReaders(&image, readers, 4, &count);
        break;
    case 2:
        (void)daoShmCheckReplaced(&image);
        break;
    case 3:
        (void)daoShmUnlock(&image, static_cast<int>(input.below(2)));
        break;
    default:
        (void)daoShmGetMissed(&image);
        break;
    }
}

}

void use_once(Input &input, IMAGE &image, Frame &frame)
{
    const int64_t begun_ns = machine.now_ns;
    switch (input.below(6))
    {
    case 0:
        read(input, image, frame);
        break;
    case 1:
        borrow(input, image, frame);
        break;
    case 2:
        write(input, image, frame);
        break;
    case 3:
        wait(input, image);
        break;
    case 4:
        keywords(input, image);
        break;
    default:
        ask(input, image);
        break;
    }
    require(machine.now_ns - begun_ns < longest_call_ns, "a call ends within its limit");
}

}
