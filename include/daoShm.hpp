/**
 * @file daoShm.hpp
 * @brief Shared memory for real-time adaptive optics and scientific imaging: the C++ interface, C++17.
 *
 * A thin layer over dao.h, in this one header; link with libdao. What a segment, a slot and a frame are, and the rules
 * of writing, reading and waiting, are described there.
 *
 * Conventions that hold for every member unless it says otherwise:
 * - Errors throw Dao::Error. Conditions (`DAO_TIMEOUT`, `DAO_OVERWRITE`, `DAO_NOTREADY`, `DAO_INTERRUPTED`,
 *   `DAO_REPLACED`, `DAO_REMOVED`, all negative) are results.
 * - Shapes are in C order: `shape[0]` is the slow axis. Counts are in elements. Points in time are nanoseconds since
 * the Unix epoch. Time limits are relative, on the monotonic clock, and negative for ever.
 * - One Dao::Shm is for one thread at a time, except Dao::Shm::write_packet(). Threads open the segment once each.
 */
#ifndef DAO_SHM_HPP
#define DAO_SHM_HPP

#include <algorithm>
#include <chrono>
#include <complex>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "dao.h"

namespace Dao
{
/** Elements along each axis, 1 to 3 axes, slow axis first. */
using Shape = std::vector<uint32_t>;

/** How Shm::get_frame() waits: for a numbered semaphore (`SEM` is `SEM0`), spinning on the counter, or not at all. */
enum class ShmSync : int32_t
{
    SEM0 = 0,
    SEM1,
    SEM2,
    SEM3,
    SEM4,
    SEM5,
    SEM6,
    SEM7,
    SEM8,
    SEM9,
    SEM,
    SPIN,
    NONE
};

/** A point in time, nanoseconds since the Unix epoch. */
using TimePoint = std::chrono::time_point<std::chrono::system_clock, std::chrono::nanoseconds>;

/** The time limit that never passes. */
inline constexpr std::chrono::nanoseconds forever{-1};

/** What went wrong: code() in stable numbers, what() naming the segment, what was found and what was expected. */
class Error : public std::runtime_error
{
  public:
    /** Make an error of the given cause and text. */
    Error(DAO_ERROR_CODE code, const std::string &message) : std::runtime_error(message), code_(code) {}
    /** @return the cause. */
    DAO_ERROR_CODE code() const noexcept { return code_; }

  private:
    DAO_ERROR_CODE code_;
};

/** Throw what the last call of this thread left when `status` is an error. @return `status`, 0 or a condition */
inline int_fast8_t check(int_fast8_t status)
{
    if (status > 0)
    {
        throw Error(daoLastErrorCode(), daoLastErrorMessage());
    }
    return status;
}

/** `ElementType<T>::code` is the element type (`_DATATYPE_x`) of `T`; defined for the types a segment may have. */
template <typename T>
struct ElementType;
/** @cond */
#define DAO_DECLARE_ELEMENT(NAME, number, type, member, name)                                                          \
    template <>                                                                                                        \
    struct ElementType<type>                                                                                           \
    {                                                                                                                  \
        static constexpr uint8_t code = number;                                                                        \
    };
DAO_ELEMENT_TYPES(DAO_DECLARE_ELEMENT)
#undef DAO_DECLARE_ELEMENT
// Complex numbers of the standard library have the same bytes.
template <>
struct ElementType<std::complex<float>> : ElementType<complex_float>
{
};
template <>
struct ElementType<std::complex<double>> : ElementType<complex_double>
{
};
/** @return the text as C takes it. Throws when it holds a zero byte, where C would take it to end. */
inline const char *c_text(const std::string &text, DAO_ERROR_CODE code, const char *what)
{
    const size_t length = text.find('\0');
    if (length != std::string::npos)
    {
        throw Error(code, text.substr(0, length) + ": the " + what + " has a zero byte after " +
                              std::to_string(length) + " of its " + std::to_string(text.size()) +
                              " bytes; expected none");
    }
    return text.c_str();
}
/** @endcond */

/** What Shm::read() and its kin did. */
struct ReadResult
{
    int_fast8_t status = DAO_NOTREADY; /**< `DAO_SUCCESS`, or why not */
    bool whole = false;                /**< the container holds a whole frame (after read_next() also when lapped) */
    uint64_t cnt0 = 0;                 /**< counter of the frame; of the oldest one for read_last() */
    TimePoint acquisition_time{};      /**< when it was taken; the epoch for read_last() */
    uint64_t missed = 0;               /**< frames lost since the one read before; read_next() only */

