/**
 * @file dao.h
 * @brief Shared memory for real-time adaptive optics and scientific imaging: the C interface.
 *
 * A *segment* is a named file mapped by several processes. It holds `depth` *slots*; a writer publishes one
 * *frame* after another into them; readers copy frames, or borrow them without a copy, and can wait for the next.
 *
 * Conventions that hold for every function unless it says otherwise:
 * - Results are `DAO_SUCCESS` (0), `DAO_ERROR` (positive, an error) or a negative condition (`DAO_TIMEOUT`, ...).
 *   What exactly went wrong: daoLastErrorCode() and daoLastErrorMessage(), per thread.
 * - Shapes are in C order: `size[0]` is the slow axis. Counts named `nbVal` are in elements, not bytes.
 * - Times are nanoseconds; a point in time counts from the Unix epoch. Time limits of the new calls are relative,
 *   on the monotonic clock; negative: no limit; 0: check once, without waiting.
 * - Structs of options and of information begin with their size, so that they can grow: initialise them with their
 *   macro (`DAO_FRAME frame = DAO_FRAME_INIT;`). A size of 0, or one that no version had, is an error.
 * - One IMAGE is for one thread at a time, except for the packet calls (daoShmImagePart2Shm()), which several
 *   threads may make on one IMAGE. Any number of threads and processes may each open the same segment.
 * - The library never exits, aborts or prints unless asked, and leaves the umask and the signal state alone, but for
 *   the guard against truncated files: see daoShmSetTruncationGuard().
 *
 * In the historic names that end in `Segment` (daoShmGetNewestSegment() and the like) the word means a *slot*;
 * everywhere else a segment is the whole file.
 */
#ifndef DAO_H
#define DAO_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* Programs of the field expect dao.h to bring these along. */
#if defined(__has_include)
#if __has_include(<unistd.h>)
#include <sys/types.h>
#include <unistd.h>
#endif
#if __has_include(<semaphore.h>)
#include <semaphore.h>
#define DAO_HAS_SEM_T 1
#endif
#if !defined(__ELF__) && __has_include(<pthread.h>)
#include <pthread.h> /* before DLL_EXPORT, by which it says whether it is a library of its own */
#include <sched.h>
#endif
#endif

#ifndef DAO_HAS_SEM_T
typedef void *sem_t; /**< where the system has no semaphores of its own */
#endif

/** @cond */
#if defined(__MINGW_PRINTF_FORMAT)
#define DAO_PRINTF(format_index, first_index) __attribute__((format(__MINGW_PRINTF_FORMAT, format_index, first_index)))
#elif defined(__GNUC__)
#define DAO_PRINTF(format_index, first_index) __attribute__((format(printf, format_index, first_index)))
#else
#define DAO_PRINTF(format_index, first_index)
#endif
#ifndef DAO_API /* a build may say how its compiler exports */
#if defined(__GNUC__)
#define DAO_API __attribute__((visibility("default")))
#else
#define DAO_API
#endif
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------ results */

/** Done. */
#define DAO_SUCCESS 0
/** Failed; see daoLastErrorCode(). */
#define DAO_ERROR 1
/** The time limit passed first. */
#define DAO_TIMEOUT (-1)
/** Calls that copy: `dst` holds a whole frame, and frames before it were missed. Calls that lend a slot: the newest is
 *  lent, frames before it were missed. Checks: the slot was overwritten since. */
#define DAO_OVERWRITE (-2)
/** No such frame yet, or it stays half written; `dst` is undefined. */
#define DAO_NOTREADY (-3)
/** A signal, or daoShmInterrupt(), ended the wait: no frame was counted, or nothing was written. */
#define DAO_INTERRUPTED (-4)
/** Another segment has taken the name, or another program has truncated the file or made it again in place; nothing was
 *  copied; a frame just written has no reader under this name; daoShmReopen() follows. */
#define DAO_REPLACED (-5)
/** The segment's file was removed; nothing was copied, a frame just written has no readers, and the mapping stays valid. */
#define DAO_REMOVED (-6)
/** The writer was faster than every try for 0.1 s to copy a whole frame; `dst` is undefined. */
#define DAO_OUTRUN (-7)

/** What went wrong, in stable numbers. */
typedef enum
{
    DAO_E_NONE = 0,         /**< nothing */
    DAO_E_ARGUMENT = 1,     /**< a null pointer or a value outside what the call takes */
    DAO_E_CLOSED = 2,       /**< the image is not open */
    DAO_E_NAME = 3,         /**< empty name, over 79 bytes, or one whose DAO semaphores another segment has */
    DAO_E_NOT_FOUND = 4,    /**< no such segment, or keyword */
    DAO_E_PERMISSION = 5,   /**< the system refuses access, or the file, or a symbolic link to it, is another user's */
    DAO_E_EXISTS = 6,       /**< a file that is not a segment has the name; with an exclusive create: any file */
    DAO_E_NO_SPACE = 7,     /**< the file system is full */
    DAO_E_NO_MEMORY = 8,    /**< out of memory */
    DAO_E_SYSTEM = 9,       /**< another error of the operating system; the message has its text */
    DAO_E_FORMAT = 10,      /**< the file is not a segment, or is damaged */
    DAO_E_FOREIGN = 11,     /**< the file is a segment of another system */
    DAO_E_TYPE = 12,        /**< unknown or unequal element type */
    DAO_E_SHAPE = 13,       /**< unusable or unequal shape or depth */
    DAO_E_RANGE = 14,       /**< more elements, or a position, than the frame has */
    DAO_E_SEMAPHORE = 15,   /**< no such semaphore in the segment */
    DAO_E_KEYWORD = 16,     /**< keyword name or text too long, or no room for another keyword */
    DAO_E_READ_ONLY = 17,   /**< the segment is open for reading only */
    DAO_E_BUSY = 18,        /**< another process held a lock of the segment for too long */
    DAO_E_STATE = 19,       /**< call out of order, such as a commit without a begin; or the writer lock was lost */
    DAO_E_TIMEOUT = 20,     /**< goes with DAO_TIMEOUT */
    DAO_E_OVERWRITE = 21,   /**< goes with DAO_OVERWRITE */
    DAO_E_NOT_READY = 22,   /**< goes with DAO_NOTREADY */
    DAO_E_INTERRUPTED = 23, /**< goes with DAO_INTERRUPTED */
    DAO_E_REPLACED = 24,    /**< goes with DAO_REPLACED */
    DAO_E_REMOVED = 25,     /**< goes with DAO_REMOVED */
    DAO_E_UNSUPPORTED = 26, /**< this segment, or this system, cannot do that */
    DAO_E_OUTRUN = 27,      /**< goes with DAO_OUTRUN */
    DAO_E_VERSION = 28,     /**< the segment was made by another version of this library; making it again replaces it */
    DAO_E_NETWORK = 29,     /**< an address that cannot be had or reached, or another error of the network */
    DAO_E_KEY = 30          /**< a key or key file that is not usable, or was refused */
} DAO_ERROR_CODE;

/** @return the cause of this thread's last call that did not return `DAO_SUCCESS`. */
DAO_API DAO_ERROR_CODE daoLastErrorCode(void);

/** @return what that call met, naming the segment, what was found and what was expected. Valid until this thread's
 *  next failing call; never null. */
DAO_API const char *daoLastErrorMessage(void);

/** Record an error of this thread, for libraries that build on this one and report as it does.
 *  @param message what happened, at most 511 bytes of it; null is an empty text
 *  @return `DAO_ERROR` */
DAO_API int_fast8_t daoSetLastError(DAO_ERROR_CODE code, const char *message);

/** @return the version of the library, such as "1.0.0". */
DAO_API const char *daoVersion(void);

/* ------------------------------------------------------------------------------------------- element types */

/** An element of type complex64. */
typedef struct
{
    float re; /**< real part */
    float im; /**< imaginary part */
} complex_float;

/** An element of type complex128. */
typedef struct
{
    double re; /**< real part */
    double im; /**< imaginary part */
} complex_double;

