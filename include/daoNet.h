/**
 * @file daoNet.h
 * @brief Segments on other machines: the C interface of libdaoNet, over dao.h and ZeroMQ.
 *
 * A *publisher* offers segments of this machine at one port; a *subscriber* takes one segment of a publisher and keeps a
 * *copy* of it here, which is a segment like any other, or a private image. A *topic* is the name that a segment has at a
 * publisher's port. docs/wire.md describes the bytes between them.
 *
 * - Results and errors are those of dao.h: `DAO_SUCCESS`, `DAO_ERROR` with daoLastErrorCode() and daoLastErrorMessage(),
 *   or a condition such as `DAO_TIMEOUT`. Structs begin with their size: initialise them with their macro. Where a text of
 *   an options struct is null, or a number is 0, the default holds.
 * - All work is done by threads of the library. They sleep until a frame, a message or daoNetClose() wakes them, but for a look
 *   at segments ten times a second and at links twice, and take no signals. Any thread may make any call on a handle; daoNetClose() ends it, so no call may be under way then.
 * - What comes from the network is data: a remote name or keyword never becomes a path, and every text that is given out
 *   here is valid UTF-8 without control characters.
 * - After a fork the handles are the parent's: in the child every call on them is an error (`DAO_E_STATE`) at once, but
 *   daoNetClose(), which does nothing. The child closes its copies of the parent's sockets as it begins, so that no port stays
 *   taken and no connection alive by it, and may open handles of its own.
 */
#ifndef DAO_NET_H
#define DAO_NET_H

#include "dao.h"

/** @cond */
#ifndef DAO_NET_API /* a build may say how its compiler exports */
#if defined(__GNUC__)
#define DAO_NET_API __attribute__((visibility("default")))
#else
#define DAO_NET_API
#endif
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

#define DAO_NET_PORT 5555         /**< the port where none is given */
#define DAO_NET_TOPIC_SIZE 80     /**< bytes of a topic, with the final zero */
#define DAO_NET_HOST_SIZE 64      /**< bytes of a machine's name, with the final zero */
#define DAO_NET_ENDPOINT_SIZE 128 /**< bytes of an endpoint such as "tcp://10.0.0.1:5555", with the final zero */
#define DAO_NET_SOURCE_SIZE \
    32                      /**< bytes of the text that tells one life of a segment from others, with the final zero */
#define DAO_NET_KEY_SIZE 41 /**< bytes of a key as text (Z85), with the final zero */
#define DAO_NET_MESSAGE_SIZE 200 /**< bytes of the text of the last problem, with the final zero */

/** A publisher or a subscriber. */
typedef struct DAO_NET DAO_NET;

/** What a handle is. */
typedef enum
{
    DAO_NET_PUBLISHER = 1, /**< daoNetOpenPublisher() made it */
    DAO_NET_SUBSCRIBER = 2 /**< daoNetOpenSubscriber() made it */
} DAO_NET_ROLE;

/** Which frames a subscriber is sent. */
typedef enum
{
    DAO_NET_LATEST = 0, /**< the newest whenever there is room: never later than two transfers of a frame; the ones in
                             between are skipped, and counted */
    DAO_NET_EVERY =
        1 /**< each, in order, as long as the segment's depth and the window hold them; what is lost is counted */
} DAO_NET_MODE;

/** How far a subscriber has come. A publisher is live, or failed while it lacks memory or
 *  descriptors. */
typedef enum
{
    DAO_NET_CONNECTING = 0, /**< nobody answers at the endpoint (yet, or again) */
    DAO_NET_WAITING = 1,    /**< connected; the publisher has no such segment, or no frame has come yet */
    DAO_NET_LIVE = 2,       /**< connected, and frames have come; `last_frame_ns` tells when the last one did */
    DAO_NET_REFUSED = 3,    /**< keys do not fit; goes on trying */
    DAO_NET_FAILED = 4      /**< frames come and cannot be taken or written here, as `message` says; goes on trying */
} DAO_NET_STATE;