    /** @return `whole`. */
    explicit operator bool() const noexcept { return whole; }
};

/** What a keyword can hold: text of at most 16 bytes. */
using KeywordValue = std::variant<int64_t, double, std::string>;

/** One keyword of a segment. */
struct Keyword
{
    std::string name;    /**< 1 to 16 bytes */
    KeywordValue value;  /**< its value */
    std::string comment; /**< up to 79 bytes */
};

/** @return the keyword that `keyword` stores. */
inline Keyword to_keyword(const IMAGE_KEYWORD &keyword)
{
    const auto text = [](const char *bytes, size_t room)
    {
        const void *end = std::memchr(bytes, 0, room);
        return std::string(bytes, end ? static_cast<size_t>(static_cast<const char *>(end) - bytes) : room);
    };
    Keyword result{text(keyword.name, sizeof keyword.name), {}, text(keyword.comment, sizeof keyword.comment)};
    switch (keyword.type)
    {
    case 'L':
        result.value = keyword.value.numl;
        break;
    case 'D':
        result.value = keyword.value.numf;
        break;
    default:
        result.value = text(keyword.value.valstr, sizeof keyword.value.valstr);
    }
    return result;
}

/**
 * The next slot's memory, to be filled in place; from Shm::begin_write(). Commit it, or it is given back unpublished
 * when it goes out of scope. It holds the segment's writer lock, and must not outlive its Shm.
 */
template <typename T>
class Loan
{
  public:
    /** Begin a loan on an open image of element type `T`. */
    explicit Loan(IMAGE *image) : image_(image)
    {
        void *slot = nullptr;
        check(daoShmLoanBegin(image, &slot));
        data_ = static_cast<T *>(slot);
    }
    /** Take over a loan. */
    Loan(Loan &&other) noexcept : image_(std::exchange(other.image_, nullptr)), data_(other.data_) {}
    Loan &operator=(Loan &&) = delete;
    ~Loan() { abort(); }

    /** @return the first element. The slot holds an older frame's bytes. */
    T *data() noexcept { return data_; }
    /** @return number of elements. */
    uint64_t size() const noexcept { return image_ ? image_->md->nelement : 0; }
    /** @return element `index`, C order. */
    T &operator[](uint64_t index) noexcept { return data_[index]; }
    /** @return the first element. */
    T *begin() noexcept { return data_; }
    /** @return one past the last element. */
    T *end() noexcept { return data_ + size(); }

    /** Publish the frame; the loan is over. A second commit, or one after abort(), throws (`DAO_E_STATE`). */
    void commit()
    {
        if (image_ == nullptr)
        {
            throw Error(DAO_E_STATE, "commit: this loan is over");
        }
        check(daoShmLoanCommit(image_));
        image_ = nullptr;
    }
    /** Give the slot back unpublished; the loan is over. With depth 1 there is then no whole frame until the next. */
    void abort() noexcept
    {
        if (image_ != nullptr)
        {
            daoShmLoanAbort(std::exchange(image_, nullptr));
        }
    }

  private:
    IMAGE *image_;
    T *data_ = nullptr;
};

/**
 * A segment of elements `T`: one of the 12 C types of dao.h, `std::complex<float>` or `std::complex<double>`.
 * Movable, not copyable. Closed on destruction; the segment itself stays, see daoShmRemove().
 */
template <typename T>
class Shm
{
  public:
    /** The element type, `_DATATYPE_x`. */
    static constexpr uint8_t element_type = ElementType<T>::code;

    /* ------------------------------------------------------------------------------------------------ life */

