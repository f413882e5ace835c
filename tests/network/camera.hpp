// A segment that frames are published to.
#pragma once

#include "net.hpp"

namespace test
{

struct Camera
{
    explicit Camera(const Shape &shape = {4, 6}, uint32_t depth = 4, int keywords = 8)
    {
        image.create(name.text(), shape, _DATATYPE_FLOAT, depth, keywords);
    }
    void make_again(const Shape &shape)
    {
        require(daoShmCloseShm(image), "close");
        image.create(name.text(), shape, _DATATYPE_FLOAT, 4, 8);
    }
    // The value is the frame's counter, so that a copy can be told from any other frame.
    void publish() { publish(static_cast<float>(daoShmGetCounter(image) + 1)); }
    void publish(float value) { write(image, frame_of(image->md->nelement, value)); }

    SegmentName name;
    Image image;
};

}
