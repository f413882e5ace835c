/**
 * @file daoMemory.hpp
 * @brief Objects that stand for shared memory: a loan to write into, a borrowed frame to read, a hold on a mapping.
 *
 * Programs include daoShm.hpp.
 */
#ifndef DAO_MEMORY_HPP
#define DAO_MEMORY_HPP

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "dao.h"
#include "daoTypes.hpp"

namespace Dao
{
/** Gives up a hold on memory. */
struct ReleaseMemory
{
    /** Give it up. */
    void operator()(DAO_MEMORY *memory) const noexcept { daoShmReleaseMemory(memory); }
};
/** A hold on the memory of a segment, from Image::hold_memory(): pointers into it stay valid until the hold goes, also
 *  after the image was re-opened, closed or destroyed. */
using Memory = std::unique_ptr<DAO_MEMORY, ReleaseMemory>;

/** @return how many `T` a frame of an open image has: elements, or bytes when `T` is `std::byte`. */
template <typename T>
uint64_t frame_size(const IMAGE &image) noexcept
{
    return daoShmGetFrameBytes(&image) / sizeof(T);
}

/**
 * The next slot's memory, to be filled in place; from Image::begin_write() (bytes) or Shm::begin_write(). Commit it, or
 * it is given back unpublished when it goes out of scope. It holds the segment's writer lock, and must not outlive its
 * image. When the image is opened again, it is over; its memory stays valid.
 */
template <typename T>
class Loan
{
  public:
    /** Begin a loan on an open image of element type `T`, or of any when `T` is `std::byte`. Throws also when the segment
     *  was replaced or removed, and when daoShmInterrupt() or a signal ended the wait for another writer. */
    explicit Loan(IMAGE *image) : image_(image)
    {
        DAO_MEMORY *memory = nullptr;
        require(daoShmHoldMemory(image, &memory));
        memory_.reset(memory);
        void *slot = nullptr;
        require(daoShmLoanBegin(image, &slot));
        md_ = image->md;
        data_ = static_cast<T *>(slot);
        size_ = frame_size<T>(*image);
    }
    /** Take over a loan. */
    Loan(Loan &&other) noexcept
        : image_(std::exchange(other.image_, nullptr)), md_(other.md_), memory_(std::move(other.memory_)),
          data_(other.data_), size_(other.size_)
    {
    }
    Loan &operator=(Loan &&) = delete;
    ~Loan() { abort(); }

    /** @return the first element. The slot holds an older frame's bytes. */
    T *data() noexcept { return data_; }
    /** @return number of elements, 0 when the loan is over. */
    uint64_t size() const noexcept { return is_under_way() ? size_ : 0; }
    /** @return element `index`, C order. */
    T &operator[](uint64_t index) noexcept { return data_[index]; }
    /** @return the first element. */
    T *begin() noexcept { return data_; }
    /** @return one past the last element. */
    T *end() noexcept { return data_ + size(); }

    /** Publish the frame; the loan is over. A second commit, or one after abort(), throws (`DAO_E_STATE`).
     *  @return `DAO_SUCCESS`, or `DAO_REPLACED` or `DAO_REMOVED`, and then nothing was published */
    int_fast8_t commit()
    {
        if (!is_under_way())
        {
            throw Error(DAO_E_STATE,
                        "commit: the loan is over; expected one that is neither committed nor aborted, of an image "
                        "that was not opened again");
        }
        const int_fast8_t status = check(daoShmLoanCommit(image_));
        image_ = nullptr;
        return status;
    }
    /** Give the slot back unpublished; the loan is over. With depth 1 there is then no whole frame until the next. */
    void abort() noexcept
    {
        if (is_under_way())
        {
            daoShmLoanAbort(image_);
        }
        image_ = nullptr;
    }

  private:
    // What was lent before the image was opened again is over: a loan that it has now is another one. The memory is held, so that
    // nothing else comes to lie there.
    bool is_under_way() const noexcept { return image_ != nullptr && image_->md == md_; }

    IMAGE *image_;
    const IMAGE_METADATA *md_ = nullptr;
    Memory memory_;
    T *data_ = nullptr;
    uint64_t size_ = 0;
};

/**
 * A frame read where it lies, without a copy; from Image::borrow_newest() (bytes), Shm::borrow_newest() and the like.
 *
 * The frame was whole when it was borrowed. Writers do not wait for it: once it was used, is_whole() says whether what
 * was read was that frame. With depth `d` it stays for `d - 1` publishes at least. The memory stays valid as long as
 * this object lives, also after its image was re-opened, closed or destroyed. Like its image, it is for one thread at a
 * time, and is_whole() counts as a call on the image.
 */
template <typename T>
class Borrowed
{
  public:
    /** No frame. @param status why */
    explicit Borrowed(int_fast8_t status) noexcept : status_(status) {}
    /** The frame `frame` of an open image, in the slot whose first element is `slot`. */
    Borrowed(std::shared_ptr<IMAGE> image, const void *slot, const DAO_FRAME &frame, int_fast8_t status)
        : image_(std::move(image)), md_(image_->md), data_(static_cast<const T *>(slot)), size_(frame_size<T>(*image_)),
          frame_(frame), status_(status)
    {
        DAO_MEMORY *memory = nullptr;
        require(daoShmHoldMemory(image_.get(), &memory));
        memory_.reset(memory);
    }

    /** @return `DAO_SUCCESS`; `DAO_OVERWRITE` when the writer had lapped this reader, and then it is the newest frame;
     *          or why there is no frame. */
    int_fast8_t status() const noexcept { return status_; }
    /** @return whether there is a frame. */
    explicit operator bool() const noexcept { return memory_ != nullptr; }
    /** @return which frame it is. */
    const DAO_FRAME &frame() const noexcept { return frame_; }
    /** Did the frame stay whole in its slot until now? False also after its image was re-opened or closed:
     *  then it cannot be known. */
    bool is_whole() const noexcept
    {
        return memory_ != nullptr && image_->md == md_ && daoShmCheckFrame(image_.get(), &frame_) == DAO_SUCCESS;
    }

    /** @return the first element, null when there is no frame. */
    const T *data() const noexcept { return memory_ ? data_ : nullptr; }
    /** @return number of elements, 0 when there is no frame. */
    uint64_t size() const noexcept { return memory_ ? size_ : 0; }
    /** @return element `index`, C order. */
    const T &operator[](uint64_t index) const noexcept { return data_[index]; }
    /** @return the first element. */
    const T *begin() const noexcept { return data(); }
    /** @return one past the last element. */
    const T *end() const noexcept { return data() + size(); }

  private:
    std::shared_ptr<IMAGE> image_; // still there, closed, when the image is gone
    Memory memory_;
    const IMAGE_METADATA *md_ = nullptr; // of the mapping that is held: no other can have its address
    const T *data_ = nullptr;
    uint64_t size_ = 0;
    DAO_FRAME frame_ = DAO_FRAME_INIT;
    int_fast8_t status_ = DAO_NOTREADY;
};
} // namespace Dao

#endif
