// An IMAGE that closes itself, and the calls as tests make them: a failure throws with the library's message.
#pragma once

#include <array>
#include <cstring>
#include <dao.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace test
{

using Shape = std::vector<uint32_t>;

inline void require(int_fast8_t status, const char *call)
{
    if (status != DAO_SUCCESS)
        throw std::runtime_error(std::string(call) + ": " + daoLastErrorMessage());
}

class Image
{
  public:
    /** Closed, and full of rubbish, as a caller's memory may be. */
    Image() { std::memset(static_cast<void *>(&image_), 0xa5, sizeof image_); }
    Image(const Image &) = delete;
    Image &operator=(const Image &) = delete;
    ~Image()
    {
        if (opened_)
            daoShmCloseShm(&image_);
    }

    int_fast8_t try_create(const std::string &name, const Shape &shape, uint8_t atype, uint32_t depth = 1,
                           int keywords = 0, int shared = 1)
    {
        opened_ = true;
        std::array<uint32_t, 16> size{}; // a pointer for no axes, too
        for (size_t axis = 0; axis < shape.size(); ++axis)
            size.at(axis) = shape[axis];
        return daoShmImageCreate_FIFO(&image_, name.c_str(), static_cast<long>(shape.size()), size.data(), atype,
                                      shared, keywords, depth);
    }
    int_fast8_t try_open(const std::string &name)
    {
        opened_ = true;
        return daoShmShm2Img(name.c_str(), &image_);
    }
    void create(const std::string &name, const Shape &shape, uint8_t atype, uint32_t depth = 1, int keywords = 0,
                int shared = 1)
    {
        require(try_create(name, shape, atype, depth, keywords, shared), "create");
    }
    void open(const std::string &name) { require(try_open(name), "open"); }
    void open_read_only(const std::string &name)
    {
        opened_ = true;
        require(daoShmOpenReadOnly(name.c_str(), &image_), "open read-only");
    }
    /** A second thing that needs closing, made by the caller. */
    IMAGE *taken()
    {
        opened_ = true;
        return &image_;
    }

    operator IMAGE *() { return &image_; }
    IMAGE *operator->() { return &image_; }

    DAO_SEGMENT_INFO info()
    {
        DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
        require(daoShmGetInfo(&image_, &info), "information");
        return info;
    }

  private:
    IMAGE image_;
    bool opened_ = false;
};

/** The code of the last failure, with its message where a test prints it. */
struct Failure
{
    DAO_ERROR_CODE code;
    std::string message;
};

inline Failure last_failure()
{
    return {daoLastErrorCode(), daoLastErrorMessage()};
}

}