/* `_DATATYPE_x`, the code of an element type, and `SIZEOF_DATATYPE_x`, its bytes: macros, for `#if`. */
/** @cond */
#define _DATATYPE_UINT8 1
#define _DATATYPE_INT8 2
#define _DATATYPE_UINT16 3
#define _DATATYPE_INT16 4
#define _DATATYPE_UINT32 5
#define _DATATYPE_INT32 6
#define _DATATYPE_UINT64 7
#define _DATATYPE_INT64 8
#define _DATATYPE_FLOAT 9
#define _DATATYPE_DOUBLE 10
#define _DATATYPE_COMPLEX_FLOAT 11
#define _DATATYPE_COMPLEX_DOUBLE 12
#define SIZEOF_DATATYPE_UINT8 1
#define SIZEOF_DATATYPE_INT8 1
#define SIZEOF_DATATYPE_UINT16 2
#define SIZEOF_DATATYPE_INT16 2
#define SIZEOF_DATATYPE_UINT32 4
#define SIZEOF_DATATYPE_INT32 4
#define SIZEOF_DATATYPE_UINT64 8
#define SIZEOF_DATATYPE_INT64 8
#define SIZEOF_DATATYPE_FLOAT 4
#define SIZEOF_DATATYPE_DOUBLE 8
#define SIZEOF_DATATYPE_COMPLEX_FLOAT 8
#define SIZEOF_DATATYPE_COMPLEX_DOUBLE 16
/** @endcond */
#define Dtype _DATATYPE_FLOAT          /**< the default real type */
#define CDtype _DATATYPE_COMPLEX_FLOAT /**< the default complex type */

/**
 * The one list of element types: `X(NAME, code, C type, member of IMAGE.array, name as NumPy says it)`.
 * Everything that needs a list of types expands this one.
 */
#define DAO_ELEMENT_TYPES(X)                                                  \
    X(UINT8, _DATATYPE_UINT8, uint8_t, UI8, "uint8")                          \
    X(INT8, _DATATYPE_INT8, int8_t, SI8, "int8")                              \
    X(UINT16, _DATATYPE_UINT16, uint16_t, UI16, "uint16")                     \
    X(INT16, _DATATYPE_INT16, int16_t, SI16, "int16")                         \
    X(UINT32, _DATATYPE_UINT32, uint32_t, UI32, "uint32")                     \
    X(INT32, _DATATYPE_INT32, int32_t, SI32, "int32")                         \
    X(UINT64, _DATATYPE_UINT64, uint64_t, UI64, "uint64")                     \
    X(INT64, _DATATYPE_INT64, int64_t, SI64, "int64")                         \
    X(FLOAT, _DATATYPE_FLOAT, float, F, "float32")                            \
    X(DOUBLE, _DATATYPE_DOUBLE, double, D, "float64")                         \
    X(COMPLEX_FLOAT, _DATATYPE_COMPLEX_FLOAT, complex_float, CF, "complex64") \
    X(COMPLEX_DOUBLE, _DATATYPE_COMPLEX_DOUBLE, complex_double, CD, "complex128")

/** @return the bytes of one element of type `atype`, 0 when there is no such type. */
DAO_API size_t daoTypeSize(uint8_t atype);

/** @return the name of element type `atype` as NumPy says it ("float32"), null when there is no such type. */
DAO_API const char *daoTypeName(uint8_t atype);

/* ------------------------------------------------------------------------------------------ shared structs */

#define DAO_SHM_NAME_LEN 80           /**< bytes of a segment's name, with the final zero */
#define IMAGE_NB_SEMAPHORE 10         /**< semaphores of a segment */
#define SEMAPHORE_MAXVAL 1            /**< a semaphore is posted or it is not: posts are not added up */
#define DAO_MAX_COMBINE_CHANNELS 1024 /**< most inputs of daoShmCombineShm2Shm() */
#define DAO_MAX_PACKETS 512           /**< packets of one frame whose frame number is stored */
#define DAO_READER_NAME_SIZE 32       /**< bytes of a reader's name, with the final zero */

/** One keyword of a segment. Read and write it with daoShmGetKeyword(), daoShmSetKeywordLong() and the like. */
typedef struct
{
    char name[16]; /**< not zero-terminated when all 16 bytes are used */
    char type;     /**< `N` unused, `L` long, `D` double, `S` string */
    union
    {
        int64_t numl;    /**< of type `L` */
        double numf;     /**< of type `D` */
        char valstr[16]; /**< of type `S`; not zero-terminated when all 16 bytes are used */
    } value;             /**< as `type` says */
    char comment[80];    /**< zero-terminated */
} IMAGE_KEYWORD;

/** Two integers of fixed size, the same bytes as a timespec. */
typedef struct
{
    int64_t firstlong;  /**< 0 */
    int64_t secondlong; /**< ns since the epoch */
} TIMESPECFIXED;

/**
 * What a segment says of itself and of the frame in one slot; there is one for each slot. The fields up to `sem`
 * and `NBkw` are the same in all; the counters, times, packet fields and `write` belong to the slot's own frame;
 * `fifo_size` and `fifo_last_written` count in slot 0 alone. A segment of the layout before the FIFO ends before
 * `fifo_size`.
 */
typedef struct
{
    char name[DAO_SHM_NAME_LEN]; /**< path, zero-terminated */
    uint8_t naxis;               /**< 1, 2 or 3 */
    uint32_t size[3];            /**< elements along each axis, slow axis first; 0 for an unused axis */
    uint64_t nelement;           /**< product of the used axes */
    uint8_t atype;               /**< element type, `_DATATYPE_x` */
    double creation_time;        /**< seconds since the Unix epoch */
    double last_access;          /**< the same; set on create, open and publish */
    union
    {
        struct timespec ts;                /**< the same bytes; not what this library writes */
        TIMESPECFIXED tsfixed;             /**< what it writes */
    } atime;                               /**< acquisition time: `tsfixed.secondlong` */
    uint8_t shared;                        /**< 1 in shared memory, 0 for a private image */
    uint8_t status;                        /**< stored, not interpreted */
    uint8_t logflag;                       /**< stored, not interpreted */
    uint16_t sem;                          /**< number of semaphores */
    uint64_t cnt0;                         /**< frames published up to the one in this slot */
    uint64_t cnt1;                         /**< rolling buffer (3 axes): the slice written last */
    uint64_t cnt2;                         /**< frame id; in event mode the number of events */
    uint8_t write;                         /**< 1 while the slot is written, or holds no whole frame */
    uint16_t NBkw;                         /**< room for so many keywords */
    uint32_t lastPos;                      /**< first element of the last packet */
    uint32_t lastNb;                       /**< number of elements of the last packet */
    uint32_t packetNb;                     /**< the last packet */
    uint32_t packetTotal;                  /**< packets per frame */
    uint64_t lastNbArray[DAO_MAX_PACKETS]; /**< frame number, for each packet */
    uint32_t fifo_size;                    /**< depth: number of slots */
    uint32_t fifo_last_written;            /**< the newest slot; depth - 1 before the first frame */
} IMAGE_METADATA;

/**
 * A caller's handle of a segment. Memory that create and open fill; it need not be initialised before, and must not
 * be copied or moved while it is open.
 */
typedef struct
{
    char name[DAO_SHM_NAME_LEN]; /**< path as this process gave it */
    uint8_t used;                /**< 1 while open */
    int32_t shmfd;               /**< the file, or -1 */
    uint64_t memsize;   /**< bytes of metadata, data and keywords; daoShmGetInfo() has those of the whole segment */
    sem_t *semlog;      /**< semaphore of loggers, as `semptr` */
    IMAGE_METADATA *md; /**< one for each slot, in shared memory; null when closed */
/** @cond */
#define DAO_DECLARE_MEMBER(NAME, code, type, member, name) type *member;
    /** @endcond */
    union
    {
        DAO_ELEMENT_TYPES(DAO_DECLARE_MEMBER)
        void *V; /**< whatever the type */
    } array;     /**< the first slot's data; slot `k` begins `k * nelement` elements further */
#undef DAO_DECLARE_MEMBER
    sem_t **semptr;          /**< its semaphores, which programs may wait on and post themselves; null when the segment
                                       is open for reading only, or a program with another C library made it */
    IMAGE_KEYWORD *kw;       /**< the keywords, in shared memory; null when there is no room for any */
    int32_t *semReadPID;     /**< the library's own */
    int32_t *semWritePID;    /**< the library's own */
    uint32_t fifo_last_read; /**< slot of the frame this handle read last in FIFO order */
    uint64_t fifo_last_read_cnt0; /**< and its `cnt0` */
} IMAGE;

