// A machine that is gone without a word: two network namespaces, and a cable between them that is pulled. The system of neither is
// told that the other one is gone, so connections that rest end by TCP's keepalive, and those with frames under way as these
// are not acknowledged.
#include "camera.hpp"
#include "namespaces_linux.hpp"

#include "../processes/role.hpp"

#include <fstream>
#include <future>
#include <iomanip>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace
{

using namespace test;

constexpr const char *here = "10.77.2.1";

void expect(bool holds, const std::string &what)
{
    if (!holds)
        throw std::runtime_error(what + "; last error: " + daoLastErrorMessage());
}

void run(const std::string &line)
{
    expect(std::system(line.c_str()) == 0, line);
}

// Another network for this thread, and for the threads that it starts.
class OtherMachine
{
  public:
    OtherMachine()
        : thread_([this] {
              if (::unshare(CLONE_NEWNET) != 0)
                  return is_there_.set_value(0);
              is_there_.set_value(::gettid());
              for (std::function<void()> task; (task = next());)
                  task();
          })
    {
        const pid_t id = is_there_.get_future().get();
        expect(id != 0, "another network");
        run("ip link set plug netns " + std::to_string(id));
        act([] { run("ip link set lo up && ip address add 10.77.2.2/24 dev plug && ip link set plug up"); });
    }
    ~OtherMachine()
    {
        hand({});
        thread_.join();
    }

    // Done there when this returns. Throws what it throws.
    void act(const std::function<void()> &task)
    {
        std::packaged_task<void()> packaged(task);
        std::future<void> done = packaged.get_future();
        hand([&packaged] { packaged(); });
        done.get();
    }

  private:
    void hand(std::function<void()> task)
    {
        const std::lock_guard lock(mutex_);
        task_ = std::move(task);
        has_task_ = true;
        changed_.notify_one();
    }
    std::function<void()> next()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return has_task_; });
        has_task_ = false;
        return std::move(task_);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> task_;
    bool has_task_ = false;
    std::promise<pid_t> is_there_;
    std::thread thread_;
};

// Connections to the port, of this machine, that the system takes for alive.
int connections_at(int port)
{
    std::ostringstream end;
    end << ":" << std::hex << std::uppercase << std::setw(4) << std::setfill('0') << port;
    int count = 0;
    for (const char *table : {"/proc/thread-self/net/tcp", "/proc/thread-self/net/tcp6"})
    {
        std::ifstream file(table);
        std::string number, local, remote, state;
        for (std::string line; std::getline(file, line);)
        {
            std::istringstream words(line);
            words >> number >> local >> remote >> state;
            count += local.ends_with(end.str()) && state == "01" ? 1 : 0; // established
        }
    }
    return count;
}

// A segment that is published here, and its copy there.
struct Line
{
    explicit Line(OtherMachine &there)
    {
        DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
        options.port = -1;
        options.bind = here;
        require(daoNetOpenPublisher(&options, &publisher), "publisher");
        require(daoNetPublish(publisher, camera.name.c_str(), "wfs"), "publish");
        DAO_NET_INFO info = DAO_NET_INFO_INIT;
        require(daoNetGetInfo(publisher, &info), "information");
        port = std::stoi(std::string(std::strrchr(info.endpoint, ':') + 1));
        SubscriberOptions wanted(port);
        wanted.host = here;
        there.act([&] { subscriber.emplace(wanted); });
    }
    ~Line()
    {
        subscriber.reset();
        daoNetClose(publisher);
    }

    Camera camera;
    DAO_NET *publisher = nullptr;
    int port = 0;
    std::optional<Subscriber> subscriber;
};

void pull_the_cable()
{
    OtherMachine there;
    run("ip address add 10.77.2.1/24 dev cable && ip link set cable up");
    Line resting(there), running(there);
    for (Line *line : {&resting, &running})
    {
        line->camera.publish();
        expect(line->subscriber->receives(1), "a frame over the cable");
        expect(connections_at(line->port) == 1, "a connection");
    }
    run("ip link set cable down");
    constexpr auto limit = 45s; // they are given up after 30 s
    const auto end = std::chrono::steady_clock::now() + limit;
    const auto are_given_up = [&] { return connections_at(resting.port) + connections_at(running.port) == 0; };
    constexpr int frames_a_look = 25; // the system goes over its whole table for each
    while (!are_given_up() && std::chrono::steady_clock::now() < end)
        for (int frame = 0; frame < frames_a_look; ++frame)
        {
            running.camera.publish();
            std::this_thread::sleep_for(20ms);
        }
    expect(connections_at(resting.port) == 0, "the connection that rests is given up");
    expect(connections_at(running.port) == 0, "the connection with frames under way is given up");
    for (Line *line : {&resting, &running})
    {
        DAO_NET_INFO info = DAO_NET_INFO_INIT;
        expect(comes_true([&] { return daoNetGetInfo(line->publisher, &info) == DAO_SUCCESS && info.peers == 0; }),
               "no peer");
        expect(line->subscriber->info().peers == 0, "the subscriber has noticed");
    }
    run("ip link set cable up");
    for (Line *line : {&resting, &running})
    {
        line->camera.publish();
        expect(line->subscriber->receives(daoShmGetCounter(line->camera.image)), "a frame when the cable is back");
    }
}

const Role role("pull-the-cable", [](const Arguments &) {
    try
    {
        pull_the_cable();
    }
    catch (const std::exception &error)
    {
        say(error.what());
        return 1;
    }
    return 0;
});

TEST(NetSilence, MachineThatIsGoneWithoutAWordIsGivenUpAndTakenBack)
{
    const std::string set_up = "ip link set lo up && ip link add cable type veth peer name plug";
    if (run_in_namespaces("--net", set_up) != 0)
        GTEST_SKIP() << "no network namespaces here";
    EXPECT_EQ(run_in_namespaces("--net", set_up + " && " + role_line("pull-the-cable")), 0);
}

}
