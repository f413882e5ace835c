/**
 * @file daoImage.hpp
 * @brief Dao::Image: a segment of elements of any type.
 *
 * Programs include daoShm.hpp.
 */
#ifndef DAO_IMAGE_HPP
#define DAO_IMAGE_HPP

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dao.h"
#include "daoMemory.hpp"
#include "daoTypes.hpp"

namespace Dao
{
/**
 * A segment whose element type is known at run time: all calls of dao.h, on untyped memory. Dao::Shm adds the type.
 * Movable, not copyable. Closed on destruction; the segment itself stays, see remove_segment().
 *
 * Moving a Shm into an Image gives up the type; `Shm<T>(std::move(image))` checks it and takes it on.
 */
class Image
{
  public:
    /* ------------------------------------------------------------------------------------------------ life */

    /** Make a segment, or reuse or replace the one that has the name; see daoShmImageCreate_FIFO().
     *  @param name    path of the segment's file, 1 to 79 bytes
     *  @param shape   elements along each of 1 to 3 axes, each at least 1
     *  @param type    element type, `_DATATYPE_x`
     *  @param options depth, room for keywords, file mode; `exclusive` 1: throw `DAO_E_EXISTS` if the name is taken */
    Image(const std::string &name, const Shape &shape, uint8_t type,
          const DAO_CREATE_OPTIONS &options = CreateOptions())
        : Image(create(
              [&](IMAGE *image, const uint32_t *size) {
                  return daoShmImageCreateWith(image, c_name(name), static_cast<long>(shape.size()), size, type,
                                               &options);
              },
              shape))
    {
    }
    /** Open a segment, for reading only where writing is not permitted. */
    explicit Image(const std::string &name) : Image(open(daoShmShm2Img, name)) {}
    /** Open a segment for reading only: changes nothing in it, and is not listed among its readers. */
    static Image open_read_only(const std::string &name) { return Image(open(daoShmOpenReadOnly, name)); }
    /** Open by a call of C, for libraries that build on this one.
     *  @param open_image gets the IMAGE to fill, and returns a status
     *  @return nothing when that is a condition, such as `DAO_TIMEOUT` */
    template <typename Open>
    static std::optional<Image> open_by(Open open_image)
    {
        auto image = std::make_shared<IMAGE>();
        if (check(open_image(image.get())) != DAO_SUCCESS)
        {
            return std::nullopt;
        }
        return Image(std::move(image));
    }
    /** Make a private image, on the heap of this process, on which the same calls work.
     *  @param name     what it calls itself, 1 to 79 bytes; no file is made
     *  @param shape    elements along each axis
     *  @param type     element type, `_DATATYPE_x`
     *  @param depth    number of slots, at least 1
     *  @param keywords room for so many keywords, 0 to 65535 */
    static Image make_private(const std::string &name, const Shape &shape, uint8_t type, uint32_t depth = 1,
                              int keywords = 0)
    {
        return make(name, shape, type, 0, keywords, depth);
    }

    /** @return another image of the same memory, private images included, with a place of its own among the frames,
     *          after the newest: for another thread. It follows as this one does. */
    Image duplicate() const
    {
        auto image = std::make_shared<IMAGE>();
        require(daoShmDuplicate(handle(), image.get()));
        Image result(std::move(image));
        result.follow_ = follow_;
        return result;
    }

    /** Take over the other's segment; the other is closed then, and its members throw. */
    Image(Image &&other) noexcept
        : image_(std::move(other.image_)), follow_(other.follow_), depth_(std::exchange(other.depth_, Depth{}))
    {
    }
    /** Close this segment and take over the other. A Shm that is given a segment of another element type, through
     *  a reference to Image, is closed. */
    Image &operator=(Image &&other) noexcept
    {
        Image taken(std::move(other));
        std::swap(image_, taken.image_);
        std::swap(follow_, taken.follow_);
        std::swap(depth_, taken.depth_);
        if (!is_closed() && !suits(image_->md->atype))
        {
            daoShmCloseShm(image_.get());
        }
        return *this;
    }
    virtual ~Image()
    {
        if (image_ != nullptr)
        {
            daoShmCloseShm(image_.get());
        }
    }