/* ---------------------------------------------------------------------------------------------------- life */

/** How daoShmImageCreateWith() makes a segment. Begin with `DAO_CREATE_OPTIONS_INIT`, in which each 0 stands for the
 *  default. */
typedef struct
{
    uint32_t size;     /**< bytes of this struct, as `DAO_CREATE_OPTIONS_INIT` says */
    uint32_t depth;    /**< slots; 0 stands for 1 */
    uint32_t keywords; /**< room for so many keywords, at most 65535 */
    /** permission bits, at most 0777; 0 stands for daoShmGetFileMode(), or for those of the file it takes the place of */
    uint32_t file_mode;
    int32_t compatibility; /**< 1 with DAO's named semaphores, -1 without, 0 as daoShmGetCompatibility() says */
    uint32_t exclusive;    /**< 1: fail with `DAO_E_EXISTS` when anything has the name already */
} DAO_CREATE_OPTIONS;

/** All defaults. */
#define DAO_CREATE_OPTIONS_INIT {sizeof(DAO_CREATE_OPTIONS), 0, 0, 0, 0, 0}

/**
 * Make a segment of depth 1, or reuse the one that has the name and the same geometry.
 * The same as daoShmImageCreate_FIFO() with `fifo_size` 1.
 */
DAO_API int_fast8_t daoShmImageCreate(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype,
                                      int shared, int NBkw);

/**
 * Make a segment, or reuse the one that has the name and the same geometry; `image` is open afterwards.
 *
 * The geometry is the number of axes, their sizes, the element type, the depth and the room for keywords.
 * Reuse clears the data and the keywords and starts the counters again at 0; readers that have it open go on with the new
 * frames. A segment of another geometry is replaced: its readers keep their memory, and their calls report `DAO_REPLACED`.
 * A segment made by DAO, of the same geometry, is adopted as it is: nothing is cleared, and `cnt0` goes on.
 * Space is reserved at once, so a full file system is an error here and never later.
 * Waits while another process makes or removes the segment, or writes a frame, as daoShmSetLockLimit() says; a signal or
 * daoShmInterrupt() ends that with `DAO_INTERRUPTED`.
 *
 * @param image     filled in; may be uninitialised
 * @param name      path of the segment's file, 1 to 79 bytes
 * @param naxis     number of axes, 1 to 3
 * @param size      elements along each axis, each at least 1
 * @param atype     element type, `_DATATYPE_x`
 * @param shared    1 for shared memory; 0 for a private image, on which the same calls work within the process
 * @param NBkw      room for so many keywords, 0 to 65535
 * @param fifo_size depth: number of slots, at least 1
 * @return `DAO_SUCCESS`; `DAO_ERROR` when an argument is unusable or the system refuses, and then no file remains
 */
DAO_API int_fast8_t daoShmImageCreate_FIFO(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype,
                                           int shared, int NBkw, uint32_t fifo_size);

/** The same as daoShmImageCreate_FIFO() for shared memory, with all choices in `options` (null: all defaults). */
DAO_API int_fast8_t daoShmImageCreateWith(IMAGE *image, const char *name, long naxis, const uint32_t *size,
                                          uint8_t atype, const DAO_CREATE_OPTIONS *options);

/**
 * Make a segment of `nbVal` floats, shape (nbVal, 1), in an IMAGE allocated here.
 * Release it with daoShmCloseShm() and then `free`.
 */
DAO_API int_fast8_t daoShmInit1D(const char *name, uint32_t nbVal, IMAGE **image);

/**
 * Open an existing segment, for reading only where writing is not permitted.
 * @return `DAO_SUCCESS`; `DAO_ERROR` when there is no such file, it may not be read, or it is not a segment
 */
DAO_API int_fast8_t daoShmShm2Img(const char *name, IMAGE *image);

/** Open an existing segment for reading only: changes nothing in it, and is not listed among its readers. */
DAO_API int_fast8_t daoShmOpenReadOnly(const char *name, IMAGE *image);

/** Open another handle on the segment that `image` has open, private images included: the same memory, with a place of
 *  its own among the frames, after the newest. For another thread, as one IMAGE is for one thread at a time.
 *  @param duplicate filled in; may be uninitialised, must not be `image` */
DAO_API int_fast8_t daoShmDuplicate(IMAGE *image, IMAGE *duplicate);

/** Close: unmap and free what the handle holds. A loan is aborted. A second close succeeds and does nothing. The
 *  segment itself stays; see daoShmRemove(). */
DAO_API int_fast8_t daoShmCloseShm(IMAGE *image);

/** Remove the segment's file, and its named semaphores where it has them. Processes that have it open keep their
 *  memory, and their calls report `DAO_REMOVED`. A file that is not a segment is not touched: `DAO_ERROR`. Waits and ends as
 *  daoShmImageCreate_FIFO() does. */
DAO_API int_fast8_t daoShmRemove(const char *name);

/** Tell all handles of a private image that it is not used any longer: their waits, reads and writes return `DAO_REPLACED`
 *  when `replaced` is 1, else `DAO_REMOVED`. An image of a file is an error; see daoShmRemove(). */
DAO_API int_fast8_t daoShmRetirePrivate(IMAGE *image, int replaced);

/** Is the segment still the one under its name? @return `DAO_SUCCESS`, `DAO_REPLACED`, `DAO_REMOVED` or `DAO_ERROR`.
 *  Costs a system call or two. */
DAO_API int_fast8_t daoShmCheckReplaced(IMAGE *image);

/** Open the segment that now has the name in place of the one held, which is closed. Reading in order begins with its
 *  first frame. When opening fails the old one stays open. */
DAO_API int_fast8_t daoShmReopen(IMAGE *image);

/** Set how many semaphores the segment has, 1 to 10; where it has DAO's named semaphores, make those. */
DAO_API int_fast8_t daoShmImageCreateSem(IMAGE *image, long NBsem);
/** The other name of daoShmImageCreateSem(). */
DAO_API int_fast8_t daoImageCreateSem(IMAGE *image, long NBsem);

/** Permission bits of segments that this process makes from now on; 0600 by default. Bits beyond 0777 are left out. */
DAO_API void daoShmSetFileMode(uint32_t mode);
/** @return the bits that daoShmSetFileMode() set. */
DAO_API uint32_t daoShmGetFileMode(void);

/** Whether segments that this process makes get DAO's named semaphores, for processes that run DAO's own library. At
 *  first what the environment variable `DAO_COMPATIBILITY` says (1: yes, all else: no), else no. */
DAO_API void daoShmSetCompatibility(int on);
/** @return 1 when new segments get DAO's named semaphores, else 0. */
DAO_API int daoShmGetCompatibility(void);

/**
 * Switch the guard against truncated files on or off. With it, a file that another program truncates or makes again in
 * place while it is open here leads to a result, `DAO_REPLACED`. Without it, touching what the file has lost ends the
 * process by SIGBUS. On by default, unless the environment variable `DAO_GUARD_TRUNCATION` is 0; always off on Windows, where
 * this cannot happen.
 *
 * The guard is the one thing that the library changes in the signal state: a handler of SIGBUS, installed once, with the
 * first segment opened while the guard is on, or by switching it on. It deals only with faults in this library's mappings
 * of files, and puts zeros in place of the lost memory, in this process. For every other SIGBUS it calls the handler that
 * was there before, or lets the process end where there was none. A program that installs a handler of its own later calls
 * the one it finds for faults that are not its own. Threads that block SIGBUS are not guarded: the system ends the process.
 */
DAO_API void daoShmSetTruncationGuard(int on);
/** @return 1 while the guard is on, else 0. */
DAO_API int daoShmGetTruncationGuard(void);

