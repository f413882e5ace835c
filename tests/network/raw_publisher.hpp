// A publisher of a test's own: it sends what the test wants, and says what it hears.
#pragma once

#include "raw_zmq.hpp"

namespace test
{

// A publisher that sends by any topic to whoever is connected, asked for or not.
class RawPublisher
{
  public:
    RawPublisher() : socket_(context_, zmq::socket_type::xpub)
    {
        socket_.set(zmq::sockopt::linger, 0);
        socket_.set(zmq::sockopt::xpub_manual, true);
        socket_.bind("tcp://127.0.0.1:*");
        const std::string bound = socket_.get(zmq::sockopt::last_endpoint);
        port_ = std::stoi(bound.substr(bound.rfind(':') + 1));
    }
    int port() const { return port_; }

    // The topic and the first credit of the next connection. libzmq may have connected once more for the one before, and
    // brought its topic and a credit, before the subscriber knew that it was broken.
    std::pair<std::string, std::string> next_session(const std::string &before = {})
    {
        std::string topic;
        for (Message message = next_message(socket_); !message.empty(); message = next_message(socket_))
        {
            const std::string &text = message[0];
            if (text.starts_with("\1\2"))
            {
                socket_.set(zmq::sockopt::subscribe, "");
                if (text.substr(1) != before)
                    topic = text.substr(1);
            }
            else if (!topic.empty() && text.starts_with('{') && text.find(topic.substr(1, 32)) != std::string::npos)
                return {topic, text};
        }
        return {};
    }

    void send(const std::string &topic, uint64_t seq, uint64_t cnt0, int64_t sent_ns = 6)
    {
        const auto value = static_cast<float>(cnt0);
        const std::string header =
            R"({"v":1,"dtype":"float32","shape":[1],"compression":"none","host":"h","source":"s","topic":"wfs","depth":16,)"
            R"("frame_num":)" +
            std::to_string(cnt0) + R"(,"cnt0":)" + std::to_string(cnt0) + R"(,"cnt1":0,"cnt2":0,"atime_ns":5,"seq":)" +
            std::to_string(seq) + R"(,"kw":0,"sent_ns":)" + std::to_string(sent_ns) + "}";
        socket_.send(zmq::buffer(topic), zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(header), zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(&value, sizeof value), zmq::send_flags::none);
    }

    // By the private topic: frames up to this number have been sent by it.
    void answer(const std::string &topic, uint64_t seq)
    {
        const std::string text =
            R"({"v":1,"answer":1,"host":"h","segment":"wfs","source":"s","cnt0":1000000,"lost":0,"asked_ns":1,"heard_ns":2,)"
            R"("sent_ns":3,"seq":)" +
            std::to_string(seq) + "}";
        socket_.send(zmq::buffer(topic), zmq::send_flags::sndmore);
        socket_.send(zmq::buffer(text), zmq::send_flags::none);
    }

    // The next credit; empty when none comes in time.
    std::string next_credit(std::chrono::milliseconds limit)
    {
        for (Message message = next_message(socket_, limit); !message.empty(); message = next_message(socket_, limit))
            if (message[0].starts_with('{'))
                return message[0];
        return {};
    }

  private:
    zmq::context_t context_;
    zmq::socket_t socket_;
    int port_ = 0;
};

}
