// Whether a wait that is none of dao.h's is to end: by daoShmInterrupt(), or by a signal, as those do.
#pragma once

#include "image.hpp"

namespace dao::net
{

// A call ends with DAO_INTERRUPTED.
struct Interrupted
{
};

class Interruption
{
  public:
    Interruption()
    {
        uint32_t one = 1;
        if (daoShmImageCreate(image_.get(), "daoNet: interruption", 1, &one, _DATATYPE_UINT8, 0, 0) != DAO_SUCCESS)
            throw Failure::of_last_call();
    }

    // Throws Interrupted when daoShmInterrupt() was called since this was made.
    void check()
    {
        if (daoShmWaitForFrame(image_.get(), 0, 0) == DAO_INTERRUPTED)
            throw Interrupted();
    }

  private:
    Image image_; // a private one, which no frame comes to
};

}