/* --------------------------------------------------------------------------------------------------- write */
/* Every call that writes frames returns `DAO_SUCCESS`, or the segment under the name has no new frame:
   - `DAO_REPLACED`, `DAO_REMOVED`: the segment is no longer the one under its name, which is noticed within 0.2 s. Write
     the frame again once the new segment is open: at most those who had the old one open already may see it there;
   - `DAO_INTERRUPTED`: a signal, or daoShmInterrupt(), came while the call waited for another writer;
   - `DAO_ERROR`: a bad argument; `DAO_E_READ_ONLY`; `DAO_E_BUSY` when other writers held the writer lock for 5 s, or as
     long as daoShmSetLockLimit() says;
     `DAO_E_STATE` while this handle has a loan, while this process puts a frame together from packets (only further
     packets and finalise may follow), when the writer lock was taken away meanwhile, and as daoShmImagePart2ShmFinalize() says.
   Writers exclude each other; the lock of a writer that died is taken over. */

/**
 * Set how long calls of this thread wait for a lock that others hold, before they fail with `DAO_E_BUSY`: writes, changes of
 * keywords, and creating and removing segments. The lock of a dead process is no such lock: it is taken over.
 * @param limit_ns negative: no limit; 0: do not wait; 5 s by default
 * @return the limit that was set before
 */
DAO_API int64_t daoShmSetLockLimit(int64_t limit_ns);

/**
 * Publish a frame: copy it into the next slot, count it, post the semaphores, wake the waiters.
 * @param im    the data, C order
 * @param nbVal elements to copy, at most the frame's; with fewer, the rest of the frame is the last frame's content
 */
DAO_API int_fast8_t daoShmImage2Shm(void *im, uint32_t nbVal, IMAGE *image);

/** The same as daoShmImage2Shm() for frames of any number of elements. */
DAO_API int_fast8_t daoShmSetData(IMAGE *image, const void *im, uint64_t nbVal);

/**
 * Copy data without counting a frame and without waking anybody. With depth 1 the newest frame's content changes;
 * with more, the data waits in the next slot until daoShmImagePart2ShmFinalize() publishes it.
 */
DAO_API int_fast8_t daoShmImage2ShmQuiet(void *im, uint32_t nbVal, IMAGE *image);
/** The same as daoShmImage2ShmQuiet() for frames of any number of elements. */
DAO_API int_fast8_t daoShmSetDataQuiet(IMAGE *image, const void *im, uint64_t nbVal);

/**
 * Put one packet of a frame into the next slot. The first packet locks the segment for this process until the frame
 * is finalised; until then its other writes are errors (`DAO_E_STATE`). Several threads may put packets of one frame,
 * through one IMAGE or several.
 * @param im          the packet's data
 * @param nbVal       its elements
 * @param position    index of its first element in the frame; `position + nbVal` at most the frame's elements
 * @param packetId    its number, from 0 or from 1 or any other: `position` alone says where the data belongs
 * @param packetTotal packets per frame as the program counts them; 0 when that is not known
 * @param frameNumber number of the frame, stored in `lastNbArray[packetId]` where the table reaches: up to 511
 */
DAO_API int_fast8_t daoShmImagePart2Shm(char *im, uint32_t nbVal, IMAGE *image, uint32_t position, uint16_t packetId,
                                        uint16_t packetTotal, uint64_t frameNumber);

/**
 * Publish what packets, a quiet write or the program itself put into the next slot. Waits for packets that other threads are
 * copying, as for a lock.
 * @return also `DAO_E_STATE`, and nothing is published: when another writer has published, or the segment was made again, since the
 *         image's quiet write, whose data are gone then; and when a frame was begun in the slot since and given up, by a loan that was
 *         aborted or a writer that died. Write it again. A program that stores into the slot itself is told of the latter
 *         once, and not of what was given up before it opened the image, as the library cannot see what it stores
 */
DAO_API int_fast8_t daoShmImagePart2ShmFinalize(IMAGE *image);

/**
 * Publish the element-wise sum of the newest frames of other segments of the same type. Integers wrap.
 * @param imageCube `nbChannel` open images, at most `DAO_MAX_COMBINE_CHANNELS`
 * @param nbVal     elements to add up, at most the elements of each
 * @return also what reading one of the others returned, when it gave no frame
 */
DAO_API int_fast8_t daoShmCombineShm2Shm(IMAGE **imageCube, IMAGE *image, int nbChannel, int nbVal);

/** Stamp the newest frame with the time now. With depth 1 it is counted as a new frame too (as DAO does), and
 *  waiters for a frame are woken; no semaphore is posted. */
DAO_API int_fast8_t daoShmTimestampShm(IMAGE *image);

/**
 * Begin a loan: lock the segment and lend the next slot's memory, to be filled in place.
 * End it with daoShmLoanCommit() or daoShmLoanAbort(). The slot holds an older frame's bytes.
 * @param slot set to the slot's first byte
 */
DAO_API int_fast8_t daoShmLoanBegin(IMAGE *image, void **slot);
/** Publish the loan. */
DAO_API int_fast8_t daoShmLoanCommit(IMAGE *image);
/** Give the loan back unpublished. What the slot held is lost: with depth 1 there is no whole frame to read until
 *  the next one is published. */
DAO_API int_fast8_t daoShmLoanAbort(IMAGE *image);

/** Write the next slice of a rolling buffer (3 axes: size[0] slices of size[1] x size[2]), set `cnt1` to its index
 *  and publish. The first slice written is 0.
 *  @param nbVal elements of the slice, at most size[1] * size[2] */
DAO_API int_fast8_t daoShmWriteSlice(IMAGE *image, const void *slice, uint64_t nbVal);

/** Set `cnt2`, the frame id or number of events, of the next frame this handle publishes. */
DAO_API int_fast8_t daoShmSetFrameId(IMAGE *image, uint64_t frame_id);
/** Set the acquisition time, ns since the epoch, of the next frame this handle publishes (else: the time then). */
DAO_API int_fast8_t daoShmSetAcquisitionTime(IMAGE *image, int64_t atime_ns);

/** Post semaphore `semNb`; no effect if it is already posted. Of a segment that is no longer the one under its name, which
 *  is noticed within 0.2 s, nothing is posted: `DAO_REPLACED`, `DAO_REMOVED`. The same for the next two. */
DAO_API int_fast8_t daoSemPost(IMAGE *image, int32_t semNb);
/** Post all semaphores. */
DAO_API int_fast8_t daoSemPostAll(IMAGE *image);
/** Post the semaphore of loggers. */
DAO_API int_fast8_t daoSemLogPost(IMAGE *image);
/** The newest name of daoSemPost(). */
DAO_API int_fast8_t daoShmPostSem(IMAGE *image, int32_t semNb);
/** The newest name of daoSemPostAll(). */
DAO_API int_fast8_t daoShmPostSemAll(IMAGE *image);

/* --------------------------------------------------------------------------------------------------- waits */
/* Every wait ends with `DAO_SUCCESS`, when what it waits for is there; `DAO_TIMEOUT`; `DAO_INTERRUPTED` on a signal or
   daoShmInterrupt(); `DAO_REPLACED` or `DAO_REMOVED`, within 0.2 s, when the segment is no longer the one under its name.
   A signal counts that this thread handles while it sleeps. One that is handled just before that, or in the microseconds between
   two sleeps of 0.06 to 0.1 s, leaves no trace: then the next one ends the wait. An interrupt is never missed: let the handler
   call daoShmInterrupt().
   Waits are where a thread that is cancelled (pthread_cancel) ends, within 0.2 s; nothing is held then, and the image can be
   used and closed by others. All other calls go on to their end, the writes that wait for a lock too. Threads that may be
   cancelled at any moment (`PTHREAD_CANCEL_ASYNCHRONOUS`) must not call this library. */

/** Wait until semaphore `semNb` is posted, and take the post. One reader for each number. */
DAO_API int_fast8_t daoShmWaitForSemaphore(IMAGE *image, int32_t semNb);
/** The same until `timeout`, absolute, on `CLOCK_REALTIME`; null is an error. */
DAO_API int_fast8_t daoShmWaitForSemaphoreTimeout(IMAGE *image, int32_t semNb, const struct timespec *timeout);