/* ---------------------------------------------------------------------------------------------- publishing */

/** How daoNetOpenPublisher() goes about it. Begin with `DAO_NET_PUBLISHER_OPTIONS_INIT`. */
typedef struct
{
    uint32_t size;    /**< bytes of this struct, as `DAO_NET_PUBLISHER_OPTIONS_INIT` says */
    int32_t port;     /**< 0 stands for `DAO_NET_PORT`; -1: any free one, which daoNetGetInfo() tells */
    const char *bind; /**< address or interface to listen at, "*" for all; default: 127.0.0.1 without keys, "*" with */
    const char *keys; /**< file of this publisher's key pair, from daoNetMakeKeys(): encrypt; default: no encryption */
    const char *clients; /**< file of the public keys that may subscribe, a line each; default: all who know this
                              publisher's public key; only with `keys`. Read for each who connects */
} DAO_NET_PUBLISHER_OPTIONS;

/** All defaults. */
#define DAO_NET_PUBLISHER_OPTIONS_INIT {sizeof(DAO_NET_PUBLISHER_OPTIONS), 0, NULL, NULL, NULL}

/** Listen. @param options null: all defaults @param net set to the handle, null on failure
 *  @return `DAO_SUCCESS`; `DAO_ERROR`, `DAO_E_NETWORK` when the address cannot be had, `DAO_E_KEY` for unusable keys,
 *          `DAO_E_NOT_FOUND` or `DAO_E_PERMISSION` for a file that cannot be read */
DAO_NET_API int_fast8_t daoNetOpenPublisher(const DAO_NET_PUBLISHER_OPTIONS *options, DAO_NET **net);

/**
 * Offer a segment. It is followed when it is replaced, and waited for when it is removed; its frames are sent as they
 * are published from now on, and the newest one at once.
 * @param name  the segment's file, which must exist
 * @param topic null: the file's name up to ".im.shm", without folders
 * @return `DAO_ERROR`, `DAO_E_EXISTS` when the publisher has another segment of that topic
 */
DAO_NET_API int_fast8_t daoNetPublish(DAO_NET *net, const char *name, const char *topic);
/** Offer an open image, private ones included. It is duplicated: the caller may close it afterwards.
 *  A private image that was replaced (daoShmRetirePrivate()), as a subscriber's is when the shape changes, is sent to its end;
 *  then another image of the same topic takes its place, by this call, and subscribers go on with that. */
DAO_NET_API int_fast8_t daoNetPublishImage(DAO_NET *net, IMAGE *image, const char *topic);
/** Offer no longer. `DAO_ERROR`, `DAO_E_NOT_FOUND` when there is no such topic. */
DAO_NET_API int_fast8_t daoNetUnpublish(DAO_NET *net, const char *topic);

/** The topic that the segment of this file has by default: its name up to ".im.shm", without folders.
 *  @param topic room for `DAO_NET_TOPIC_SIZE` bytes */
DAO_NET_API int_fast8_t daoNetTopicOf(const char *name, char *topic);

/** Let others on the local network find a publisher, by daoNetDiscover(): every second it tells its port, by a datagram
 *  of 10 bytes. One that listens at a loopback address tells nothing. Off at first. @param on 1 or 0 */
DAO_NET_API int_fast8_t daoNetAnnounce(DAO_NET *net, int on);
/** Listen for publishers that announce themselves. Their addresses are all that is believed: ask them for their offers.
 *  @param time_ns   how long to listen, 0 to an hour; 2.5 s hears each, also where a datagram is lost
 *  @param endpoints room for `capacity` texts of `DAO_NET_ENDPOINT_SIZE` bytes, such as "tcp://10.0.0.1:5555"
 *  @param count     set to how many there are, which may exceed `capacity`
 *  @return `DAO_SUCCESS`; `DAO_INTERRUPTED` by a signal or daoShmInterrupt() */
DAO_NET_API int_fast8_t daoNetDiscover(int64_t time_ns, char (*endpoints)[DAO_NET_ENDPOINT_SIZE], uint32_t capacity,
                                       uint32_t *count);