    /** Close: members throw `DAO_E_CLOSED` afterwards. Memory that a Borrowed or hold_memory() keeps stays valid.
     *  A second close does nothing. */
    void close()
    {
        if (image_ != nullptr)
        {
            check(daoShmCloseShm(image_.get()));
        }
    }
    /** @return whether it was closed or moved from. */
    bool is_closed() const noexcept { return image_ == nullptr || image_->md == nullptr; }
    /** Is the segment still the one under its name? @return `DAO_SUCCESS`, `DAO_REPLACED` or `DAO_REMOVED` */
    int_fast8_t replaced() const { return check(daoShmCheckReplaced(handle())); }
    /** Open the segment that now has the name, and read in order from its first frame. Pointers into the old one become
     *  invalid (see Borrowed and hold_memory()), and shape, depth and, for an Image, type may be others. When it cannot
     *  be opened this throws and the old one stays open; when it is not of a Shm's type this throws `DAO_E_TYPE` and
     *  the Shm is closed. */
    void reopen()
    {
        require(daoShmReopen(handle()));
        require_type();
    }
    /** Whether next() and borrow_next() go on in a segment that replaces this one, where NextOptions does not say. Off
     *  at first. The other reads and waits never follow: they report `DAO_REPLACED`, and reopen() switches to it. */
    void set_follow(bool follow) noexcept { follow_ = follow; }
    /** Keep the memory that is mapped now, so that pointers into it stay valid after reopen() and close(). */
    Memory hold_memory() const
    {
        DAO_MEMORY *memory = nullptr;
        require(daoShmHoldMemory(handle(), &memory));
        return Memory(memory);
    }
    /** Set how many semaphores the segment has, 1 to 10; see daoShmImageCreateSem(). */
    void set_semaphore_count(long count) { require(daoShmImageCreateSem(handle(), count)); }

    /* ----------------------------------------------------------------------------------------------- write */

    /** Publish a frame. @param frame element_count elements, C order */
    int_fast8_t set_frame(const void *frame) { return set_frame(frame, get_element_count()); }
    /** Publish a frame. @param frame `count` elements
     *  @param count at most element_count; with fewer, the rest is the last frame's content */
    int_fast8_t set_frame(const void *frame, uint64_t count) { return check(daoShmSetData(handle(), frame, count)); }
    /** Copy data without counting a frame and without waking anybody; see daoShmImage2ShmQuiet().
     *  @param frame element_count elements */
    int_fast8_t set_frame_quiet(const void *frame) { return set_frame_quiet(frame, get_element_count()); }
    /** The same. @param frame `count` elements @param count at most element_count */
    int_fast8_t set_frame_quiet(const void *frame, uint64_t count)
    {
        return check(daoShmSetDataQuiet(handle(), frame, count));
    }
    /** Begin a loan: the next slot's memory, to be filled in place. @see Loan */
    Loan<std::byte> begin_write() { return Loan<std::byte>(handle()); }
    /** Write the next slice of a rolling buffer (3 axes) and publish. @param slice shape[1] * shape[2] elements */
    int_fast8_t write_slice(const void *slice)
    {
        const IMAGE_METADATA &md = metadata();
        return check(daoShmWriteSlice(handle(), slice, static_cast<uint64_t>(md.size[1]) * md.size[2]));
    }
    /** Put one packet of a frame into the next slot; finalise() publishes it. Threads may put packets of one frame.
     *  @param packet       `count` elements
     *  @param count        elements of the packet
     *  @param position     index of its first element in the frame
     *  @param packet_index its number, from 0 or from 1 or any other
     *  @param packet_total packets per frame, 0 when that is not known
     *  @param frame_number stored in `lastNbArray[packet_index]` where the table reaches: up to 511 */
    int_fast8_t write_packet(const void *packet, uint32_t count, uint32_t position, uint16_t packet_index,
                             uint16_t packet_total, uint64_t frame_number)
    {
        return check(daoShmImagePart2Shm(static_cast<char *>(const_cast<void *>(packet)), count, handle(), position,
                                         packet_index, packet_total, frame_number));
    }
    /** Publish what packets, a quiet write or the program itself put into the next slot. */
    int_fast8_t finalise() { return check(daoShmImagePart2ShmFinalize(handle())); }
    /** Publish the element-wise sum of the newest frames of other segments of the same type.
     *  @param inputs at most `DAO_MAX_COMBINE_CHANNELS`
     *  @param count  elements to add up, at most those of each */
    int_fast8_t combine(const std::vector<Image *> &inputs, int count)
    {
        std::vector<IMAGE *> images;
        for (Image *input : inputs)
        {
            images.push_back(input ? input->image() : nullptr);
        }
        return check(daoShmCombineShm2Shm(images.data(), handle(), static_cast<int>(images.size()), count));
    }
    /** Set `cnt2`, the frame id or number of events, of the next frame published here. */
    void set_frame_id(uint64_t frame_id) { require(daoShmSetFrameId(handle(), frame_id)); }
    /** Set the acquisition time of the next frame published here (else: the time then). */
    void set_acquisition_time(TimePoint time)
    {
        require(daoShmSetAcquisitionTime(handle(), time.time_since_epoch().count()));
    }
    /** Stamp the newest frame with the time now; see daoShmTimestampShm(). */
    int_fast8_t timestamp() { return check(daoShmTimestampShm(handle())); }
    /** Post one semaphore. */
    void post(int32_t semaphore) { require(daoSemPost(handle(), semaphore)); }
    /** Post all semaphores. */
    void post_all() { require(daoSemPostAll(handle())); }
    /** Post the semaphore of loggers. */
    void post_log() { require(daoSemLogPost(handle())); }
    /** Claim a semaphore for this object alone, which it keeps; see daoShmClaimSem(). @return its number */
    int32_t claim_semaphore()
    {
        const int32_t number = daoShmClaimSem(handle());
        if (number < 0)
        {
            check(DAO_ERROR);
        }
        return number;
    }
    /** Give back what claim_semaphore() claimed. */
    void release_semaphore() { require(daoShmReleaseSem(handle())); }
    /** @return the id of the process that has claimed the semaphore, 0 when none has. */
    uint32_t semaphore_user(int32_t semaphore)
    {
        uint32_t pid = 0;
        require(daoShmGetSemUser(handle(), semaphore, &pid));
        return pid;
    }