/** In place of a semaphore's number: the one that this handle has claimed, or claims now. */
#define DAO_SEM_AUTO (-1)

/**
 * Claim a semaphore for this handle: the lowest that no other handle of a process that may be alive has claimed. Frames from
 * before do not count any more. It stays this handle's until daoShmReleaseSem() or close, or until the process dies; a second
 * claim returns the same one. Once the image is opened again, by daoShmReopen() or following, it is that number of the new
 * segment, or, where another handle has that already, the next free one: claim again to learn it. A forked child has none of
 * its parent's. A wait by number works for numbers that others claimed too.
 * @return its number; -1, and an error, when none is left, when the segment is open for reading only, and in segments made
 *         by DAO (`DAO_E_UNSUPPORTED`)
 */
DAO_API int32_t daoShmClaimSem(IMAGE *image);
/** Give back what daoShmClaimSem() claimed; success when that was nothing. */
DAO_API int_fast8_t daoShmReleaseSem(IMAGE *image);
/** @return 1 while a handle of a process that may be alive has claimed semaphore `semNb`, else 0. */
DAO_API int daoShmSemInUse(IMAGE *image, int32_t semNb);
/** Return the process that has claimed semaphore `semNb`. @param pid set to its id, or 0 when nobody has */
DAO_API int_fast8_t daoShmGetSemUser(IMAGE *image, int32_t semNb, uint32_t *pid);
/** The same as daoShmWaitForSemaphore(); `semNb` may be `DAO_SEM_AUTO`. */
DAO_API int_fast8_t daoShmWaitSem(IMAGE *image, int32_t semNb);
/** The same as daoShmWaitForSemaphoreTimeout(); `semNb` may be `DAO_SEM_AUTO`. */
DAO_API int_fast8_t daoShmWaitSemTimeout(IMAGE *image, int32_t semNb, const struct timespec *timeout);

/** Spin until a frame is published after the last one that this handle waited for or read (at first: that was newest
 *  when it was opened). */
DAO_API int_fast8_t daoShmWaitForCounter(IMAGE *image);
/** Spin until `cnt0` is at least `targetCnt0`, also when the segment is made again meanwhile and counts from 1. */
DAO_API int_fast8_t daoShmWaitForTargetCounter(IMAGE *image, uint64_t targetCnt0);

/**
 * Wait, asleep, until `cnt0` exceeds `after_cnt0`. Any number of readers.
 * When the segment was reused since this handle last read or waited, `after_cnt0` belongs to frames that are gone: then
 * any frame ends the wait.
 * @param timeout_ns time limit; negative: no limit; 0: check once, without waiting
 */
DAO_API int_fast8_t daoShmWaitForFrame(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns);
/** The same, spinning: the shortest latency, one processor core busy. A signal is noticed once no frame has come for
 *  10 ms; call daoShmInterrupt() in the handler to end it at once. */
DAO_API int_fast8_t daoShmWaitForFrameSpin(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns);
/** The same; learns the frame period, sleeps until shortly before the next frame is due, then spins, then sleeps:
 *  nearly the latency of spinning at a fraction of its processor time. */
DAO_API int_fast8_t daoShmWaitForFrameAdaptive(IMAGE *image, uint64_t after_cnt0, int64_t timeout_ns);

/** Interrupt each open handle of this process once: the wait under way ends with `DAO_INTERRUPTED`, or, where there is
 *  none, the next one, unless its frame is there already. Spinning waits end at once, sleeping ones at once or, in threads
 *  other than the one a signal came to, within 0.1 s. A write that has to wait for another writer is such a wait. May be
 *  called from a signal handler. Handles that are opened later are not affected. */
DAO_API void daoShmInterrupt(void);
/** Interrupt this one handle, from another thread: its wait under way ends with `DAO_INTERRUPTED`, or, where there is none,
 *  the next one, unless its frame is there already. Waits for a frame end at once; those of semaphores, and of handles that
 *  may only read, within 0.1 s. No thread may open or close the image meanwhile; re-opening is allowed. */
DAO_API int_fast8_t daoShmInterruptImage(IMAGE *image);
/** Discard interrupts that this handle has not reported yet. */
DAO_API int_fast8_t daoShmForgetInterrupts(IMAGE *image);

/* --------------------------------------------------------------------------------------------------- reads */
/* The calls that copy (daoShmReadNewest(), daoShmReadNext(), daoShmReadLast(), daoShmNext()) also return `DAO_REPLACED` or
   `DAO_REMOVED` when the segment is no longer the one under its name, which is noticed within 0.2 s. Nothing is copied
   then; in order, that comes after the frames that had been published when it was noticed. */

/** Which frame, and when. Begin with `DAO_FRAME_INIT`. */
typedef struct
{
    uint32_t size;       /**< bytes of this struct, as `DAO_FRAME_INIT` says */
    uint32_t slot;       /**< where it lay */
    uint64_t cnt0;       /**< its counter */
    uint64_t cnt1;       /**< its slice, in a rolling buffer */
    uint64_t cnt2;       /**< its id */
    int64_t atime_ns;    /**< acquisition time, ns since the epoch */
    uint64_t epoch;      /**< the library's own: tells contents of equal counters apart */
    uint32_t generation; /**< how often the segment had been reused */
    uint32_t stable;     /**< 1 when it was a whole frame; 0 when its slot was being written */
} DAO_FRAME;

/** No frame. */
#define DAO_FRAME_INIT {sizeof(DAO_FRAME), 0, 0, 0, 0, 0, 0, 0, 0}

/** @return `cnt0` of the newest frame, 0 before the first and on error. */
DAO_API uint64_t daoShmGetCounter(IMAGE *image);

/** @return bytes of a frame, from what the library found when it opened the segment: make room for frames by it. The
 *  metadata lie in memory that other processes may change. 0 on error. */
DAO_API uint64_t daoShmGetFrameBytes(const IMAGE *image);

/**
 * Copy the newest frame, whole.
 * @param dst      room for `nbVal` elements
 * @param nbVal    elements to copy, at most the frame's
 * @param cnt0     if not null, set to the frame's counter
 * @param atime_ns if not null, set to its acquisition time
 * @return `DAO_SUCCESS`, before the first frame too (zeros, or what a program put there, and `cnt0` 0); `DAO_NOTREADY`
 *         when the newest frame stays half written for 0.1 s, or its writer died; `DAO_OUTRUN` when the writer was
 *         faster than every try for 0.1 s, which a depth of 2 or more prevents as long as a copy takes less time than
 *         publishing depth - 1 frames
 */
DAO_API int_fast8_t daoShmReadNewest(IMAGE *image, void *dst, uint64_t nbVal, uint64_t *cnt0, int64_t *atime_ns);

/**
 * Copy the frame after the last one read by this handle in order (ReadNext or daoShmGetNextSegment()), whole.
 * @param missed if not null, set to the number of frames lost since then
 * @return `DAO_SUCCESS`; `DAO_OVERWRITE` when the writer lapped this reader: `dst` then has the oldest frame that is
 *         still whole; `DAO_NOTREADY` when there is none yet, or it stays half written; `DAO_OUTRUN` as for
 *         daoShmReadNewest()
 */
DAO_API int_fast8_t daoShmReadNext(IMAGE *image, void *dst, uint64_t nbVal, uint64_t *cnt0, int64_t *atime_ns,
                                   uint64_t *missed);

/**
 * Copy the last `nbFrames` frames, oldest first, whole and without a gap.
 * @param dst        room for `nbFrames` frames
 * @param nbFrames   1 to depth
 * @param first_cnt0 if not null, set to the counter of the oldest
 * @return `DAO_SUCCESS`; `DAO_NOTREADY` when fewer were published; `DAO_OUTRUN` when the writer was faster than
 *         every try for 0.1 s
 */
DAO_API int_fast8_t daoShmReadLast(IMAGE *image, void *dst, uint32_t nbFrames, uint64_t *first_cnt0);

/** How daoShmNext() chooses its frame. */
typedef enum
{
    DAO_NEXT_NEWEST = 0,  /**< the newest frame that this handle has not seen; frames in between are missed */
    DAO_NEXT_IN_ORDER = 1 /**< the frame after the last one read in order, as daoShmReadNext() */
} DAO_NEXT_ORDER;

