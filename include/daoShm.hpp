/**
 * @file daoShm.hpp
 * @brief Shared memory for real-time adaptive optics and scientific imaging: the C++ interface, C++17.
 *
 * A thin layer over dao.h, headers only; link with libdao. What a segment, a slot and a frame are, and the rules of
 * writing, reading and waiting, are described there. Dao::Shm is a segment of a C++ type; Dao::Image, in daoImage.hpp,
 * one of a type that is known at run time. This header brings everything along.
 *
 * Conventions that hold for every member unless it says otherwise:
 * - Errors throw Dao::Error. Conditions (`DAO_TIMEOUT`, `DAO_OVERWRITE`, `DAO_NOTREADY`, `DAO_INTERRUPTED`,
 *   `DAO_REPLACED`, `DAO_REMOVED`, `DAO_OUTRUN`, all negative) are results; where there is none to return, as of
 *   constructors, they are thrown, too. Members that write return the statuses of dao.h's calls.
 * - Shapes are in C order: `shape[0]` is the slow axis. Counts are in elements. Points in time are nanoseconds since
 *   the Unix epoch. Time limits are relative, on the monotonic clock; negative: no limit; 0: check once.
 * - Names and texts with a zero byte inside are errors.
 * - One object is for one thread at a time, except for write_packet(). Threads open the segment once each.
 */
#ifndef DAO_SHM_HPP
#define DAO_SHM_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dao.h"
#include "daoImage.hpp"
#include "daoMemory.hpp"
#include "daoTypes.hpp"

namespace Dao
{
/**
 * A segment of elements `T`: one of the 12 C types of dao.h, `std::complex<float>` or `std::complex<double>`.
 * It is an Image whose frames are made of `T`; what is not described here is as there.
 *
 * When the name comes to be a segment of another type and this follows, or is re-opened, it is closed and the call
 * throws `DAO_E_TYPE`: open it as an Image.
 */
template <typename T>
class Shm : public Image
{
  public:
    /** The element type, `_DATATYPE_x`. */
    static constexpr uint8_t element_type = ElementType<T>::code;

    /**
     * Make a segment, or reuse or replace the one that has the name; see daoShmImageCreate_FIFO().
     * @param name  path of the segment's file, 1 to 79 bytes
     * @param shape elements along each of 1 to 3 axes, each at least 1
     * @param frame if not null, published as the first frame; as many elements as the shape has
     * @param depth number of slots, at least 1
     */
    Shm(const std::string &name, const Shape &shape, const T *frame = nullptr, uint32_t depth = 1)
        : Shm(make(name, shape, element_type, 1, 0, depth))
    {
        if (frame != nullptr)
        {
            set_frame(frame);
        }
    }
    /** The same with room for keywords, a file mode and the rest chosen in `options`. */
    Shm(const std::string &name, const Shape &shape, const DAO_CREATE_OPTIONS &options)
        : Shm(Image(name, shape, element_type, options))
    {
    }
    /** Open a segment, for reading only where writing is not permitted. Throws `DAO_E_TYPE` when it is not of `T`. */
    explicit Shm(const std::string &name) : Shm(Image(name)) {}
    /** Take over an image. Throws `DAO_E_TYPE` when it is not of `T`; then it stays as it is. */
    explicit Shm(Image &&image) : Image(std::move(of_type(image))) {}
    /** Open a segment for reading only: changes nothing in it, and is not listed among its readers. */
    static Shm open_read_only(const std::string &name) { return Shm(Image::open_read_only(name)); }
    /** Make a private image, on the heap of this process; see Image::make_private(). */
    static Shm make_private(const std::string &name, const Shape &shape, uint32_t depth = 1, int keywords = 0)
    {
        return Shm(make(name, shape, element_type, 0, keywords, depth));
    }

    /* ----------------------------------------------------------------------------------------------- write */

    /** Publish a frame. @param frame element_count elements, C order */
    int_fast8_t set_frame(const T *frame) { return Image::set_frame(frame); }
    /** Publish a frame. @param frame at most element_count elements; with fewer, or none, the rest is the last frame's */
    int_fast8_t set_frame(const std::vector<T> &frame)
    {
        const T nothing{}; // an empty vector may have no address
        return Image::set_frame(frame.empty() ? &nothing : frame.data(), frame.size());
    }
    /** Copy data without counting a frame and without waking anybody; see daoShmImage2ShmQuiet().
     *  @param frame element_count elements */
    int_fast8_t set_frame_quiet(const T *frame) { return Image::set_frame_quiet(frame); }
    /** Begin a loan: the next slot's memory, to be filled in place. @see Loan */
    Loan<T> begin_write() { return Loan<T>(handle()); }
    /** Write the next slice of a rolling buffer (3 axes) and publish. @param slice shape[1] * shape[2] elements */
    int_fast8_t write_slice(const T *slice) { return Image::write_slice(slice); }
    /** Put one packet of a frame into the next slot; see Image::write_packet(). */
    int_fast8_t write_packet(const T *packet, uint32_t count, uint32_t position, uint16_t packet_index,
                             uint16_t packet_total, uint64_t frame_number)
    {
        return Image::write_packet(packet, count, position, packet_index, packet_total, frame_number);
    }
    /** Publish the element-wise sum of the newest frames of other segments; see Image::combine(). */
    int_fast8_t combine(const std::vector<Shm *> &inputs, int count)
    {
        return Image::combine(std::vector<Image *>(inputs.begin(), inputs.end()), count);
    }