    /**
     * Make a segment, or reuse or replace the one that has the name; see daoShmImageCreate_FIFO().
     * @param name  path of the segment's file, 1 to 79 bytes, none of them zero
     * @param shape elements along each of 1 to 3 axes, each at least 1
     * @param frame if not null, published as the first frame; as many elements as the shape has
     * @param depth number of slots, at least 1
     */
    Shm(const std::string &name, const Shape &shape, T *frame = nullptr, uint32_t depth = 1)
        : Shm(create(name, shape, 1, 0, depth))
    {
        if (frame != nullptr)
        {
            set_frame(frame);
        }
    }
    /** The same with room for keywords, a file mode and the rest chosen in `options`. */
    Shm(const std::string &name, const Shape &shape, const DAO_CREATE_OPTIONS &options)
        : Shm(create(name, shape, options))
    {
    }
    /** Open a segment, for reading only where writing is not permitted. Throws `DAO_E_TYPE` when it is not of `T`. */
    explicit Shm(const std::string &name) : Shm(open(daoShmShm2Img, name)) {}

    /** Open a segment for reading only: never disturbs it, and is not listed among its readers. */
    static Shm open_read_only(const std::string &name) { return Shm(open(daoShmOpenReadOnly, name)); }
    /** Make a private image, on the heap of this process, on which the same calls work.
     *  @param name     what it calls itself, 1 to 79 bytes; no file is made
     *  @param shape    elements along each axis
     *  @param depth    number of slots, at least 1
     *  @param keywords room for so many keywords, 0 to 65535 */
    static Shm make_private(const std::string &name, const Shape &shape, uint32_t depth = 1, int keywords = 0)
    {
        return Shm(create(name, shape, 0, keywords, depth));
    }

    /** Take over the other's segment; the other is closed then, and its members throw. */
    Shm(Shm &&) noexcept = default;
    /** Close this segment and take over the other. */
    Shm &operator=(Shm &&) noexcept = default;

    /** Is the segment still the one under its name? @return `DAO_SUCCESS`, `DAO_REPLACED` or `DAO_REMOVED` */
    int_fast8_t replaced() const { return check(daoShmCheckReplaced(image())); }
    /** Open the segment that now has the name, and read in order from its first frame. Pointers handed out before are
     *  dead then, and the shape may be another. When it cannot be opened or is not of `T`, this throws and the old one
     *  stays open. */
    void reopen()
    {
        open_read_only(name()); // throws when it is not of T
        check(daoShmReopen(image()));
        adopt();
        restarted_ = true;
    }
    /** Follow replacements by itself: read(), read_next(), read_last() and the waits then reopen() and go on, where
     * they would report `DAO_REPLACED` or read a segment that nobody writes. Costs a read a system call or two. Off at
     *  first. */
    void set_follow(bool follow) noexcept { follow_ = follow; }

    /* ----------------------------------------------------------------------------------------------- write */

    /** Publish a frame. @param frame element_count elements, C order */
    void set_frame(const T *frame) { publish(frame, get_element_count()); }
    /** Publish a frame. @param frame at most element_count elements; with fewer, the rest is the last frame's content
     */
    void set_frame(const std::vector<T> &frame) { publish(frame.data(), frame.size()); }
    /** Copy data without counting a frame and without waking anybody; see daoShmImage2ShmQuiet().
     *  @param frame element_count elements */
    void set_frame_quiet(const T *frame)
    {
        check(daoShmImage2ShmQuiet(bytes(frame), count32(get_element_count()), image()));
    }
    /** Begin a loan: the next slot's memory, to be filled in place. @see Loan */
    Loan<T> begin_write() { return Loan<T>(image()); }
    /** Write the next slice of a rolling buffer (3 axes) and publish. @param slice shape[1] * shape[2] elements */
    void write_slice(const T *slice)
    {
        const IMAGE_METADATA &md = metadata();
        const uint64_t count = static_cast<uint64_t>(md.size[1]) * md.size[2];
        check(daoShmWriteSlice(image(), slice, count));
    }
    /** Put one packet of a frame into the next slot; finalise() publishes it. Threads may put packets of one frame.
     *  @param packet       `count` elements
     *  @param count        elements of the packet
     *  @param position     index of its first element in the frame
     *  @param packet_index its number, 0 to 511 and below `packet_total`
     *  @param packet_total packets per frame
     *  @param frame_number kept in `lastNbArray[packet_index]` */
    void write_packet(const T *packet, uint32_t count, uint32_t position, uint16_t packet_index, uint16_t packet_total,
                      uint64_t frame_number)
    {
        check(daoShmImagePart2Shm(static_cast<char *>(bytes(packet)), count, image(), position, packet_index,
                                  packet_total, frame_number));
    }
    /** Publish what packets, a quiet write or the program itself put into the next slot. */
    void finalise() { check(daoShmImagePart2ShmFinalize(image())); }
    /** Publish the element-wise sum of the newest frames of other segments.
     *  @param inputs at most `DAO_MAX_COMBINE_CHANNELS`
     *  @param count  elements to add up, at most those of each */
    void combine(const std::vector<Shm *> &inputs, int count)
    {
        std::vector<IMAGE *> images;
        for (Shm *input : inputs)
        {
            images.push_back(input ? input->image() : nullptr);
        }
        check(daoShmCombineShm2Shm(images.data(), image(), static_cast<int>(images.size()), count));
    }
    /** Set `cnt2`, the frame id or number of events, of the next frame published here. */
    void set_frame_id(uint64_t frame_id) { check(daoShmSetFrameId(image(), frame_id)); }
    /** Set the acquisition time of the next frame published here (else: the time then). */
    void set_acquisition_time(TimePoint time)
    {
        check(daoShmSetAcquisitionTime(image(), time.time_since_epoch().count()));
    }
    /** Stamp the newest frame with the time now; see daoShmTimestampShm(). */
    void timestamp() { check(daoShmTimestampShm(image())); }
    /** Post one semaphore. */
    void post(int32_t semaphore) { check(daoSemPost(image(), semaphore)); }
    /** Post all semaphores. */
    void post_all() { check(daoSemPostAll(image())); }