/** How daoShmNext() waits when there is no such frame yet. */
typedef enum
{
    DAO_WAIT_SLEEP = 0,    /**< asleep, as daoShmWaitForFrame() */
    DAO_WAIT_SPIN = 1,     /**< spinning, as daoShmWaitForFrameSpin() */
    DAO_WAIT_ADAPTIVE = 2, /**< as daoShmWaitForFrameAdaptive() */
    DAO_WAIT_SEMAPHORE = 3 /**< for a numbered semaphore, as daoShmWaitForSemaphore() */
} DAO_WAIT_MODE;

/** How daoShmNext() goes about it. Begin with `DAO_NEXT_OPTIONS_INIT`: the newest, asleep, no limit, not following. */
typedef struct
{
    uint32_t size;      /**< bytes of this struct, as `DAO_NEXT_OPTIONS_INIT` says */
    uint32_t order;     /**< `DAO_NEXT_ORDER` */
    uint32_t wait;      /**< `DAO_WAIT_MODE` */
    int32_t semaphore;  /**< its number, for `DAO_WAIT_SEMAPHORE` */
    int64_t timeout_ns; /**< time limit; negative: no limit; 0: check once */
    uint32_t follow;    /**< 1: when the segment was replaced, re-open and go on; 0: return `DAO_REPLACED` */
    uint32_t reserved;  /**< 0 */
} DAO_NEXT_OPTIONS;

/** The newest frame, asleep, no limit, not following. */
#define DAO_NEXT_OPTIONS_INIT {sizeof(DAO_NEXT_OPTIONS), DAO_NEXT_NEWEST, DAO_WAIT_SLEEP, 0, -1, 0, 0}

/**
 * Wait for the next frame that this handle has not seen, and copy it, whole: all ways to read frame after frame in
 * one call.
 *
 * Following: after a re-open the place in the frames is before the new segment's first, so that none of its frames is
 * lost, and pointers into the old segment become invalid (see daoShmHoldMemory()). When the new segment has another
 * element type or shape, nothing is copied: the result is `DAO_REPLACED`, and `image` is the new segment already; so for a private
 * image, which has nothing to follow. A claimed semaphore may have another number then: claim again to learn it, see daoShmClaimSem().
 * While the only slot is being written, a time limit may be exceeded by 2 ms; by 0.1 s and a copy under a writer that is
 * faster than every try to copy (`DAO_OUTRUN`).
 *
 * @param how    null stands for `DAO_NEXT_OPTIONS_INIT`
 * @param dst    room for `nbVal` elements; null with `nbVal` 0 waits and copies nothing: the frame stays unseen
 * @param nbVal  elements to copy, at most the frame's
 * @param frame  if not null, set to which frame it is
 * @param missed if not null, set to the number of frames that were published since the last one seen and are not
 *               delivered
 * @return `DAO_SUCCESS`; `DAO_OVERWRITE`: `dst` is whole, and in order the writer had lapped this reader; `DAO_TIMEOUT`,
 *         `DAO_INTERRUPTED`, `DAO_REPLACED`, `DAO_REMOVED`, `DAO_NOTREADY`, `DAO_OUTRUN`: no frame was delivered
 */
DAO_API int_fast8_t daoShmNext(IMAGE *image, const DAO_NEXT_OPTIONS *how, void *dst, uint64_t nbVal, DAO_FRAME *frame,
                               uint64_t *missed);

/** Return the frame that this handle read or borrowed last. `DAO_NOTREADY` when there is none. */
DAO_API int_fast8_t daoShmGetFrame(IMAGE *image, DAO_FRAME *frame);

/** Describe the frame in slot `fifo_idx` modulo depth, without its data. `DAO_NOTREADY` while it is being written and
 *  when it never held a frame. Of the segment that is open, also when its name was removed or given to another, of which
 *  daoShmCheckReplaced() tells. */
DAO_API int_fast8_t daoShmGetFrameAt(IMAGE *image, uint_fast32_t fifo_idx, DAO_FRAME *frame);

/** Describe the newest frame, without its data. `DAO_NOTREADY` before the first. Of the segment that is open, as
 *  daoShmGetFrameAt(). */
DAO_API int_fast8_t daoShmGetNewestFrame(IMAGE *image, DAO_FRAME *frame);

/** Is `frame`, of this handle, still whole in its slot? What was read through a pointer into the slot since the frame was
 *  described is that frame when this says `DAO_SUCCESS`. @return `DAO_SUCCESS` or `DAO_OVERWRITE` */
DAO_API int_fast8_t daoShmCheckFrame(IMAGE *image, const DAO_FRAME *frame);

/** A hold on the memory of a segment; see daoShmHoldMemory(). */
typedef struct DAO_MEMORY DAO_MEMORY;
/** Keep the memory that `image` has mapped now, so that pointers into it stay valid after it is re-opened or closed,
 *  until daoShmReleaseMemory(). @param memory set to the hold */
DAO_API int_fast8_t daoShmHoldMemory(IMAGE *image, DAO_MEMORY **memory);
/** Give up a hold. Null does nothing. */
DAO_API void daoShmReleaseMemory(DAO_MEMORY *memory);

/** @return how many frames between this handle's first read and the newest frame that it read it neither read nor borrowed;
 *  daoShmRewind() takes none off; 0 when the image is not open. */
DAO_API uint64_t daoShmGetMissed(IMAGE *image);

/** Borrow the newest slot. Before the first frame: the last slot, `cnt0` 0. `DAO_REPLACED` or `DAO_REMOVED`
 *  when the segment is no longer the one of its name: the slot is lent all the same, as the memory stays.
 *  @see daoShmCheckSegmentOverwrite() */
DAO_API int_fast8_t daoShmGetNewestSegment(IMAGE *image, void **segment_ptr, uint32_t *segment_idx,
                                           uint64_t *segment_cnt0);
/** Borrow the slot of the next frame in order. `DAO_NOTREADY`: none yet, and the pointer is null. `DAO_OVERWRITE`: the
 *  writer lapped this reader, and the newest frame is lent. `DAO_REPLACED`, `DAO_REMOVED`: no frame is left of those that
 *  had been published when that was noticed, within 0.2 s, and the pointer is null. */
DAO_API int_fast8_t daoShmGetNextSegment(IMAGE *image, void **segment_ptr, uint32_t *segment_idx,
                                         uint64_t *segment_cnt0);
/** Wait, asleep, until daoShmGetNextSegment() has a frame to give. */
DAO_API int_fast8_t daoShmWaitForNextSegment(IMAGE *image);
/** Borrow slot `fifo_idx` modulo depth. */
DAO_API int_fast8_t daoShmGetArbitrarySegment(IMAGE *image, void **segment_ptr, uint_fast32_t fifo_idx);
/** Did the frame that was borrowed last stay whole in its slot until now, whatever was read since? Where none was borrowed: the
 *  one read last. @return `DAO_SUCCESS`, `DAO_OVERWRITE`;
 *  `DAO_NOTREADY` when there is none */
DAO_API int_fast8_t daoShmCheckSegmentOverwrite(IMAGE *image);
/** Go on reading in order after the newest frame. */
DAO_API int_fast8_t daoShmResetTail(IMAGE *image, uint32_t *segment_idx, uint64_t *segment_cnt0);
/** Go on reading in order with the segment's first frame, or the oldest that it still holds: all frames are unseen. */
DAO_API int_fast8_t daoShmRewind(IMAGE *image);

/* ------------------------------------------------------------------------------------------------ keywords */
/* A keyword is read and written whole, by any process. Names: 1 to 16 bytes. Text: up to 16 bytes. Comment: up to 79
   bytes; null leaves the one there is unchanged. Changes wait for one another as writes do, and end as those do:
   `DAO_INTERRUPTED`, `DAO_E_BUSY`. All return `DAO_REPLACED` or `DAO_REMOVED` when the segment is no longer the one under its
   name, which is noticed within 0.2 s. */

