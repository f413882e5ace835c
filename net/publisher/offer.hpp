// One topic of a publisher: its source, who subscribes to it, and the thread that waits for its frames.
#pragma once

#include "clock.hpp"
#include "daoNet.h"
#include "publisher/ordered_reader.hpp"
#include "publisher/port.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <thread>

namespace dao::net
{

struct InFlight
{
    uint64_t seq = 0;
    Place place;
    uint64_t bytes = 0;
};

// What became of the frames for one subscriber, or for several.
struct Counts
{
    uint64_t frames = 0;
    uint64_t bytes = 0;
    uint64_t skipped = 0;
    uint64_t undelivered = 0; // sent by earlier connections, and did not arrive
    uint64_t overwritten = 0; // before they could be sent in order

    uint64_t lost() const { return undelivered + overwritten; }
    void add(const Counts &more)
    {
        frames += more.frames;
        bytes += more.bytes;
        skipped += more.skipped;
        undelivered += more.undelivered;
        overwritten += more.overwritten;
    }
};

// What one subscriber is to be sent, and was.
struct Session
{
    std::string topic; // private, as on the wire; or the plain topic
    wire::Credit credit;
    std::string user;
    uint64_t seq = 0; // number of the last frame sent
    Place sent;       // and which it was, or what the subscriber has from an earlier connection
    Place counted;    // up to where it is counted what was sent and what was skipped
    uint64_t keyword_changes = 0;
    int64_t keywords_sent_ns = 0; // monotonic, as the next one
    int64_t heard_ns = 0;
    int64_t seen_ns = 0; // the same moment of lasting_ns(), as the next one
    int64_t sent_ns = 0;
    Counts counts;
    std::deque<InFlight> in_flight; // what is not acknowledged, oldest first
    uint64_t in_flight_bytes = 0;
    std::unique_ptr<OrderedReader> reader;
    bool is_there = false; // gives credit, if only for nothing, by a connection that has not ended

    bool has_credit() const;
};

class Offer
{
  public:
    // `published` is called by the waiting thread after each frame is sent.
    Offer(Port &port, const std::string &name, IMAGE *image, const std::string &topic, const std::string &host,
          std::function<void()> published);
    ~Offer();
    Offer(const Offer &) = delete;
    Offer &operator=(const Offer &) = delete;

    const std::string &topic() const { return topic_; }
    // The thread ends soon; stop() waits for it. Nothing is sent any more then.
    void request_stop();
    void stop();

    // The image takes the place of a private one that was replaced. False where there is none.
    bool succeed(IMAGE *image);
    // What a subscriber says: sends what is due, and answers.
    void take_credit(const wire::Credit &credit, const std::string &user, int64_t heard_ns);
    // The subscription of a private topic ended.
    void forget(const std::string &private_topic);
    // Whether a stranger who subscribes to that gets its frames.
    bool is_meant_by(const std::string &topic) const { return plain_topic_.starts_with(topic); }
    // Such a one has come.
    void serve_strangers();
    // Now and then: forgets who is silent.
    void tidy();

    wire::Offer describe();
    void list_peers(std::vector<DAO_NET_PEER> &peers);
    void add_totals(DAO_NET_INFO &info);

  private:
    using Sessions = std::map<std::string, Session>; // by private topic

    void run(const std::function<void()> &published);
    bool take_frame(bool is_replaced);
    void rest();
    bool wait_until_due();
    bool is_due() const;
    void count_published();
    void send_due();
    void serve(Session &session);
    void serve_plain();
    void serve_newest(Session &session);
    void serve_each(Session &session);
    uint64_t skipped_between(const Place &one, const Place &other) const;
    void send(Session &session, FrameCopy &copy, uint64_t missed);
    Session *session_of(const wire::Credit &credit);
    void make_room();
    Sessions::iterator give_up(Sessions::iterator session);
    void follow_on(Session &session, const Session &earlier);
    void answer(Session &session, int64_t heard_ns);
    const std::string *keywords_for(Session &session, bool repeats);

    const std::string topic_;
    const std::string plain_topic_;
    const std::string host_;
    Port &port_;
    std::mutex mutex_;
    std::condition_variable frames_are_due_; // or the thread is to end
    Source source_;
    Sessions sessions_;
    Session plain_;
    Counts gone_;              // of those that are no more
    int64_t last_sent_ns_ = 0; // of lasting_ns()
    uint64_t counted_ = 0;     // the counter when `published_` was counted last
    Rate published_;
    Rate sent_;
    std::atomic<bool> stops_{false};
    std::thread thread_;
};

}