    /* ----------------------------------------------------------------------------------------------- waits */

    /** Wait, asleep, until the counter exceeds `after_cnt0`. Any number of readers.
     *  @param after_cnt0 counter of the last frame seen
     *  @param timeout    time limit; negative: no limit; 0: check once
     *  @return `DAO_SUCCESS`, `DAO_TIMEOUT`, `DAO_INTERRUPTED`, `DAO_REPLACED` or `DAO_REMOVED` */
    int_fast8_t wait_for_frame(uint64_t after_cnt0, std::chrono::nanoseconds timeout = forever)
    {
        return check(daoShmWaitForFrame(handle(), after_cnt0, timeout.count()));
    }
    /** The same, spinning: the shortest latency, one processor core busy. */
    int_fast8_t wait_for_frame_spin(uint64_t after_cnt0, std::chrono::nanoseconds timeout = forever)
    {
        return check(daoShmWaitForFrameSpin(handle(), after_cnt0, timeout.count()));
    }
    /** The same; sleeps until shortly before the next frame is due, then spins. */
    int_fast8_t wait_for_frame_adaptive(uint64_t after_cnt0, std::chrono::nanoseconds timeout = forever)
    {
        return check(daoShmWaitForFrameAdaptive(handle(), after_cnt0, timeout.count()));
    }
    /** Wait until semaphore `semaphore` is posted, and take the post. One reader for each number; `DAO_SEM_AUTO`: the one
     *  that claim_semaphore() claims.
     *  @return `DAO_SUCCESS`, `DAO_TIMEOUT`, `DAO_INTERRUPTED`, `DAO_REPLACED` or `DAO_REMOVED` */
    int_fast8_t wait_for_semaphore(int32_t semaphore, std::chrono::nanoseconds timeout = forever)
    {
        if (timeout < std::chrono::nanoseconds::zero())
        {
            return check(daoShmWaitSem(handle(), semaphore));
        }
        const timespec limit = from_now(timeout);
        return check(daoShmWaitSemTimeout(handle(), semaphore, &limit));
    }
    /** End the wait of this object that another thread is in, or the next one; see daoShmInterruptImage(). */
    void interrupt() { require(daoShmInterruptImage(handle())); }
    /** Forget interrupts (daoShmInterrupt(), interrupt()) that were not reported here yet. */
    void forget_interrupts() { require(daoShmForgetInterrupts(handle())); }

    /* ----------------------------------------------------------------------------------------------- reads */

    /**
     * Wait for the next frame that was not seen here, and copy it, whole.
     *
     * When this follows a replacement it reads the new segment from its first frame. When that one has another type or
     * shape, nothing is copied: the result is `DAO_REPLACED`, and this is the new segment already.
     * @param dst   room for `count` elements; null with `count` 0 only waits: the frame stays unseen
     * @param count elements to copy, at most element_count
     * @param how   which frame, and how to wait; at first the newest, asleep, without a limit
     * @return a whole frame with `DAO_SUCCESS` or, in order, `DAO_OVERWRITE` when the writer lapped this reader; none
     *         with `DAO_TIMEOUT`, `DAO_INTERRUPTED`, `DAO_REPLACED`, `DAO_REMOVED`, `DAO_NOTREADY`, `DAO_OUTRUN`
     */
    ReadResult next(void *dst, uint64_t count, const NextOptions &how = {})
    {
        DAO_NEXT_OPTIONS options = DAO_NEXT_OPTIONS_INIT;
        options.order = static_cast<uint32_t>(how.order);
        options.wait = static_cast<uint32_t>(how.wait);
        options.semaphore = how.semaphore;
        options.timeout_ns = how.timeout.count();
        options.follow = follows(how) ? 1 : 0;
        DAO_FRAME frame = DAO_FRAME_INIT;
        uint64_t missed = 0;
        const int_fast8_t status = check(daoShmNext(handle(), &options, dst, count, &frame, &missed));
        if (status == DAO_REPLACED)
        {
            require_type();
        }
        return ReadResult(status, frame, missed);
    }
    /** The same. @param frame resized to frame_bytes */
    ReadResult next(std::vector<std::byte> &frame, const NextOptions &how = {})
    {
        frame.resize(get_frame_bytes());
        return next(frame.data(), get_element_count(), how);
    }