    /* ----------------------------------------------------------------------------------------------- waits */

    /** Wait, asleep, until the counter exceeds `after_cnt0`. Any number of readers.
     *  @param after_cnt0 counter of the last frame seen
     *  @param timeout    time limit, negative for ever, 0 to only look
     *  @return `DAO_SUCCESS`, `DAO_TIMEOUT`, `DAO_INTERRUPTED`, `DAO_REPLACED` or `DAO_REMOVED` */
    int_fast8_t wait_for_frame(uint64_t after_cnt0, std::chrono::nanoseconds timeout = forever)
    {
        return wait(daoShmWaitForFrame, after_cnt0, timeout);
    }
    /** The same, spinning: the shortest latency, one processor core busy. */
    int_fast8_t wait_for_frame_spin(uint64_t after_cnt0, std::chrono::nanoseconds timeout = forever)
    {
        return wait(daoShmWaitForFrameSpin, after_cnt0, timeout);
    }
    /** The same; sleeps until shortly before the next frame is due, then spins. */
    int_fast8_t wait_for_frame_adaptive(uint64_t after_cnt0, std::chrono::nanoseconds timeout = forever)
    {
        return wait(daoShmWaitForFrameAdaptive, after_cnt0, timeout);
    }
    /** Wait until semaphore `semaphore` is posted, and take the post. One reader for each number.
     *  @return `DAO_SUCCESS`, `DAO_TIMEOUT`, `DAO_INTERRUPTED`, `DAO_REPLACED` or `DAO_REMOVED` */
    int_fast8_t wait_for_semaphore(int32_t semaphore, std::chrono::nanoseconds timeout = forever)
    {
        return following(timeout,
                         [&](std::chrono::nanoseconds left)
                         {
                             if (left < std::chrono::nanoseconds::zero())
                             {
                                 return daoShmWaitForSemaphore(image(), semaphore);
                             }
                             const timespec limit = from_now(left);
                             return daoShmWaitForSemaphoreTimeout(image(), semaphore, &limit);
                         });
    }

    /* ----------------------------------------------------------------------------------------------- reads */