/* --------------------------------------------------------------------------------------------- subscribing */

/** How daoNetOpenSubscriber() goes about it. Begin with `DAO_NET_SUBSCRIBER_OPTIONS_INIT`. */
typedef struct
{
    uint32_t size;     /**< bytes of this struct, as `DAO_NET_SUBSCRIBER_OPTIONS_INIT` says */
    int32_t port;      /**< 0 stands for `DAO_NET_PORT` */
    const char *host;  /**< name or address; default: localhost */
    const char *topic; /**< which segment; default: the first that the publisher offers */
    const char *name;  /**< file of the copy, made with the first frame if there is none; one of the same type and
                                  shape goes on to be used, another is replaced. Default: a private image */
    uint32_t mode;     /**< `DAO_NET_MODE` */
    uint32_t depth;    /**< slots of the copy; 0 stands for the source's, and at least 2 */
    uint64_t max_frame_bytes; /**< larger frames are bad messages, of which `message` tells; 0 stands for 1 GiB */
    const char *keys; /**< file of this subscriber's key pair; default: one of its own, made when it is opened */
    const char
        *server_key; /**< the publisher's public key as text, or a file that has it: encrypt; default: no encryption */
} DAO_NET_SUBSCRIBER_OPTIONS;

/** All defaults. */
#define DAO_NET_SUBSCRIBER_OPTIONS_INIT \
    {sizeof(DAO_NET_SUBSCRIBER_OPTIONS), 0, NULL, NULL, NULL, DAO_NET_LATEST, 0, 0, NULL, NULL}

/** Begin to subscribe. The publisher need not be there yet, and is followed through restarts and changes of shape.
 *  @param options null: all defaults @param net set to the handle, null on failure */
DAO_NET_API int_fast8_t daoNetOpenSubscriber(const DAO_NET_SUBSCRIBER_OPTIONS *options, DAO_NET **net);

/**
 * Open a handle on the copy, as soon as there is one: a frame has come since the subscriber was opened. A copy that was
 * removed is none; the next frame makes another.
 * A copy that changes shape or type is a new one: waits and reads on the old one then return `DAO_REPLACED`, of private
 * images too, and this call opens the new one. When a private image's subscriber is closed they return `DAO_REMOVED`.
 * @param image      filled in; may be uninitialised
 * @param timeout_ns negative: no limit; 0: check once
 * @return `DAO_SUCCESS`; `DAO_TIMEOUT`; `DAO_INTERRUPTED` when daoShmInterrupt() was called meanwhile
 */
DAO_NET_API int_fast8_t daoNetOpenCopy(DAO_NET *net, IMAGE *image, int64_t timeout_ns);
/**
 * Open the private copies of a subscriber in turn: for who passes frames on by daoNetPublishImage(), and is to lose none however
 * soon the shape changes again. The first call opens the newest; each further one the copy that came after the one that was
 * opened last, or waits for it. Until then copies that were replaced are kept, as many as 64 and 256 MiB: the frames of those
 * that had to be given up count as `missed` before the next frame (`DAO_NET_ORIGIN`).
 * @return as daoNetOpenCopy(); `DAO_ERROR`, `DAO_E_ARGUMENT` where the copy is a file
 */
DAO_NET_API int_fast8_t daoNetOpenNextCopy(DAO_NET *net, IMAGE *image, int64_t timeout_ns);

/** Let a subscriber take no frames for a while, or take them again: the connection stays, and what is published meanwhile
 *  counts as skipped, or as lost with `DAO_NET_EVERY`. Frames come again within 0.5 s. @param paused 1 or 0 */
DAO_NET_API int_fast8_t daoNetPause(DAO_NET *net, int paused);