    /** Copy the newest frame, whole; before the first one zeros, with `cnt0` 0. `DAO_NOTREADY` when it stays half
     *  written, `DAO_OUTRUN` when the writer is too fast (depth 2 or more prevents it); there is no frame then.
     *  @param dst   room for `count` elements
     *  @param count elements to copy, at most element_count */
    ReadResult read(void *dst, uint64_t count)
    {
        return described(check(daoShmReadNewest(handle(), dst, count, nullptr, nullptr)));
    }
    /** The same. @param frame resized to frame_bytes */
    ReadResult read(std::vector<std::byte> &frame)
    {
        frame.resize(get_frame_bytes());
        return read(frame.data(), get_element_count());
    }
    /** Copy the frame after the last one read in order (at first: after the newest when this was opened), whole,
     *  without waiting. `DAO_NOTREADY` when there is none yet, `DAO_OUTRUN` as for read(); `DAO_OVERWRITE` when the
     *  writer lapped this reader: then the oldest frame that is still whole.
     *  @param dst   room for `count` elements
     *  @param count elements to copy, at most element_count */
    ReadResult read_next(void *dst, uint64_t count)
    {
        uint64_t missed = 0;
        const int_fast8_t status = check(daoShmReadNext(handle(), dst, count, nullptr, nullptr, &missed));
        return described(status, missed);
    }
    /** The same. @param frame resized to frame_bytes */
    ReadResult read_next(std::vector<std::byte> &frame)
    {
        frame.resize(get_frame_bytes());
        return read_next(frame.data(), get_element_count());
    }
    /** Copy the last `count` frames, oldest first, whole and without a gap. `DAO_NOTREADY` when fewer were published,
     *  `DAO_OUTRUN` as for read().
     *  @param dst   room for `count` frames
     *  @param count 1 to depth */
    ReadResult read_last(void *dst, uint32_t count)
    {
        DAO_FRAME oldest = DAO_FRAME_INIT;
        const int_fast8_t status = check(daoShmReadLast(handle(), dst, count, &oldest.cnt0));
        return ReadResult(status, oldest);
    }
    /** The same. @param frames resized to count * frame_bytes */
    ReadResult read_last(std::vector<std::byte> &frames, uint32_t count)
    {
        frames.resize(get_frame_bytes() * room_for(count));
        return read_last(frames.data(), count);
    }
    /** @return the frame that was read or borrowed last here; nothing when there is none. */
    std::optional<DAO_FRAME> last_frame() const
    {
        DAO_FRAME frame = DAO_FRAME_INIT;
        return frame_if(daoShmGetFrame(handle(), &frame), frame);
    }
    /** @return how many frames between the first read here and the newest one read were neither read nor borrowed. */
    uint64_t get_missed() const { return daoShmGetMissed(handle()); }

    /* -------------------------------------------------------------------------- frames read where they lie */

    /** Borrow the newest frame: read it where it lies, and ask is_whole() afterwards. @return no frame, with
     *  `DAO_NOTREADY`, before the first and while the newest is being written */
    Borrowed<std::byte> borrow_newest() { return lend_newest<std::byte>(); }
    /** Wait as next() does and borrow the frame. In order, with `DAO_OVERWRITE` when the writer lapped this reader:
     *  then it is the newest frame.
     *  @return no frame when the wait ended without one; when this follows a replacement, `DAO_REPLACED` once when the
     *          new segment is of another type or shape */
    Borrowed<std::byte> borrow_next(const NextOptions &how = {})
    {
        return lend_next<std::byte>(next(nullptr, 0, how), how);
    }

    /* ------------------------------------------------------------------------- pointers into shared memory */