    /** Copy the newest frame, whole; before the first one zeros, with `cnt0` 0. `DAO_NOTREADY` when it stays half
     *  written, `DAO_OVERWRITE` when the writer is too fast (depth 2 or more prevents it).
     *  @param frame resized to element_count */
    ReadResult read(std::vector<T> &frame)
    {
        prepare(frame, 1);
        ReadResult result;
        int64_t atime_ns = 0;
        result.status = check(daoShmReadNewest(image(), frame.data(), frame.size(), &result.cnt0, &atime_ns));
        result.whole = result.status == DAO_SUCCESS;
        return stamped(result, atime_ns);
    }
    /** Copy the frame after the last one read in order (at first: after the newest when this was opened), whole.
     *  `DAO_NOTREADY` when there is none yet; `DAO_OVERWRITE` when the writer lapped this reader: then the oldest frame
     *  that is still whole. @param frame resized to element_count */
    ReadResult read_next(std::vector<T> &frame)
    {
        prepare(frame, 1);
        ReadResult result;
        int64_t atime_ns = 0;
        result.status =
            check(daoShmReadNext(image(), frame.data(), frame.size(), &result.cnt0, &atime_ns, &result.missed));
        result.whole = result.status == DAO_SUCCESS || result.status == DAO_OVERWRITE;
        return stamped(result, atime_ns);
    }
    /** Copy the last `count` frames, oldest first, whole and without a gap. @param count 1 to depth
     *  @param frames resized to count * element_count */
    ReadResult read_last(std::vector<T> &frames, uint32_t count)
    {
        prepare(frames, count >= 1 && count <= depth_ ? count : 1);
        ReadResult result;
        result.status = check(daoShmReadLast(image(), frames.data(), count, &result.cnt0));
        result.whole = result.status == DAO_SUCCESS;
        return result;
    }
    /** Say which frame was read or handed out last here. @return nothing when none was */
    std::optional<DAO_FRAME> last_frame() const
    {
        DAO_FRAME frame{};
        return check(daoShmGetFrame(image(), &frame)) == DAO_SUCCESS ? std::optional<DAO_FRAME>(frame) : std::nullopt;
    }
    /** @return how many frames were published that were never read here, since the first read. */
    uint64_t get_missed() const { return daoShmGetMissed(image()); }

    /* ------------------------------------------------------------------------- pointers into shared memory */

    /** Wait as `sync` says, for ever, and hand out the newest frame: element_count elements in shared memory, valid
     *  until it is overwritten. @return null when the wait ended without a frame */
    T *get_frame(ShmSync sync = ShmSync::NONE)
    {
        if (sync == ShmSync::SPIN)
        {
            return newest_if(following(forever, [&](auto) { return daoShmWaitForCounter(image()); }));
        }
        return newest_if(sync == ShmSync::NONE ? DAO_SUCCESS : wait_for_semaphore(semaphore_of(sync)));
    }
    /** The same with a limit.
     *  @param sync      how to wait
     *  @param syncValue seconds for a semaphore; for `SPIN` the `cnt0` to wait for */
    T *get_frame(ShmSync sync, size_t syncValue)
    {
        if (sync == ShmSync::SPIN)
        {
            return newest_if(following(forever, [&](auto) { return daoShmWaitForTargetCounter(image(), syncValue); }));
        }
        constexpr size_t century = size_t{36525} * 86400;
        const std::chrono::seconds limit(syncValue < century ? syncValue : century);
        return newest_if(sync == ShmSync::NONE ? DAO_SUCCESS : wait_for_semaphore(semaphore_of(sync), limit));
    }
    /** Hand out the frame after the last one read in order.
     *  @param wait   wait, asleep, until there is one
     *  @param status set to `DAO_SUCCESS`; `DAO_NOTREADY`, and then null is returned; `DAO_OVERWRITE` when the writer
     *                lapped this reader, and then it is the newest frame; or how the wait ended */
    T *get_next_frame(bool wait, int_fast8_t &status)
    {
        uint64_t cnt0 = 0;
        return get_next_frame(wait, status, cnt0);
    }
    /** The same.
     *  @param wait   wait, asleep, until there is one
     *  @param status set as there
     *  @param cnt0   set to the frame's counter */
    T *get_next_frame(bool wait, int_fast8_t &status, uint64_t &cnt0)
    {
        status = DAO_SUCCESS;
        if (wait)
        {
            status = following(forever, [&](auto) { return daoShmWaitForNextSegment(image()); });
        }
        if (status != DAO_SUCCESS && status != DAO_OVERWRITE)
        {
            return nullptr;
        }
        void *slot = nullptr;
        uint32_t slot_index = 0;
        status = check(daoShmGetNextSegment(image(), &slot, &slot_index, &cnt0));
        return static_cast<T *>(slot);
    }
    /** Hand out slot `segment_idx` modulo depth. */
    T *get_arbitrary_frame(uint32_t segment_idx)
    {
        void *slot = nullptr;
        check(daoShmGetArbitrarySegment(image(), &slot, segment_idx));
        return static_cast<T *>(slot);
    }
    /** Did the frame handed out last stay whole until now? @return `DAO_SUCCESS` or `DAO_OVERWRITE` */
    int_fast8_t check_segment_overwrite() { return check(daoShmCheckSegmentOverwrite(image())); }
    /** Go on reading in order after the newest frame. @return its counter */
    uint64_t reset_tail()
    {
        uint32_t slot_index = 0;
        uint64_t cnt0 = 0;
        check(daoShmResetTail(image(), &slot_index, &cnt0));
        return cnt0;
    }