/** Where a frame of a copy comes from. Begin with `DAO_NET_ORIGIN_INIT`. */
typedef struct
{
    uint32_t size; /**< bytes of this struct, as `DAO_NET_ORIGIN_INIT` says */
    uint32_t hops; /**< how many networks it has come through, at least 1 */
    /** its counter in the segment that it was first published to; `cnt1`, `cnt2` and acquisition time are the frame's own */
    uint64_t cnt0;
    uint64_t segment; /**< `segment_id` of the segment that it was first published to */
    /** frames before it that were not sent, by any publisher on the way: with `DAO_NET_EVERY` those that were overwritten in its
     *  segment before that; all since the frame before, where its segment was made anew between the two; and those of copies
     *  that daoNetOpenNextCopy() did not open in time */
    uint64_t missed;
} DAO_NET_ORIGIN;

/** No origin. */
#define DAO_NET_ORIGIN_INIT {sizeof(DAO_NET_ORIGIN), 0, 0, 0, 0}

/** Where did a frame of `image` come from? Works in every process that has the copy open.
 *  @param frame  one that a read of this image returned; null: the newest
 *  @return `DAO_SUCCESS`; `DAO_NOTREADY` when it did not come through a network, or its slot holds another by now */
DAO_NET_API int_fast8_t daoNetGetOrigin(IMAGE *image, const DAO_FRAME *frame, DAO_NET_ORIGIN *origin);

/* --------------------------------------------------------------------------------------------------- state */

/** How a publisher or subscriber is doing. Begin with `DAO_NET_INFO_INIT`. Unknown times are 0. */
typedef struct
{
    uint32_t size;      /**< bytes of this struct, as `DAO_NET_INFO_INIT` says; of an array: in its first entry */
    uint32_t role;      /**< `DAO_NET_ROLE` */
    uint32_t state;     /**< `DAO_NET_STATE` */
    uint32_t mode;      /**< `DAO_NET_MODE` of a subscriber */
    uint32_t encrypted; /**< 1 with keys */
    uint32_t pid;       /**< process that has the handle */
    uint32_t segments;  /**< publisher: how many it offers */
    uint32_t peers;     /**< publisher: subscriptions now, strangers' of a topic as one; subscriber: 1 when connected */
    uint32_t copies;    /**< subscriber: how many copies it has made: grows with each change of shape or type */
    uint32_t depth;     /**< subscriber: slots of the copy; 0 before the first */
    /** subscriber: 1 when the first frame that came had been published before it subscribed */
    uint32_t first_is_earlier;
    uint32_t reserved; /**< 0 */
    uint64_t frames;   /**< frames sent (each to one peer), or received and written */
    /** frames that were published and not sent, as newer ones went first, to all peers or to this one */
    uint64_t skipped;
    /** frames sent that did not arrive, or, with `DAO_NET_EVERY`, were overwritten before they could be sent */
    uint64_t lost;
    /** subscriber of a copy, as a relay publishes them: frames that were skipped or lost on networks before that one, and so
     *  never came to the publisher. With `DAO_NET_LATEST`, and where a relay was too late for its copy, as far as the frames
     *  that came tell */
    uint64_t missed_before;
    uint64_t bytes;        /**< bytes of those frames */
    uint64_t bad_messages; /**< messages that were dropped: not what docs/wire.md says, or too many at once */
    uint64_t refused;      /**< publisher: connections refused for their keys */
    uint64_t echoes; /**< subscriber: frames dropped because they came from the copy itself, or through too many hops */
    uint64_t connections;    /**< how often a connection was made */
    uint64_t source_cnt0;    /**< subscriber: the last frame's counters in the publisher's segment */
    uint64_t source_cnt1;    /**< subscriber: its slice */
    uint64_t source_cnt2;    /**< subscriber: its id */
    int64_t source_atime_ns; /**< subscriber: its acquisition time, ns since the epoch, by the source's clock */
    uint64_t cnt0;           /**< subscriber: its counter in the copy */
    int64_t last_frame_ns;   /**< when a frame was sent or received last, ns since the epoch, by this clock */
    int64_t started_ns;      /**< when the handle was opened */
    int64_t updated_ns;      /**< when this was true */
    int64_t round_trip_ns;   /**< subscriber: least time of a message to the publisher and back, lately */
    /** subscriber: publisher's clock minus this one, as estimated by that round trip, to within half of it */
    int64_t clock_offset_ns;
    int64_t delay_ns;         /**< subscriber: from sent to received, of the last frame, with that offset taken off */
    double frames_per_second; /**< sent or received, lately */
    char endpoint[DAO_NET_ENDPOINT_SIZE]; /**< where it listens or connects to, with the port there */
    char topic[DAO_NET_TOPIC_SIZE];       /**< subscriber: the segment's, empty until it is known */
    char host[DAO_NET_HOST_SIZE]; /**< subscriber: the publisher's machine as it calls itself; publisher: this one */
    char source[DAO_NET_SOURCE_SIZE];   /**< subscriber: tells one life of the publisher's segment from the next */
    char name[DAO_NET_TOPIC_SIZE];      /**< subscriber: file of the copy, empty for a private image */
    char public_key[DAO_NET_KEY_SIZE];  /**< its own, empty without encryption */
    char message[DAO_NET_MESSAGE_SIZE]; /**< the last problem, empty when there was none */
} DAO_NET_INFO;