    /** Wait as `sync` says, without a limit, and borrow the newest frame: element_count elements in shared memory,
     *  valid until it is overwritten. @return null when the wait ended without a frame: by a signal, also one that the
     *  program handles, by an interrupt, or because the segment was replaced or removed */
    void *get_frame(ShmSync sync = ShmSync::NONE)
    {
        if (sync == ShmSync::SPIN)
        {
            return newest_if(check(daoShmWaitForCounter(handle())));
        }
        return newest_if(sync == ShmSync::NONE ? DAO_SUCCESS : wait_for_semaphore(semaphore_of(sync)));
    }
    /** The same with a limit.
     *  @param sync      how to wait
     *  @param syncValue seconds for a semaphore; for `SPIN` the `cnt0` to wait for */
    void *get_frame(ShmSync sync, size_t syncValue)
    {
        if (sync == ShmSync::SPIN)
        {
            return newest_if(check(daoShmWaitForTargetCounter(handle(), syncValue)));
        }
        constexpr size_t century = size_t{36525} * 86400;
        const std::chrono::seconds limit(syncValue < century ? syncValue : century);
        return newest_if(sync == ShmSync::NONE ? DAO_SUCCESS : wait_for_semaphore(semaphore_of(sync), limit));
    }
    /** Borrow the frame after the last one read in order.
     *  @param wait   wait, asleep, until there is one
     *  @param status set to `DAO_SUCCESS`; `DAO_NOTREADY`, and then null is returned; `DAO_OVERWRITE` when the writer
     *                lapped this reader, and then it is the newest frame; or how the wait ended */
    void *get_next_frame(bool wait, int_fast8_t &status)
    {
        uint64_t cnt0 = 0;
        return get_next_frame(wait, status, cnt0);
    }
    /** The same.
     *  @param wait   wait, asleep, until there is one
     *  @param status set as there
     *  @param cnt0   set to the frame's counter */
    void *get_next_frame(bool wait, int_fast8_t &status, uint64_t &cnt0)
    {
        status = wait ? check(daoShmWaitForNextSegment(handle())) : static_cast<int_fast8_t>(DAO_SUCCESS);
        return is_whole(status) ? next_slot(status, cnt0) : nullptr;
    }
    /** Borrow slot `segment_idx` modulo depth. */
    void *get_arbitrary_frame(uint32_t segment_idx)
    {
        void *slot = nullptr;
        check(daoShmGetArbitrarySegment(handle(), &slot, segment_idx));
        return slot;
    }
    /** Did the frame that was read or borrowed last stay whole until now? @return `DAO_SUCCESS`, `DAO_OVERWRITE`; or
     *  `DAO_NOTREADY` when there is none */
    int_fast8_t check_segment_overwrite() { return check(daoShmCheckSegmentOverwrite(handle())); }
    /** Go on reading in order after the newest frame. @return its counter */
    uint64_t reset_tail()
    {
        uint32_t slot_index = 0;
        uint64_t cnt0 = 0;
        require(daoShmResetTail(handle(), &slot_index, &cnt0));
        return cnt0;
    }

    /** Go on reading in order with the segment's first frame, or the oldest that it still holds. */
    void rewind() { require(daoShmRewind(handle())); }

    /* ------------------------------------------------------------------------------------- what it is, now */

    /** @return the element type, `_DATATYPE_x`; daoTypeName() and daoTypeSize() say more. */
    uint8_t get_type() const { return metadata().atype; }
    /** @return elements along each axis. */
    Shape get_shape() const { return Shape(metadata().size, metadata().size + (std::min<int>)(metadata().naxis, 3)); }
    /** @return elements of a frame. */
    uint64_t get_element_count() const { return get_frame_bytes() / (std::max)(daoTypeSize(get_type()), size_t{1}); }
    /** @return bytes of a frame. */
    uint64_t get_frame_bytes() const { return frame_size<std::byte>(*handle()); }
    /** @return number of slots. */
    uint32_t get_depth() const
    {
        const IMAGE &image = *handle();
        if (depth_.md != image.md || depth_.bytes != image.memsize) // opened anew, maybe by C while it followed
        {
            depth_ = Depth{image.md, image.memsize, info().depth};
        }
        return depth_.slots;
    }
    /** @return path of the segment, as given. */
    std::string name() const { return image() ? image()->name : ""; }

    /** @return the newest frame, without its data; nothing before the first and while its slot is being written. */
    std::optional<DAO_FRAME> newest_frame() const
    {
        DAO_FRAME frame = DAO_FRAME_INIT;
        return frame_if(daoShmGetNewestFrame(handle(), &frame), frame);
    }
    /** @return the frame in slot `idx` modulo depth, without its data; nothing when the slot holds none or is being
     *          written. */
    std::optional<DAO_FRAME> frame_at(uint32_t idx) const
    {
        DAO_FRAME frame = DAO_FRAME_INIT;
        return frame_if(daoShmGetFrameAt(handle(), idx, &frame), frame);
    }