    /* ------------------------------------------------------------------------------------- what it is, now */

    /** @return elements along each axis. */
    Shape get_shape() const { return Shape(metadata().size, metadata().size + metadata().naxis); }
    /** @return elements of a frame. */
    uint64_t get_element_count() const { return metadata().nelement; }
    /** @return number of slots. */
    uint32_t get_depth() const noexcept { return depth_; }
    /** @return path of the segment, as given. */
    std::string name() const { return image() ? image()->name : ""; }

    /** @return `cnt0` of the newest frame: frames published so far. */
    uint64_t get_counter() const { return daoShmGetCounter(image()); }
    /** @return `cnt0` of the frame in slot `idx` modulo depth. */
    uint64_t get_counter(uint32_t idx) const { return load(get_meta_data(idx)->cnt0); }
    /** @return `cnt1` of the newest frame: in a rolling buffer the slice written last. */
    uint64_t get_cnt1() const { return get_cnt1(newest_slot()); }
    /** @return `cnt1` of the frame in slot `idx` modulo depth. */
    uint64_t get_cnt1(uint32_t idx) const { return load(get_meta_data(idx)->cnt1); }
    /** @return `cnt2` of the newest frame: its id, or the number of events. */
    uint64_t get_frame_id() const { return get_frame_id(newest_slot()); }
    /** @return `cnt2` of the frame in slot `idx` modulo depth. */
    uint64_t get_frame_id(uint32_t idx) const { return load(get_meta_data(idx)->cnt2); }
    /** @return acquisition time of the newest frame, nanoseconds since the Unix epoch. */
    int64_t get_timestamp() const { return get_timestamp(newest_slot()); }
    /** @return acquisition time of the frame in slot `idx` modulo depth, nanoseconds since the Unix epoch. */
    int64_t get_timestamp(uint32_t idx) const { return load(get_meta_data(idx)->atime.tsfixed.secondlong); }
    /** @return what the newest slot says of itself, in shared memory. */
    IMAGE_METADATA *get_meta_data() const { return get_meta_data(newest_slot()); }
    /** @return what slot `idx` modulo depth says of itself, in shared memory. */
    IMAGE_METADATA *get_meta_data(uint32_t idx) const { return &metadata() + idx % depth_; }

    /** @return what the segment is and how it is doing. */
    DAO_SEGMENT_INFO info() const
    {
        DAO_SEGMENT_INFO info{};
        check(daoShmGetInfo(image(), &info));
        return info;
    }
    /** @return the readers, dead ones included until their place is used again. */
    std::vector<DAO_READER> readers() const
    {
        std::vector<DAO_READER> readers;
        uint32_t count = 0;
        do
        {
            readers.resize(count);
            check(daoShmGetReaders(image(), readers.data(), static_cast<uint32_t>(readers.size()), &count));
        } while (count > readers.size());
        readers.resize(count);
        return readers;
    }
    /** @return number of readers that are alive. */
    uint32_t count_readers() const
    {
        uint32_t count = 0;
        check(daoShmCountReaders(image(), &count));
        return count;
    }

    /* -------------------------------------------------------------------------------------------- keywords */