/** How daoShmSetKeywords() goes about it. */
typedef enum
{
    DAO_KEYWORDS_KEEP_COMMENTS = 1, /**< where the comment in the list is empty, the one that is there stays */
    DAO_KEYWORDS_ONLY_THESE = 2     /**< keywords that are not in the list are removed */
} DAO_KEYWORDS_FLAGS;

/** Set a keyword to an integer, adding it when there is none of that name. */
DAO_API int_fast8_t daoShmSetKeywordLong(IMAGE *image, const char *name, int64_t value, const char *comment);
/** Set a keyword to a double. */
DAO_API int_fast8_t daoShmSetKeywordDouble(IMAGE *image, const char *name, double value, const char *comment);
/** Set a keyword to a text of at most 16 bytes. */
DAO_API int_fast8_t daoShmSetKeywordString(IMAGE *image, const char *name, const char *value, const char *comment);
/** Set `count` keywords, adding those that are not there, in one pass: many take no longer each than one. Name, type, value
 *  and comment are those in the list, of which nothing is set when one of them is none; of two of one name the later
 *  one counts. Each is changed whole, one after the other, and those that are as they should be are not touched.
 *  @param keywords `count` of them; null when `count` is 0
 *  @param flags sum of DAO_KEYWORDS_FLAGS, or 0
 *  @return `DAO_ERROR`, `DAO_E_KEYWORD`: one without a name or with an unknown type; or no room for some, which are left out
 *  while the others are set */
DAO_API int_fast8_t daoShmSetKeywords(IMAGE *image, const IMAGE_KEYWORD *keywords, uint32_t count, uint32_t flags);
/** Copy the keyword of that name. `DAO_ERROR`, `DAO_E_NOT_FOUND` when there is none. */
DAO_API int_fast8_t daoShmGetKeyword(IMAGE *image, const char *name, IMAGE_KEYWORD *keyword);
/** Free the keyword of that name. */
DAO_API int_fast8_t daoShmRemoveKeyword(IMAGE *image, const char *name);
/** Count the keywords in use. */
DAO_API int_fast8_t daoShmCountKeywords(IMAGE *image, uint32_t *count);
/** Copy the `index`-th keyword in use, from 0. `DAO_ERROR`, `DAO_E_NOT_FOUND` past the last. */
DAO_API int_fast8_t daoShmGetKeywordAt(IMAGE *image, uint32_t index, IMAGE_KEYWORD *keyword);

/* ------------------------------------------------------------------------------------------ who, and how much */

/** Whether a process lives. */
typedef enum
{
    DAO_DEAD = 0,   /**< it is gone: proven */
    DAO_ALIVE = 1,  /**< it lives, a stopped one too */
    DAO_UNKNOWN = 2 /**< not known here: another pid namespace, no access to `/proc`, no free descriptor */
} DAO_LIVENESS;

/** One reader of a segment. Begin with `DAO_READER_INIT`. */
typedef struct
{
    uint32_t size;     /**< bytes of this struct, as `DAO_READER_INIT` says; of an array: in its first entry */
    uint32_t pid;      /**< process id */
    uint32_t alive;    /**< `DAO_LIVENESS` */
    uint32_t reserved; /**< 0 */
    char name[DAO_READER_NAME_SIZE]; /**< the process's name */
    uint64_t last_cnt0;              /**< counter of the last frame it read */
    uint64_t missed;      /**< frames since its first that were gone before it read them, until this moment */
    int64_t last_seen_ns; /**< when it last read, ns since the epoch; 0: of a reader beyond the 128th only `pid` and
                               `alive` are known */
} DAO_READER;

/** No reader. */
#define DAO_READER_INIT {sizeof(DAO_READER), 0, 0, 0, "", 0, 0, 0}

/** What a segment is, and its present state. Begin with `DAO_SEGMENT_INFO_INIT`. */
typedef struct
{
    uint32_t size;            /**< bytes of this struct, as `DAO_SEGMENT_INFO_INIT` says */
    uint32_t keywords_pid;    /**< process that holds the keywords' lock, 0 when none */
    uint64_t segment_id;      /**< random, made with the segment; 0 without an extension */
    uint32_t has_extension;   /**< 0 in segments made by DAO */
    uint32_t compatible;      /**< 1 with DAO's named semaphores */
    uint32_t read_only;       /**< 1 when this handle may only read */
    uint32_t depth;           /**< slots */
    uint32_t generation;      /**< how often it was reused */
    uint32_t state;           /**< 0 live, 1 replaced, 2 removed: what its name leads to now */
    uint32_t writer_pid;      /**< process that wrote last, 0 when none or unknown */
    uint32_t writer_alive;    /**< `DAO_LIVENESS` of that process */
    uint32_t writing;         /**< 1 while a writer holds the segment */
    uint32_t frame_broken;    /**< 1 when a writer died in the middle of a frame and none has repaired it yet */
    uint64_t takeovers;       /**< dead writers whose lock was taken over */
    uint32_t reader_count;    /**< readers listed, dead ones included until their place is used again */
    uint32_t reader_capacity; /**< room in the list, 640; more may read, unlisted */
    char writer_name[DAO_READER_NAME_SIZE]; /**< the writing process's name, unless it is dead */
    uint64_t mapped_bytes;                  /**< bytes of the whole segment */
} DAO_SEGMENT_INFO;

/** Nothing known. */
#define DAO_SEGMENT_INFO_INIT {sizeof(DAO_SEGMENT_INFO), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, "", 0}

/** Describe the segment and its present state. */
DAO_API int_fast8_t daoShmGetInfo(IMAGE *image, DAO_SEGMENT_INFO *info);

/** List the readers. A handle is listed from its first read or wait until it is closed.
 *  @param readers  room for `capacity` entries; may be null when that is 0
 *  @param count    set to the number of readers, which may exceed `capacity` */
DAO_API int_fast8_t daoShmGetReaders(IMAGE *image, DAO_READER *readers, uint32_t capacity, uint32_t *count);
/** Count the readers that are not proven dead. */
DAO_API int_fast8_t daoShmCountReaders(IMAGE *image, uint32_t *count);

/** Free the writer lock, and the keywords' lock, of a process of unknown state (`DAO_UNKNOWN`); what it left half
 *  done is repaired. The locks of dead processes need no such help. A process that goes on writing gives its frame up.
 *  @param force  1: take the lock from a process that is alive, too; the frame that it writes may be torn
 *  @return `DAO_SUCCESS`, also when nothing was locked; `DAO_ERROR`, `DAO_E_BUSY` when the holder is proven alive */
DAO_API int_fast8_t daoShmUnlock(IMAGE *image, int force);

/* ------------------------------------------------------------------------------------------- newest names */
/* The names of DAO's development branch for calls above, the same in what they do, take and return:
   docs/guide/coming-from-dao.md has both side by side. */

/** The newest name of daoShmImageCreate(). */
DAO_API int_fast8_t daoShmCreate(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype, int shared,
                                 int NBkw);
/** The newest name of daoShmImageCreate_FIFO(). */
DAO_API int_fast8_t daoShmCreateFifo(IMAGE *image, const char *name, long naxis, uint32_t *size, uint8_t atype,
                                     int shared, int NBkw, uint32_t fifo_size);
/** The newest name of daoShmInit1D(). */
DAO_API int_fast8_t daoShmCreate1D(const char *name, uint32_t nbVal, IMAGE **image);
/** The newest name of daoShmImageCreateSem(). */
DAO_API int_fast8_t daoShmCreateSem(IMAGE *image, long NBsem);
/** The newest name of daoShmShm2Img(). */
DAO_API int_fast8_t daoShmOpen(const char *name, IMAGE *image);
/** The newest name of daoShmCloseShm(). */
DAO_API int_fast8_t daoShmClose(IMAGE *image);

/** The newest name of daoShmImagePart2Shm(), `image` first. */
DAO_API int_fast8_t daoShmSetDataPart(IMAGE *image, char *im, uint32_t nbVal, uint32_t position, uint16_t packetId,
                                      uint16_t packetTotal, uint64_t frameNumber);
