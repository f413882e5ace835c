/**
 * @file daoTypes.hpp
 * @brief What goes into and comes out of the C++ interface: shapes, times, errors, options, results, keywords.
 *
 * Programs include daoShm.hpp.
 */
#ifndef DAO_TYPES_HPP
#define DAO_TYPES_HPP

#include <chrono>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "dao.h"

namespace Dao
{
/** Elements along each axis, 1 to 3 axes, slow axis first. */
using Shape = std::vector<uint32_t>;

/** How Image::get_frame() waits: for a numbered semaphore (`SEM` is `SEM0`), spinning on the counter, or not at all. */
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

/** Throw the error of this thread's last call when `status` is an error. @return `status`, 0 or a condition */
inline int_fast8_t check(int_fast8_t status)
{
    if (status > 0)
    {
        throw Error(daoLastErrorCode(), daoLastErrorMessage());
    }
    return status;
}

/** The same for calls that give nothing to go on with after a condition: that is thrown, too. */
inline void require(int_fast8_t status)
{
    if (status != DAO_SUCCESS)
    {
        throw Error(daoLastErrorCode(), daoLastErrorMessage());
    }
}

/** @cond */
/** All of a list of C: `fetch(items, capacity, count)`, until there is room for all. @return what it returned last; the
 *  list is empty unless that is `DAO_SUCCESS`. @param more room beyond what is known to be there */
template <typename Item, typename Fetch>
int_fast8_t fetch_list(std::vector<Item> &items, const Item &empty, Fetch fetch, uint32_t more = 8)
{
    uint32_t count = 0;
    int_fast8_t status = DAO_SUCCESS;
    do
    {
        items.resize(count + more, empty);
        status = fetch(items.data(), static_cast<uint32_t>(items.size()), &count);
    } while (status == DAO_SUCCESS && count > items.size());
    items.resize(status == DAO_SUCCESS ? count : 0, empty);
    return status;
}
/** @endcond */

/** Give a text to C, which would end it at a zero byte inside: then this throws instead.
 *  @param text what C takes
 *  @param code cause of the error
 *  @param what says in the error what `text` is */
inline const char *c_text(const std::string &text, DAO_ERROR_CODE code, const char *what)
{
    const size_t zero = text.find('\0');
    if (zero != std::string::npos)
    {
        throw Error(code, text.substr(0, zero) + ": the " + what + " has a zero byte at index " + std::to_string(zero) +
                              " of its " + std::to_string(text.size()) + " bytes; expected none");
    }
    return text.c_str();
}
/** Give the name of a segment to C. Throws `DAO_E_NAME` when there is a zero byte in it. */
inline const char *c_name(const std::string &name)
{
    return c_text(name, DAO_E_NAME, "segment's name");
}

/** `ElementType<T>::code` is the element type (`_DATATYPE_x`) of `T`; defined for the types a segment may have. */
template <typename T>
struct ElementType;
/** @cond */
#define DAO_DECLARE_ELEMENT(NAME, number, type, member, name) \
    template <>                                               \
    struct ElementType<type>                                  \
    {                                                         \
        static constexpr uint8_t code = number;               \
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
/** @endcond */

/** How a segment is made; the members are those of DAO_CREATE_OPTIONS, at first all defaults. */
struct CreateOptions : DAO_CREATE_OPTIONS
{
    CreateOptions() : DAO_CREATE_OPTIONS DAO_CREATE_OPTIONS_INIT {}
};

/** How Image::next() and Image::borrow_next() choose a frame and wait for it. */
struct NextOptions
{
    DAO_NEXT_ORDER order = DAO_NEXT_NEWEST;     /**< the newest unseen frame, or the next in order */
    DAO_WAIT_MODE wait = DAO_WAIT_SLEEP;        /**< asleep, spinning, adaptive, or for a semaphore */
    std::chrono::nanoseconds timeout = forever; /**< time limit; negative: no limit; 0: check once */
    std::optional<bool> follow{};               /**< go on in a segment that replaced this one; if not given: as
                                                     Image::set_follow() said */
    int32_t semaphore = 0;                      /**< its number, for `DAO_WAIT_SEMAPHORE` */
};

/** @return whether a read that ended with `status` delivered a whole frame. */
inline bool is_whole(int_fast8_t status) noexcept
{
    return status == DAO_SUCCESS || status == DAO_OVERWRITE;
}

/** What a read did. */
struct ReadResult
{
    int_fast8_t status = DAO_NOTREADY; /**< `DAO_SUCCESS`; `DAO_OVERWRITE` in order, when frames before were missed; or
                                            why there is no frame */
    bool whole = false;                /**< a whole frame was delivered: `status` is one of those two */
    uint64_t cnt0 = 0;                 /**< counter of the frame; of the oldest one for Image::read_last() */
    TimePoint acquisition_time{};      /**< when it was taken; the epoch for Image::read_last() */
    uint64_t missed = 0;               /**< frames lost since the one before; next() and read_next() only */
    uint64_t cnt1 = 0;                 /**< its slice, in a rolling buffer; not for Image::read_last() */
    uint64_t cnt2 = 0;                 /**< its id, or number of events; not for Image::read_last() */

    /** No frame. */
    ReadResult() = default;
    /** What a read that ended with `ended` delivered. @param frame used only when a whole frame was delivered */
    ReadResult(int_fast8_t ended, const DAO_FRAME &frame, uint64_t lost = 0)
        : status(ended), whole(is_whole(ended)), missed(lost)
    {
        if (whole)
        {
            cnt0 = frame.cnt0;
            cnt1 = frame.cnt1;
            cnt2 = frame.cnt2;
            acquisition_time = TimePoint(std::chrono::nanoseconds(frame.atime_ns));
        }
    }
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
    const auto text = [](const char *bytes, size_t room) {
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

/** @return what C takes for `keyword`. Throws `DAO_E_KEYWORD` when one of its texts does not fit. */
inline IMAGE_KEYWORD from_keyword(const Keyword &keyword)
{
    IMAGE_KEYWORD result{};
    const auto fill = [&](char *field, size_t room, const std::string &text, const char *what) {
        const std::string found = c_text(text, DAO_E_KEYWORD, what);
        if (found.size() > room)
        {
            throw Error(DAO_E_KEYWORD, "keyword " + keyword.name.substr(0, 40) + ": a " + what + " of " +
                                           std::to_string(found.size()) + " bytes; expected at most " +
                                           std::to_string(room));
        }
        std::memcpy(field, found.data(), found.size());
    };
    fill(result.name, sizeof result.name, keyword.name, "keyword's name");
    fill(result.comment, sizeof result.comment - 1, keyword.comment, "keyword's comment");
    if (const auto *integer = std::get_if<int64_t>(&keyword.value))
    {
        result.type = 'L';
        result.value.numl = *integer;
    }
    else if (const auto *real = std::get_if<double>(&keyword.value))
    {
        result.type = 'D';
        result.value.numf = *real;
    }
    else
    {
        result.type = 'S';
        fill(result.value.valstr, sizeof result.value.valstr, std::get<std::string>(keyword.value), "keyword's text");
    }
    return result;
}
} // namespace Dao

#endif