    /** Set a keyword, adding it when there is none of that name; its comment stays.
     *  Throws `DAO_E_KEYWORD` when the name or text is over 16 bytes or holds a zero byte, or there is no room. */
    void set_keyword(const std::string &name, const KeywordValue &value) { put_keyword(name, value, nullptr); }
    /** The same with a comment of up to 79 bytes. */
    void set_keyword(const std::string &name, const KeywordValue &value, const std::string &comment)
    {
        put_keyword(name, value, c_text(comment, DAO_E_KEYWORD, "keyword's comment"));
    }
    /** @return the keyword of that name. Throws `DAO_E_NOT_FOUND` when there is none. */
    Keyword get_keyword(const std::string &name) const
    {
        IMAGE_KEYWORD keyword{};
        check(daoShmGetKeyword(image(), keyword_name(name), &keyword));
        return to_keyword(keyword);
    }
    /** @return the keyword of that name, if there is one. */
    std::optional<Keyword> find_keyword(const std::string &name) const
    {
        IMAGE_KEYWORD keyword{};
        return found(daoShmGetKeyword(image(), keyword_name(name), &keyword), keyword);
    }
    /** Free the keyword of that name. Throws `DAO_E_NOT_FOUND` when there is none. */
    void remove_keyword(const std::string &name) { check(daoShmRemoveKeyword(image(), keyword_name(name))); }
    /** @return all keywords in use. */
    std::vector<Keyword> keywords() const
    {
        std::vector<Keyword> result;
        for (uint32_t index = 0;; ++index)
        {
            IMAGE_KEYWORD keyword{};
            const auto next = found(daoShmGetKeywordAt(image(), index, &keyword), keyword);
            if (!next)
            {
                return result;
            }
            result.push_back(*next);
        }
    }

    /** @return the C handle, for calls of dao.h; null after a move. */
    IMAGE *image() const noexcept { return image_.get(); }

  private:
    struct Close
    {
        void operator()(IMAGE *image) const noexcept
        {
            daoShmCloseShm(image);
            delete image;
        }
    };
    /** On the heap, because an open IMAGE must not move. */
    using Handle = std::unique_ptr<IMAGE, Close>;

    explicit Shm(Handle image) : image_(std::move(image)) { adopt(); }

    /** Take over what was opened, or close it and throw when it is not of `T`. */
    void adopt()
    {
        const uint8_t found = metadata().atype;
        if (found != element_type)
        {
            const Error error(DAO_E_TYPE, name() + ": the segment's elements are " + daoTypeName(found) +
                                              ", the program expects " + daoTypeName(element_type));
            daoShmCloseShm(image());
            throw error;
        }
        depth_ = info().depth;
    }

    static Handle create(const std::string &name, Shape shape, int shared, int keywords, uint32_t depth)
    {
        shape.reserve(1); // so that data() is no null pointer and an empty shape is told from a missing one
        auto image = std::make_unique<IMAGE>();
        check(daoShmImageCreate_FIFO(image.get(), segment_name(name), static_cast<long>(shape.size()), shape.data(),
                                     element_type, shared, keywords, depth));
        return Handle(image.release());
    }
    static Handle create(const std::string &name, Shape shape, const DAO_CREATE_OPTIONS &options)
    {
        shape.reserve(1);
        auto image = std::make_unique<IMAGE>();
        check(daoShmImageCreateWith(image.get(), segment_name(name), static_cast<long>(shape.size()), shape.data(),
                                    element_type, &options));
        return Handle(image.release());
    }
    static Handle open(int_fast8_t (*open_as)(const char *, IMAGE *), const std::string &name)
    {
        auto image = std::make_unique<IMAGE>();
        check(open_as(segment_name(name), image.get()));
        return Handle(image.release());
    }

    static const char *segment_name(const std::string &name) { return c_text(name, DAO_E_NAME, "segment's name"); }
    static const char *keyword_name(const std::string &name) { return c_text(name, DAO_E_KEYWORD, "keyword's name"); }
    static void *bytes(const T *elements) noexcept { return const_cast<T *>(elements); }
    static uint32_t count32(uint64_t count)
    {
        if (count > UINT32_MAX)
        {
            throw Error(DAO_E_RANGE, std::to_string(count) + " elements: this call takes at most 4294967295");
        }
        return static_cast<uint32_t>(count);
    }
    static int32_t semaphore_of(ShmSync sync) noexcept { return sync == ShmSync::SEM ? 0 : static_cast<int32_t>(sync); }
    /** Fetch a field that other processes write, anew at each call. */
    template <typename Field>
    static Field load(const Field &field) noexcept
    {
        return *const_cast<const volatile Field *>(&field);
    }
    static ReadResult stamped(ReadResult result, int64_t atime_ns) noexcept
    {
        result.acquisition_time = TimePoint(std::chrono::nanoseconds(atime_ns));
        return result;
    }
    static std::optional<Keyword> found(int_fast8_t status, const IMAGE_KEYWORD &keyword)
    {
        if (status > 0 && daoLastErrorCode() == DAO_E_NOT_FOUND)
        {
            return std::nullopt;
        }
        check(status);
        return to_keyword(keyword);
    }

