// A subscriber of a test's own: its connections are private topics of one socket, and it says what the test wants.
#pragma once

#include "raw_zmq.hpp"

#include <cstdio>
#include <deque>

namespace test
{

class RawSubscriber
{
  public:
    explicit RawSubscriber(int port, std::string mode = "latest")
        : socket_(context_, zmq::socket_type::xsub), mode_(std::move(mode))
    {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.connect(endpoint(port));
    }

    // Subscribes to the next private topic, as that subscriber.
    void begin(unsigned subscriber = 1)
    {
        id_ = id_of(subscriber, 0);
        topic_ = id_of(subscriber, ++connection_);
        socket_.send(zmq::buffer(std::string("\1\2") + topic_ + '\0'));
    }
    // As when its connection breaks.
    void end() { socket_.send(zmq::buffer(std::string("\0\2", 2) + topic_ + '\0')); }

    // Frames up to number `credit` may come by this connection, and `got` has come. `more`: further members.
    void tell(uint64_t credit, uint64_t got, const std::string &more = {})
    {
        socket_.send(zmq::buffer(R"({"v":1,"host":"h","segment":"wfs","sent_ns":0,"topic":")" + topic_ +
                                 R"(","subscriber":")" + id_ + R"(","mode":")" + mode_ + R"(","connection":)" +
                                 std::to_string(connection_) + R"(,"credit":)" + std::to_string(credit) + R"(,"got":)" +
                                 std::to_string(got) + more + "}"));
    }
    void ask(uint64_t credit, uint64_t got, const std::string &more = {}) { tell(credit, got, more + R"(,"ask":1)"); }
    std::string answer_to(uint64_t credit, uint64_t got)
    {
        ask(credit, got);
        return next_answer();
    }
    // Headers of what comes, in its order; empty when nothing of the kind comes in time.
    std::string next_answer() { return next(answers_, frames_); }
    std::string next_frame() { return next(frames_, answers_); }
    uint64_t next_counter() { return number_of(next_frame(), "cnt0"); }

  private:
    using Headers = std::deque<std::string>;

    std::string next(Headers &wanted, Headers &others)
    {
        while (wanted.empty())
        {
            const Message message = next_message(socket_);
            if (message.size() < 2)
                return {};
            const bool is_answer = message[1].find("\"answer\":1") != std::string::npos;
            (&wanted == (is_answer ? &answers_ : &frames_) ? wanted : others).push_back(message[1]);
        }
        std::string header = std::move(wanted.front());
        wanted.pop_front();
        return header;
    }

    // 32 digits.
    static std::string id_of(unsigned high, unsigned low)
    {
        char text[33];
        std::snprintf(text, sizeof text, "%016x%016x", high, low);
        return text;
    }

    zmq::context_t context_;
    zmq::socket_t socket_;
    const std::string mode_;
    std::string id_, topic_;
    unsigned connection_ = 0;
    Headers answers_, frames_; // that nobody has taken yet
};

}