    /** @return `cnt0` of the newest frame: frames published so far. */
    uint64_t get_counter() const { return daoShmGetCounter(handle()); }
    /** @return `cnt0` of the frame in slot `idx` modulo depth; 0 where frame_at() returns nothing. */
    uint64_t get_counter(uint32_t idx) const { return frame_at(idx).value_or(no_frame).cnt0; }
    /** @return `cnt1` of the newest frame: in a rolling buffer the slice written last; 0 where newest_frame() returns
     *          nothing. */
    uint64_t get_cnt1() const { return newest_frame().value_or(no_frame).cnt1; }
    /** @return `cnt1` of the frame in slot `idx` modulo depth; 0 where frame_at() returns nothing. */
    uint64_t get_cnt1(uint32_t idx) const { return frame_at(idx).value_or(no_frame).cnt1; }
    /** @return `cnt2` of the newest frame: its id, or the number of events; 0 where newest_frame() returns nothing. */
    uint64_t get_frame_id() const { return newest_frame().value_or(no_frame).cnt2; }
    /** @return `cnt2` of the frame in slot `idx` modulo depth; 0 where frame_at() returns nothing. */
    uint64_t get_frame_id(uint32_t idx) const { return frame_at(idx).value_or(no_frame).cnt2; }
    /** @return acquisition time of the newest frame, ns since the epoch; 0 where newest_frame() returns nothing. */
    int64_t get_timestamp() const { return newest_frame().value_or(no_frame).atime_ns; }
    /** @return acquisition time of the frame in slot `idx` modulo depth; 0 where frame_at() returns nothing. */
    int64_t get_timestamp(uint32_t idx) const { return frame_at(idx).value_or(no_frame).atime_ns; }
    /** @return what the newest slot says of itself, in shared memory; fields may change while it is read. */
    IMAGE_METADATA *get_meta_data() const
    {
        // With depth 1 the field may be absent: segments of the layout before the FIFO end before it.
        return get_meta_data(get_depth() == 1 ? 0 : load(metadata().fifo_last_written));
    }
    /** @return what slot `idx` modulo depth says of itself, in shared memory; fields may change while it is read. */
    IMAGE_METADATA *get_meta_data(uint32_t idx) const { return &metadata() + idx % get_depth(); }

    /** @return what the segment is and how it is doing. */
    DAO_SEGMENT_INFO info() const
    {
        DAO_SEGMENT_INFO info = DAO_SEGMENT_INFO_INIT;
        require(daoShmGetInfo(handle(), &info));
        return info;
    }
    /** @return the readers, dead ones included until their place is used again. */
    std::vector<DAO_READER> readers() const
    {
        std::vector<DAO_READER> readers;
        require(fetch_list(readers, DAO_READER DAO_READER_INIT,
                           [this](DAO_READER *places, uint32_t capacity, uint32_t *count) {
                               return daoShmGetReaders(handle(), places, capacity, count);
                           }));
        return readers;
    }
    /** @return number of readers that are alive. */
    uint32_t count_readers() const
    {
        uint32_t count = 0;
        require(daoShmCountReaders(handle(), &count));
        return count;
    }

    /** Free the locks of a writer of unknown state; see daoShmUnlock(). info() says who that is.
     *  Throws `DAO_E_BUSY` when it is proven alive, unless `force`. */
    void unlock(bool force = false) { require(daoShmUnlock(handle(), force ? 1 : 0)); }

    /* -------------------------------------------------------------------------------------------- keywords */

    /** Set a keyword, adding it when there is none of that name; its comment stays. Throws `DAO_E_KEYWORD` when the
     *  name or text is over 16 bytes or has a zero byte, or there is no room. */
    void set_keyword(const std::string &name, const KeywordValue &value) { put_keyword(name, value, nullptr); }
    /** The same with a comment of up to 79 bytes. */
    void set_keyword(const std::string &name, const KeywordValue &value, const std::string &comment)
    {
        put_keyword(name, value, c_text(comment, DAO_E_KEYWORD, "keyword's comment"));
    }
    /** Set many in one pass, which takes no longer for each than for one; see daoShmSetKeywords().
     *  @param flags sum of `DAO_KEYWORDS_FLAGS`, or 0. Throws as set_keyword(). */
    void set_keywords(const std::vector<Keyword> &keywords, uint32_t flags = 0)
    {
        std::vector<IMAGE_KEYWORD> list;
        for (const Keyword &keyword : keywords)
        {
            list.push_back(from_keyword(keyword));
        }
        require(daoShmSetKeywords(handle(), list.data(), static_cast<uint32_t>(list.size()), flags));
    }
    /** @return the keyword of that name. Throws `DAO_E_NOT_FOUND` when there is none. */
    Keyword get_keyword(const std::string &name) const
    {
        IMAGE_KEYWORD keyword{};
        require(daoShmGetKeyword(handle(), c_keyword(name), &keyword));
        return to_keyword(keyword);
    }
    /** @return the keyword of that name, if there is one. */
    std::optional<Keyword> find_keyword(const std::string &name) const
    {
        IMAGE_KEYWORD keyword{};
        return found(daoShmGetKeyword(handle(), c_keyword(name), &keyword), keyword);
    }
    /** Free the keyword of that name. Throws `DAO_E_NOT_FOUND` when there is none. */
    void remove_keyword(const std::string &name) { require(daoShmRemoveKeyword(handle(), c_keyword(name))); }
    /** @return number of keywords in use. */
    uint32_t count_keywords() const
    {
        uint32_t count = 0;
        require(daoShmCountKeywords(handle(), &count));
        return count;
    }
    /** @return all keywords in use. */
    std::vector<Keyword> keywords() const
    {
        std::vector<Keyword> result;
        for (uint32_t index = 0;; ++index)
        {
            IMAGE_KEYWORD keyword{};
            const auto next = found(daoShmGetKeywordAt(handle(), index, &keyword), keyword);
            if (!next)
            {
                return result;
            }
            result.push_back(*next);
        }
    }