/** Nothing known. */
#define DAO_NET_INFO_INIT  \
    {sizeof(DAO_NET_INFO), \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0,                    \
     0.0,                  \
     "",                   \
     "",                   \
     "",                   \
     "",                   \
     "",                   \
     "",                   \
     ""}

/** Tell how the handle is doing. */
DAO_NET_API int_fast8_t daoNetGetInfo(DAO_NET *net, DAO_NET_INFO *info);

/** One segment that a publisher offers. Begin with `DAO_NET_OFFER_INIT`. */
typedef struct
{
    uint32_t size;     /**< bytes of this struct, as `DAO_NET_OFFER_INIT` says; of an array: in its first entry */
    uint8_t atype;     /**< element type, `_DATATYPE_x`; 0 while the segment is gone */
    uint8_t naxis;     /**< number of axes */
    uint16_t reserved; /**< 0 */
    uint32_t shape[3]; /**< elements along each axis, slow axis first */
    uint32_t depth;    /**< slots */
    uint64_t cnt0;     /**< frames published so far */
    double frames_per_second;       /**< published, lately */
    char topic[DAO_NET_TOPIC_SIZE]; /**< its name at that port */
    char host[DAO_NET_HOST_SIZE];   /**< the publisher's machine as it calls itself */
} DAO_NET_OFFER;

/** No offer. */
#define DAO_NET_OFFER_INIT {sizeof(DAO_NET_OFFER), 0, 0, 0, {0, 0, 0}, 0, 0, 0.0, "", ""}

/** List what this publisher offers. @param count set to how many there are, which may exceed `capacity` */
DAO_NET_API int_fast8_t daoNetGetOffers(DAO_NET *net, DAO_NET_OFFER *offers, uint32_t capacity, uint32_t *count);

/** Ask a publisher, of any machine, what it offers.
 *  @param options    host, port and keys; null: all defaults
 *  @param timeout_ns negative: no limit
 *  @return `DAO_SUCCESS`; `DAO_TIMEOUT` when nobody answered; `DAO_INTERRUPTED` by a signal or daoShmInterrupt(); `DAO_ERROR`,
 *          `DAO_E_KEY` when the keys do not fit, `DAO_E_NETWORK` when what answers is no publisher */
DAO_NET_API int_fast8_t daoNetQueryOffers(const DAO_NET_SUBSCRIBER_OPTIONS *options, int64_t timeout_ns,
                                          DAO_NET_OFFER *offers, uint32_t capacity, uint32_t *count);

/** One subscription at a publisher. Strangers' plain subscriptions of one topic are one entry together, as ZeroMQ does
 *  not tell them apart. Begin with `DAO_NET_PEER_INIT`. */