    IMAGE_METADATA &metadata() const
    {
        if (image() == nullptr || image()->md == nullptr)
        {
            throw Error(DAO_E_CLOSED, "this Dao::Shm was moved from or is closed");
        }
        return *image()->md;
    }
    /** With depth 1 the field may be absent: segments of the layout before the FIFO end before it. */
    uint32_t newest_slot() const { return depth_ == 1 ? 0 : load(metadata().fifo_last_written); }
    T *newest_if(int_fast8_t status)
    {
        void *slot = nullptr;
        uint32_t slot_index = 0;
        uint64_t cnt0 = 0;
        if (status == DAO_SUCCESS)
        {
            check(daoShmGetNewestSegment(image(), &slot, &slot_index, &cnt0));
        }
        return static_cast<T *>(slot);
    }
    void publish(const T *frame, uint64_t count) { check(daoShmImage2Shm(bytes(frame), count32(count), image())); }
    void put_keyword(const std::string &name, const KeywordValue &value, const char *comment)
    {
        if (const auto *integer = std::get_if<int64_t>(&value))
        {
            check(daoShmSetKeywordLong(image(), keyword_name(name), *integer, comment));
        }
        else if (const auto *real = std::get_if<double>(&value))
        {
            check(daoShmSetKeywordDouble(image(), keyword_name(name), *real, comment));
        }
        else
        {
            check(daoShmSetKeywordString(image(), keyword_name(name),
                                         c_text(std::get<std::string>(value), DAO_E_KEYWORD, "keyword's text"),
                                         comment));
        }
    }

    void prepare(std::vector<T> &frames, uint32_t count)
    {
        if (follow_ && replaced() == DAO_REPLACED)
        {
            reopen();
        }
        frames.resize(count * get_element_count());
    }
    /** Do `wait_once(time left)`, and again after a replacement that is followed. */
    template <typename WaitOnce>
    int_fast8_t following(std::chrono::nanoseconds timeout, WaitOnce wait_once)
    {
        using std::chrono::nanoseconds, std::chrono::steady_clock;
        const auto start = follow_ ? steady_clock::now() : steady_clock::time_point();
        int_fast8_t status = check(wait_once(timeout));
        while (status == DAO_REPLACED && follow_)
        {
            reopen();
            const nanoseconds waited = steady_clock::now() - start;
            status = check(
                wait_once(timeout < nanoseconds::zero() ? forever : (std::max)(timeout - waited, nanoseconds(0))));
        }
        return status;
    }
    int_fast8_t wait(int_fast8_t (*wait_for)(IMAGE *, uint64_t, int64_t), uint64_t after_cnt0,
                     std::chrono::nanoseconds timeout)
    {
        return following(timeout,
                         [&](std::chrono::nanoseconds left)
                         {
                             // A counter that the segment followed to has not reached is one of the old segment.
                             restarted_ = restarted_ && after_cnt0 > get_counter();
                             return wait_for(image(), restarted_ ? 0 : after_cnt0, left.count());
                         });
    }
    /** The point in time `left` from now, at most a century, on the clock of daoShmWaitForSemaphoreTimeout(). */
    static timespec from_now(std::chrono::nanoseconds left)
    {
        constexpr std::chrono::nanoseconds century = std::chrono::hours(24 * 36525);
        const auto limit = std::chrono::system_clock::now() + (std::min)(left, century); // windows.h has a macro min
        const auto seconds = std::chrono::time_point_cast<std::chrono::seconds>(limit);
        timespec result{};
        result.tv_sec = static_cast<time_t>(seconds.time_since_epoch().count());
        result.tv_nsec = static_cast<long>(std::chrono::nanoseconds(limit - seconds).count());
        return result;
    }

    Handle image_;
    uint32_t depth_ = 1;
    bool follow_ = false;
    bool restarted_ = false; // reopened, and the caller may still count the old segment's frames
};
} // namespace Dao

#endif