    /** @return the C handle, for calls of dao.h; null after a move. */
    IMAGE *image() const noexcept { return image_.get(); }

  protected:
    /** @return the open image. Throws `DAO_E_CLOSED` when there is none. */
    IMAGE *handle() const
    {
        if (is_closed())
        {
            throw Error(DAO_E_CLOSED, std::string(image_ ? "the image is closed" : "the image was moved from") +
                                          "; expected an open one");
        }
        return image_.get();
    }
    /** Make a segment, or a private image when `shared` is 0, of `depth` slots. */
    static Image make(const std::string &name, const Shape &shape, uint8_t type, int shared, int keywords,
                      uint32_t depth)
    {
        return Image(create(
            [&](IMAGE *image, uint32_t *size) {
                return daoShmImageCreate_FIFO(image, c_name(name), static_cast<long>(shape.size()), size, type, shared,
                                              keywords, depth);
            },
            shape));
    }
    /** @return the element type that the segment must have, 0 when it may have any. */
    virtual uint8_t required_type() const noexcept { return 0; }
    /** @return the error of a segment whose elements are `found` where `expected` is needed. */
    static Error type_error(const std::string &name, uint8_t found, uint8_t expected)
    {
        return Error(DAO_E_TYPE, name + ": elements are " + daoTypeName(found) + "; expected " + daoTypeName(expected));
    }
    /** @return whether `how`, with set_follow(), asks to follow replacements. */
    bool follows(const NextOptions &how) const noexcept { return how.follow.value_or(follow_); }
    /** @return frames to make room for; only one when C refuses the count. */
    uint32_t room_for(uint32_t count) const { return count >= 1 && count <= get_depth() ? count : 1; }

    /** borrow_newest(). */
    template <typename T>
    Borrowed<T> lend_newest()
    {
        int_fast8_t status = DAO_SUCCESS;
        uint64_t cnt0 = 0;
        const void *slot = newest_slot(status, cnt0);
        return lend<T>(cnt0 != 0 || status != DAO_SUCCESS ? status : static_cast<int_fast8_t>(DAO_NOTREADY), slot);
    }
    /** borrow_next() after its wait. */
    template <typename T>
    Borrowed<T> lend_next(const ReadResult &waited, const NextOptions &how)
    {
        if (!waited)
        {
            return Borrowed<T>(waited.status);
        }
        if (how.order == DAO_NEXT_NEWEST)
        {
            return lend_newest<T>();
        }
        int_fast8_t status = DAO_SUCCESS;
        uint64_t cnt0 = 0;
        const void *slot = next_slot(status, cnt0);
        return lend<T>(status, slot);
    }

  private:
    /** Which mapping had how many slots. */
    struct Depth
    {
        const IMAGE_METADATA *md = nullptr;
        uint64_t bytes = 0;
        uint32_t slots = 1;
    };
    /** On the heap, because an open IMAGE must not move; shared with those who borrowed a frame of it. */
    using Handle = std::shared_ptr<IMAGE>;
    static constexpr DAO_FRAME no_frame = DAO_FRAME_INIT;

    explicit Image(Handle image) noexcept : image_(std::move(image)) {}

    template <typename Create>
    static Handle create(Create create_segment, const Shape &shape)
    {
        uint32_t size[3] = {}; // more axes are refused before their sizes are read
        std::copy_n(shape.begin(), std::min<size_t>(shape.size(), 3), size);
        auto image = std::make_shared<IMAGE>();
        require(create_segment(image.get(), size));
        return image;
    }
    static Handle open(int_fast8_t (*open_as)(const char *, IMAGE *), const std::string &name)
    {
        auto image = std::make_shared<IMAGE>();
        require(open_as(c_name(name), image.get()));
        return image;
    }