typedef struct
{
    uint32_t size;         /**< bytes of this struct, as `DAO_NET_PEER_INIT` says; of an array: in its first entry */
    uint32_t plain;        /**< 1: strangers, who give no credit: what they miss is not known */
    uint32_t mode;         /**< `DAO_NET_MODE` */
    uint32_t in_flight;    /**< frames sent and not yet acknowledged */
    uint64_t frames;       /**< frames sent */
    uint64_t skipped;      /**< frames published and not sent */
    uint64_t lost;         /**< frames sent that did not arrive, or overwritten before they could be sent */
    uint64_t bytes;        /**< bytes of the frames sent */
    int64_t last_frame_ns; /**< when one was sent last, ns since the epoch */
    int64_t last_seen_ns;  /**< when the peer was heard last, ns since the epoch */
    char topic[DAO_NET_TOPIC_SIZE];  /**< which segment */
    char host[DAO_NET_HOST_SIZE];    /**< the peer's machine as it calls itself */
    char user_key[DAO_NET_KEY_SIZE]; /**< the peer's public key, empty without encryption */
} DAO_NET_PEER;

/** No peer. */
#define DAO_NET_PEER_INIT {sizeof(DAO_NET_PEER), 0, 0, 0, 0, 0, 0, 0, 0, 0, "", "", ""}

/** List the subscriptions at this publisher. @param count set to how many there are, which may exceed `capacity` */
DAO_NET_API int_fast8_t daoNetGetPeers(DAO_NET *net, DAO_NET_PEER *peers, uint32_t capacity, uint32_t *count);

/** Keys of strangers that were refused lately, newest first.
 *  @param keys  room for `capacity` texts of `DAO_NET_KEY_SIZE` bytes */
DAO_NET_API int_fast8_t daoNetGetRefused(DAO_NET *net, char (*keys)[DAO_NET_KEY_SIZE], uint32_t capacity,
                                         uint32_t *count);

/** List the publishers and subscribers of this user on this machine, in whatever process.
 *  @param infos room for `capacity` entries; may be null when that is 0 */
DAO_NET_API int_fast8_t daoNetList(DAO_NET_INFO *infos, uint32_t capacity, uint32_t *count);
/** The same list's peers of the publisher that process `pid` has at `endpoint`: 64 of them at most; its `peers` says how
 *  many there are. */
DAO_NET_API int_fast8_t daoNetListPeers(uint32_t pid, const char *endpoint, DAO_NET_PEER *peers, uint32_t capacity,
                                        uint32_t *count);
/** And the keys that it refused lately, as daoNetGetRefused() gives them. */
DAO_NET_API int_fast8_t daoNetListRefused(uint32_t pid, const char *endpoint, char (*keys)[DAO_NET_KEY_SIZE],
                                          uint32_t capacity, uint32_t *count);
/** Find the subscriber, in whatever process of this user, that writes the segment of this file.
 *  @return `DAO_ERROR`, `DAO_E_NOT_FOUND` when there is none */
DAO_NET_API int_fast8_t daoNetFind(const char *name, DAO_NET_INFO *info);

/** End the handle's threads, within 0.1 s, close its connections, free it. A copy under a name stays. Null does nothing. */
DAO_NET_API int_fast8_t daoNetClose(DAO_NET *net);

/* ---------------------------------------------------------------------------------------------------- keys */

/** Make a key pair: `path` with both keys, readable for its owner alone (0600), and `path`.pub with the public one, to be
 *  given to others. `DAO_ERROR`, `DAO_E_EXISTS` when one of the files is there already. */
DAO_NET_API int_fast8_t daoNetMakeKeys(const char *path);

/** Read the public key of a file, of either kind.
 *  @param public_key room for `DAO_NET_KEY_SIZE` bytes
 *  @return `DAO_ERROR`, `DAO_E_KEY` when there is none in it, or a file with a secret key may be read by others */
DAO_NET_API int_fast8_t daoNetReadPublicKey(const char *path, char *public_key);

/** @return 1 when libzmq can encrypt here, else 0. */
DAO_NET_API int daoNetHasEncryption(void);

#ifdef __cplusplus
}
#endif

#endif
