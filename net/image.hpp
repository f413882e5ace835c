// An IMAGE that closes itself.
#pragma once

#include "dao.h"
#include "failure.hpp"

namespace dao::net
{

class Image
{
  public:
    Image() = default;
    Image(const Image &) = delete;
    Image &operator=(const Image &) = delete;
    ~Image() { close(); }

    void close() noexcept
    {
        if (is_open())
            daoShmCloseShm(&image_);
    }
    bool is_open() const noexcept { return image_.used == 1; }
    IMAGE *get() noexcept { return &image_; }
    const IMAGE *operator->() const noexcept { return &image_; }
    IMAGE *operator->() noexcept { return &image_; }

    // Each closes what is open first, and throws Failure.
    void open(const char *name)
    {
        close();
        check(daoShmShm2Img(name, &image_));
    }
    void duplicate(IMAGE *other)
    {
        close();
        check(daoShmDuplicate(other, &image_));
    }

  private:
    static void check(int_fast8_t status)
    {
        if (status != DAO_SUCCESS)
            throw Failure::of_last_call();
    }

    IMAGE image_ = {};
};

}
