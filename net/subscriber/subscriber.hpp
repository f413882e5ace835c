// A subscriber: one thread that receives frames of one segment and writes them into a copy.
#pragma once

#include "clock.hpp"
#include "daoNet.h"
#include "keys/keys.hpp"
#include "platform/platform.hpp"
#include "socket/socket.hpp"
#include "state/record.hpp"
#include "subscriber/clock_offset.hpp"
#include "subscriber/context.hpp"
#include "subscriber/copy.hpp"
#include "subscriber/patience.hpp"
#include "subscriber/shown_copies.hpp"
#include "wire/credit.hpp"
#include "wire/frame_text.hpp"

#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace dao::net
{

struct SubscriberOptions
{
    std::string host;
    int port = DAO_NET_PORT;
    std::string topic; // empty: the first that is offered
    std::string name;  // empty: a private image
    bool every = false;
    uint32_t depth = 0;
    uint64_t max_frame_bytes = 0;
    std::string keys;
    std::string server_key;
};

// Bytes of the largest part of a message that is taken.
uint64_t largest_message(const SubscriberOptions &options);

// A socket that is set up as options say. Throws Failure.
zmq::socket_t make_subscriber_socket(zmq::context_t &context, const SubscriberOptions &options,
                                     std::string &public_key);

class Subscriber
{
  public:
    // Throws Failure.
    explicit Subscriber(const SubscriberOptions &options);
    ~Subscriber();
    Subscriber(const Subscriber &) = delete;
    Subscriber &operator=(const Subscriber &) = delete;

    DAO_NET_INFO describe();
    // For any thread, while it exists.
    ShownCopies &copies() { return shown_copies_; }
    // Take no frames, or take them again.
    void pause(bool paused);

  private:
    // What the publisher had when it answered first.
    struct Began
    {
        std::string source;
        uint64_t cnt0 = 0;
    };

    void run();
    void disconnect() noexcept;
    void poll(WakeSignal &wake, Monitor &monitor);
    void hear(const LinkChange &change);
    void fail_handshake(LinkEvent event);
    void note_end();
    void note_retry();
    void tell_unreadable();
    void reconnect_when_due(int64_t now_ns);
    void begin_session();
    void resume();
    void end_session();
    void subscribe(const std::string &topic, bool begins);
    void send(zmq::const_buffer message);
    void send_credit(bool asks);
    // The one that was asked for; the one that was taken stays. Empty before.
    std::string wanted_topic();
    void tick();
    void look_for_strangers(int64_t now_ns);

    void receive_all();
    void take(Parts &parts);
    bool take_private(Parts &parts);
    void take_own_frame(const wire::FrameHeader &frame, const Parts &parts, int64_t received_ns, bool is_current);
    void take_answer(const wire::Json &object, const Parts &parts);
    void forget_source();
    void take_stranger(Parts &parts);
    void take_frame(const wire::FrameHeader &header, const Parts &parts, int64_t received_ns);
    void count(const wire::FrameHeader &header);
    uint64_t missed_before(const wire::FrameHeader &header, uint64_t gap) const;
    void write(const wire::FrameHeader &header, const Parts &parts, int64_t received_ns);
    void become_live();
    void show_lost();
    void take_keywords(std::string_view text);
    std::string read_keywords(std::string_view text);
    void set_state(uint32_t state, const std::string &message);
    void tell_failure(const char *what) noexcept;
    void note_bad(const std::string &what);

    const SubscriberOptions options_;
    const std::string id_;
    const std::string host_;
    Context context_;
    std::string public_key_;
    platform::ForkGuard fork_guard_;
    zmq::socket_t socket_;
    Caller caller_;
    zmq::fd_t socket_descriptor_;
    bool may_have_more_ = true; // messages, of which the descriptor does not tell

    // The connection there is.
    bool is_established_ = false;
    bool is_connecting_ = false; // the handshake is under way
    int descriptor_ = -1;        // of the newest connection
    int64_t failed_ns_ = 0;      // when a connection or its handshake failed; 0: none since the last connection
    bool is_ended_here_ = false; // by libzmq, which then does not connect again by itself
    bool is_unreadable_ = false; // the publisher sends what cannot be taken
    std::string session_;        // the private topic's id, empty without a connection
    std::string session_topic_;  // as messages have it
    uint64_t session_number_ = 0;
    std::string earlier_topic_; // whose frames may still come, until the next session says what came
    uint64_t received_seq_ = 0;
    uint64_t taken_seq_ = 0;      // of the last frame before those that were dropped in a pause
    uint64_t told_seq_ = 0;       // as the publisher was told
    uint64_t confirmed_lost_ = 0; // by the publisher, of earlier connections
    int64_t session_began_ns_ = 0;
    bool is_answered_ = false;
    bool looks_for_strangers_ = false;
    bool has_told_of_pickles_ = false;
    std::string stranger_topic_;
    uint64_t stranger_seq_ = 0; // not of this connection's topic
    int64_t next_credit_ns_ = 0;
    int64_t last_heard_ns_ = 0;
    Patience patience_;
    ClockOffset clock_;

    // What has come.
    wire::HeaderReader header_reader_;
    std::string source_;
    uint64_t source_cnt0_ = 0;
    uint64_t gaps_ = 0;     // frames of the source between those that came
    uint64_t seq_gaps_ = 0; // frames that were sent and did not come
    uint64_t origin_ = 0;   // of the last one
    uint64_t origin_cnt0_ = 0;
    uint64_t missed_before_ = 0; // frames that never came to the publisher
    std::optional<Began> began_;
    uint64_t passed_over_ = 0;     // frames of copies that nobody can open any more, to be told with the next one
    std::string keywords_;         // as they came last
    std::string keywords_problem_; // as it was told last
    Copy copy_;
    ShownCopies shown_copies_;
    uint32_t known_changes_ = 0;
    Rate rate_;
    int64_t next_tick_ns_ = 0;
    StateRecord record_;

    std::mutex mutex_; // of what follows
    DAO_NET_INFO info_ = DAO_NET_INFO_INIT;
    int64_t last_frame_ns_ = 0; // of lasting_ns()

    bool has_dropped_ = false; // frames came in a pause
    std::atomic<bool> is_paused_{false};
    std::atomic<bool> stops_{false};
    std::thread thread_;
};

}