    IMAGE_METADATA &metadata() const { return *handle()->md; }

    bool suits(uint8_t type) const noexcept { return required_type() == 0 || required_type() == type; }
    /** Close and throw when the segment is not of the type that this must have. */
    void require_type()
    {
        const uint8_t found = get_type();
        if (!suits(found))
        {
            const Error error = type_error(name(), found, required_type());
            daoShmCloseShm(image());
            throw error;
        }
    }

    /** The point in time `remaining` from now, at most a century, on the clock of daoShmWaitForSemaphoreTimeout(). */
    static timespec from_now(std::chrono::nanoseconds remaining)
    {
        constexpr std::chrono::nanoseconds century = std::chrono::hours(24 * 36525);
        const auto limit = std::chrono::system_clock::now() + (std::min)(remaining, century); // windows.h: macro min
        const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(limit);
        timespec result{};
        result.tv_sec = static_cast<time_t>(seconds.time_since_epoch().count());
        result.tv_nsec = static_cast<long>(std::chrono::nanoseconds(limit - seconds).count());
        return result;
    }
    static int32_t semaphore_of(ShmSync sync) noexcept { return sync == ShmSync::SEM ? 0 : static_cast<int32_t>(sync); }
    /** Fetch a field that other processes write, anew at each call. */
    template <typename Field>
    static Field load(const Field &field) noexcept
    {
        return *const_cast<const volatile Field *>(&field);
    }

    static std::optional<DAO_FRAME> frame_if(int_fast8_t status, const DAO_FRAME &frame)
    {
        return check(status) == DAO_SUCCESS ? std::optional<DAO_FRAME>(frame) : std::nullopt;
    }
    /** What a read that ended with `status` delivered. */
    ReadResult described(int_fast8_t status, uint64_t missed = 0) const
    {
        DAO_FRAME frame = DAO_FRAME_INIT;
        if (is_whole(status))
        {
            check(daoShmGetFrame(handle(), &frame));
        }
        return ReadResult(status, frame, missed);
    }

    void *newest_slot(int_fast8_t &status, uint64_t &cnt0)
    {
        void *slot = nullptr;
        uint32_t slot_index = 0;
        status = check(daoShmGetNewestSegment(handle(), &slot, &slot_index, &cnt0));
        return slot;
    }
    void *next_slot(int_fast8_t &status, uint64_t &cnt0)
    {
        void *slot = nullptr;
        uint32_t slot_index = 0;
        status = check(daoShmGetNextSegment(handle(), &slot, &slot_index, &cnt0));
        return slot;
    }
    void *newest_if(int_fast8_t status)
    {
        uint64_t cnt0 = 0;
        return status == DAO_SUCCESS ? newest_slot(status, cnt0) : nullptr;
    }
    /** Lend `slot`, which was borrowed last, when it holds a whole frame. */
    template <typename T>
    Borrowed<T> lend(int_fast8_t status, const void *slot) const
    {
        const auto frame = last_frame();
        if (is_whole(status) && frame && frame->stable != 0)
        {
            return Borrowed<T>(image_, slot, *frame, status);
        }
        return Borrowed<T>(is_whole(status) ? static_cast<int_fast8_t>(DAO_NOTREADY) : status);
    }

    static const char *c_keyword(const std::string &name) { return c_text(name, DAO_E_KEYWORD, "keyword's name"); }
    static std::optional<Keyword> found(int_fast8_t status, const IMAGE_KEYWORD &keyword)
    {
        if (status > 0 && daoLastErrorCode() == DAO_E_NOT_FOUND)
        {
            return std::nullopt;
        }
        require(status);
        return to_keyword(keyword);
    }
    void put_keyword(const std::string &name, const KeywordValue &value, const char *comment)
    {
        const char *keyword = c_keyword(name);
        if (const auto *integer = std::get_if<int64_t>(&value))
        {
            require(daoShmSetKeywordLong(handle(), keyword, *integer, comment));
        }
        else if (const auto *real = std::get_if<double>(&value))
        {
            require(daoShmSetKeywordDouble(handle(), keyword, *real, comment));
        }
        else
        {
            const auto &text = std::get<std::string>(value);
            require(daoShmSetKeywordString(handle(), keyword, c_text(text, DAO_E_KEYWORD, "keyword's text"), comment));
        }
    }

    Handle image_;
    bool follow_ = false;
    mutable Depth depth_; // filled in by get_depth()
};

/** Remove a segment's file; processes that have it open keep their memory. See daoShmRemove(). */
inline void remove_segment(const std::string &name)
{
    require(daoShmRemove(c_name(name)));
}
} // namespace Dao

#endif