    /* ----------------------------------------------------------------------------------------------- reads */

    /** Wait for the next frame that was not seen here, and copy it, whole; see Image::next(). When this follows a
     *  replacement of another shape it goes on there. @param frame resized to element_count
     *  @param how which frame, and how to wait; at first the newest, asleep, without a limit */
    ReadResult next(std::vector<T> &frame, const NextOptions &how = {})
    {
        return in_any_shape(how, [&](const NextOptions &remaining) {
            frame.resize(frame_size<T>(*handle()));
            return Image::next(frame.data(), frame.size(), remaining);
        });
    }
    /** The same into a given place; reports `DAO_REPLACED` after it followed to another shape.
     *  @param dst room for `count` elements @param count at most element_count @param how as there */
    ReadResult next(T *dst, uint64_t count, const NextOptions &how = {}) { return Image::next(dst, count, how); }
    /** Copy the newest frame, whole; see Image::read(). @param frame resized to element_count */
    ReadResult read(std::vector<T> &frame)
    {
        frame.resize(frame_size<T>(*handle()));
        return Image::read(frame.data(), frame.size());
    }
    /** The same into a given place. @param dst room for `count` elements @param count at most element_count */
    ReadResult read(T *dst, uint64_t count) { return Image::read(dst, count); }
    /** Copy the next frame in order, whole, without waiting; see Image::read_next(). @param frame resized to
     *  element_count */
    ReadResult read_next(std::vector<T> &frame)
    {
        frame.resize(frame_size<T>(*handle()));
        return Image::read_next(frame.data(), frame.size());
    }
    /** The same into a given place. @param dst room for `count` elements @param count at most element_count */
    ReadResult read_next(T *dst, uint64_t count) { return Image::read_next(dst, count); }
    /** Copy the last `count` frames, oldest first, whole and without a gap; see Image::read_last().
     *  @param frames resized to count * element_count @param count 1 to depth */
    ReadResult read_last(std::vector<T> &frames, uint32_t count)
    {
        frames.resize(frame_size<T>(*handle()) * room_for(count));
        return Image::read_last(frames.data(), count);
    }

    /* ----------------------------------------------------------------------- pointers into shared memory */

    /** Borrow the newest frame: read it where it lies; see Image::borrow_newest(). */
    Borrowed<T> borrow_newest() { return lend_newest<T>(); }
    /** Wait as next() does and borrow the frame; see Image::borrow_next(). When this follows a replacement of another
     *  shape it goes on there. */
    Borrowed<T> borrow_next(const NextOptions &how = {})
    {
        const auto wait = [&](const NextOptions &remaining) { return Image::next(nullptr, 0, remaining); };
        return lend_next<T>(in_any_shape(how, wait), how);
    }
    /** Wait as `sync` says, without a limit, and borrow the newest frame; see Image::get_frame(). */
    T *get_frame(ShmSync sync = ShmSync::NONE) { return static_cast<T *>(Image::get_frame(sync)); }
    /** The same with a limit. @param sync how to wait
     *  @param syncValue seconds for a semaphore; for `SPIN` the `cnt0` to wait for */
    T *get_frame(ShmSync sync, size_t syncValue) { return static_cast<T *>(Image::get_frame(sync, syncValue)); }
    /** Borrow the frame after the last one read in order; see Image::get_next_frame(). */
    T *get_next_frame(bool wait, int_fast8_t &status) { return static_cast<T *>(Image::get_next_frame(wait, status)); }
    /** The same. @param wait wait until there is one @param status set @param cnt0 set to the frame's counter */
    T *get_next_frame(bool wait, int_fast8_t &status, uint64_t &cnt0)
    {
        return static_cast<T *>(Image::get_next_frame(wait, status, cnt0));
    }
    /** Borrow slot `segment_idx` modulo depth. */
    T *get_arbitrary_frame(uint32_t segment_idx) { return static_cast<T *>(Image::get_arbitrary_frame(segment_idx)); }

  protected:
    uint8_t required_type() const noexcept override { return element_type; }

  private:
    static Image &of_type(Image &image)
    {
        if (image.get_type() != element_type)
        {
            throw type_error(image.name(), image.get_type(), element_type);
        }
        return image;
    }

    /** Do `next_once(how)`, and again in the time that remains when it followed to a segment of another shape. */
    template <typename NextOnce>
    ReadResult in_any_shape(NextOptions how, NextOnce next_once)
    {
        using std::chrono::nanoseconds, std::chrono::steady_clock;
        const nanoseconds limit = how.timeout;
        const bool limited = limit > nanoseconds::zero() && follows(how);
        const auto start = limited ? steady_clock::now() : steady_clock::time_point();
        ReadResult result = next_once(how);
        // A private image has no file, and so nowhere to follow to.
        while (result.status == DAO_REPLACED && follows(how) && handle()->shmfd >= 0)
        {
            if (limited)
            {
                const nanoseconds elapsed = steady_clock::now() - start;
                how.timeout = (std::max)(limit - elapsed, nanoseconds::zero()); // windows.h has a macro max
            }
            result = next_once(how);
        }
        return result;
    }
};
} // namespace Dao

#endif