/** The newest name of daoShmImagePart2ShmFinalize(). */
DAO_API int_fast8_t daoShmSetDataPartFinalize(IMAGE *image);
/** The newest name of daoShmCombineShm2Shm(). */
DAO_API int_fast8_t daoShmCombine(IMAGE **imageCube, IMAGE *image, int nbChannel, int nbVal);

/** The newest name of daoShmGetNewestSegment(). */
DAO_API int_fast8_t daoShmGetData(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0);
/** The newest name of daoShmGetNextSegment(). */
DAO_API int_fast8_t daoShmGetDataNext(IMAGE *image, void **segment_ptr, uint32_t *segment_idx, uint64_t *segment_cnt0);
/** The newest name of daoShmGetArbitrarySegment(). */
DAO_API int_fast8_t daoShmGetDataAt(IMAGE *image, void **segment_ptr, uint_fast32_t fifo_idx);
/** The newest name of daoShmCheckSegmentOverwrite(). */
DAO_API int_fast8_t daoShmCheckOverwrite(IMAGE *image);
/** The newest name of daoShmResetTail(). */
DAO_API int_fast8_t daoShmResetReadTail(IMAGE *image, uint32_t *segment_idx, uint64_t *segment_cnt0);

/** Wait, asleep, for the next frame after the last one that this handle waited for or read (at first: that was newest when
 *  it was opened). Needs no semaphore of its own: any number of readers. When the handle has claimed one
 *  (daoShmClaimSem()), the same as daoShmWaitSem() with `DAO_SEM_AUTO`: a post by hand ends the wait too. */
DAO_API int_fast8_t daoShmWait(IMAGE *image);
/** The same until `timeout`, absolute, on `CLOCK_REALTIME`; null is an error. */
DAO_API int_fast8_t daoShmWaitTimeout(IMAGE *image, const struct timespec *timeout);
/** The newest name of daoShmWaitForCounter(). */
DAO_API int_fast8_t daoShmWaitCounter(IMAGE *image);
/** The newest name of daoShmWaitForTargetCounter(). */
DAO_API int_fast8_t daoShmWaitTargetCounter(IMAGE *image, uint64_t targetCnt0);
/** The newest name of daoShmWaitForNextSegment(). */
DAO_API int_fast8_t daoShmWaitData(IMAGE *image);
/** The newest name of daoSemLogPost(). */
DAO_API int_fast8_t daoShmPostLog(IMAGE *image);

/* ----------------------------------------------------------------------------------------------------- log */
/* The library itself never prints; these are for programs. */

#define LOG_LEVEL_ERROR 0                   /**< for daoLog() and daoLogSetLevel(): errors */
#define LOG_LEVEL_WARNING 1                 /**< and warnings */
#define LOG_LEVEL_INFO 2                    /**< and information */
#define LOG_LEVEL_DEBUG 3                   /**< and debugging */
#define LOG_LEVEL_TRACE 4                   /**< and tracing */
#define DEFAULT_LOG_LEVEL LOG_LEVEL_WARNING /**< what is printed by default */

#define DAO_WARNING 0 /**< for daoSetLogLevel(): errors and warnings, the default */
#define DAO_INFO 1    /**< and information */
#define DAO_DEBUG 2   /**< and debugging */
#define DAO_TRACE 3   /**< and tracing */

/** What the macros daoWarning() to daoTrace() print: 0 warnings (the default), 1 also information, 2 also debugging, 3
 *  also tracing. Errors are always printed. */
extern DAO_API int daoLogLevel;

/** Set `daoLogLevel`. */
DAO_API void daoSetLogLevel(int level);
/** @return `daoLogLevel`. */
DAO_API int daoGetLogLevel(void);
/** Set the level on the scale of `LOG_LEVEL_x`, which lies one above that of `daoLogLevel`. */
DAO_API void daoLogSetLevel(int log_level);

/** Print a message, when `log_level` (`LOG_LEVEL_x`) is wanted, to standard output; errors to standard error. */
DAO_API void daoLog(int log_level, const char *format, ...) DAO_PRINTF(2, 3);
DAO_API void daoLogError(const char *format, ...) DAO_PRINTF(1, 2);   /**< daoLog() at `LOG_LEVEL_ERROR` */
DAO_API void daoLogPrint(const char *format, ...) DAO_PRINTF(1, 2);   /**< daoLog() at `LOG_LEVEL_INFO` */
DAO_API void daoLogWarning(const char *format, ...) DAO_PRINTF(1, 2); /**< daoLog() at `LOG_LEVEL_WARNING` */
DAO_API void daoLogInfo(const char *format, ...) DAO_PRINTF(1, 2);    /**< daoLog() at `LOG_LEVEL_INFO` */
DAO_API void daoLogDebug(const char *format, ...) DAO_PRINTF(1, 2);   /**< daoLog() at `LOG_LEVEL_DEBUG` */
DAO_API void daoLogTrace(const char *format, ...) DAO_PRINTF(1, 2);   /**< daoLog() at `LOG_LEVEL_TRACE` */

/** What the macros below call: as daoLog(), with the place in the source. */
DAO_API void daoLogAt(int log_level, const char *file, const char *function, int line, const char *format, ...)
    DAO_PRINTF(5, 6);
/** Print an error, printf style, with the place in the source. */
#define daoError(...) daoLogAt(LOG_LEVEL_ERROR, __FILE__, __func__, __LINE__, __VA_ARGS__)
/** Print a warning. */
#define daoWarning(...) daoLogAt(LOG_LEVEL_WARNING, __FILE__, __func__, __LINE__, __VA_ARGS__)
/** Print information. */
#define daoInfo(...) daoLogAt(LOG_LEVEL_INFO, __FILE__, __func__, __LINE__, __VA_ARGS__)
/** Print for debugging. */
#define daoDebug(...) daoLogAt(LOG_LEVEL_DEBUG, __FILE__, __func__, __LINE__, __VA_ARGS__)
/** Print for tracing. */
#define daoTrace(...) daoLogAt(LOG_LEVEL_TRACE, __FILE__, __func__, __LINE__, __VA_ARGS__)
/** Print whatever the level. */
#define daoPrint(...) daoLogAt(LOG_LEVEL_ERROR - 1, __FILE__, __func__, __LINE__, __VA_ARGS__)

/* What programs of the field expect dao.h to define, and may define themselves before. */
#ifndef SHAREDMEMDIR
#define SHAREDMEMDIR "" /**< the folder that names of segments begin in: none, a name is a path */
#endif
#ifndef CIRCULAR_BUFFER_SIZE
#define CIRCULAR_BUFFER_SIZE 1000 /**< for arrays of programs; the library does not use it */
#endif
#ifndef NBIMAGES
#define NBIMAGES 100 /**< for arrays of programs; the library does not use it */
#endif
#ifndef DLL_EXPORT
#ifdef __ELF__
#define DLL_EXPORT __attribute__((visibility("default")))
#else
#define DLL_EXPORT /**< before a program's own function that others may call */
#endif
#endif
#ifndef __FILENAME__
#ifdef __GNUC__
#define __FILENAME__ (__builtin_strrchr(__FILE__, '/') ? __builtin_strrchr(__FILE__, '/') + 1 : __FILE__)
#else
#define __FILENAME__ __FILE__ /**< the source file without its folders, where the compiler can tell */
#endif
#endif
#ifndef ANSI_COLOR_RESET
#define ANSI_COLOR_RED "\x1b[31m"          /**< what turns a terminal's text red */
#define ANSI_COLOR_ORANGE "\x1b[38;5;208m" /**< orange */
#define ANSI_COLOR_GREEN "\x1b[32m"        /**< green */
#define ANSI_COLOR_YELLOW "\x1b[33m"       /**< yellow */
#define ANSI_COLOR_BLUE "\x1b[34m"         /**< blue */
#define ANSI_COLOR_RESET "\x1b[0m"         /**< and back */
#endif

/** @return the local time as text with microseconds, in memory of this thread. */
DAO_API char *daoBaseGetTimeStamp(void);

/** Turn "a.b.c.d" into an integer, `a` in the top byte. @return `DAO_ERROR` when the text is no address */
DAO_API unsigned daoBaseIp2Int(const char *ip);

#ifdef __cplusplus
}
#endif

#endif
