// daoShmNext() on a segment of numbered frames, in each wait mode.
#pragma once

#include "frames.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <dao.h>
#include <gtest/gtest.h>

namespace test
{

constexpr uint32_t size = 50;
constexpr uint32_t depth = 4;

class Next : public testing::TestWithParam<DAO_WAIT_MODE>
{
  protected:
    Next()
    {
        writer_.create(name_.text(), {size}, _DATATYPE_UINT32, depth);
        reader_.open(name_.text());
        how_.wait = GetParam();
        how_.timeout_ns = 10 * millisecond_ns;
    }

    static void publish(IMAGE *image, uint64_t number)
    {
        Frame frame(image->md->nelement);
        fill(frame, number);
        require(daoShmSetData(image, frame.data(), frame.size()), "publish");
    }
    int_fast8_t next()
    {
        data_.assign(size, 0);
        return daoShmNext(reader_, &how_, data_.data(), data_.size(), &frame_, &missed_);
    }
    testing::AssertionResult gives(uint64_t counter, uint64_t content, uint64_t missed,
                                   int_fast8_t expected = DAO_SUCCESS)
    {
        const int_fast8_t status = next();
        if (status != expected || frame_.cnt0 != counter || missed_ != missed || !is_frame(data_, content))
            return testing::AssertionFailure()
                   << "status " << static_cast<int>(status) << ", frame " << frame_.cnt0 << ", missed " << missed_
                   << ", content " << data_[0] << "; expected " << counter << ", " << missed << ", " << content;
        return testing::AssertionSuccess();
    }
    bool waits_for_semaphore() const { return GetParam() == DAO_WAIT_SEMAPHORE; }

    SegmentName name_;
    Image writer_, reader_;
    DAO_NEXT_OPTIONS how_ = DAO_NEXT_OPTIONS_INIT;
    DAO_FRAME frame_ = DAO_FRAME_INIT;
    Frame data_;
    uint64_t missed_ = 0;
};

}
