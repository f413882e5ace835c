// Encryption, and who may subscribe.
#include "camera.hpp"
#include "raw_zmq.hpp"

#include <fstream>
#if !defined(_WIN32)
#include <sys/stat.h>
#include <unistd.h>
#endif

using namespace test;

namespace
{

// A folder with key files, removed at the end.
struct Keys
{
    Keys()
    {
        for (const char *who : {"server", "friend", "stranger"})
            require(daoNetMakeKeys(path(who).c_str()), "keys");
    }
    std::string path(const std::string &who) const { return (folder.folder() / who).string(); }
    std::string public_key(const std::string &who) const
    {
        char key[DAO_NET_KEY_SIZE];
        require(daoNetReadPublicKey((path(who) + ".pub").c_str(), key), "public key");
        return key;
    }
    std::string allow(const std::string &who) const
    {
        std::ofstream(path("allowed")) << "# those who may\n\n" << public_key(who) << " of " << who << "\n";
        return path("allowed");
    }

    SegmentName folder;
};

struct Encrypted : SubscriberOptions
{
    Encrypted(int at_port, const Keys &files, const std::string &who, const std::string &server = "server")
        : SubscriberOptions(at_port), own(files.path(who)), other(files.path(server) + ".pub")
    {
        keys = own.c_str();
        server_key = other.c_str();
    }
    Encrypted(const Encrypted &) = delete;
    std::string own, other;
};

// Opens a publisher at any port with these files; `net` stays null on failure.
int_fast8_t open_publisher(DAO_NET *&net, const std::string &keys, const char *clients = nullptr)
{
    DAO_NET_PUBLISHER_OPTIONS options = DAO_NET_PUBLISHER_OPTIONS_INIT;
    options.port = -1;
    options.keys = keys.c_str();
    options.clients = clients;
    return daoNetOpenPublisher(&options, &net);
}

// A subscriber of few lines that says what the test wants.
struct RawClient
{
    RawClient(int port, const Keys &keys, const std::string &who)
    {
        socket.set(zmq::sockopt::linger, 0);
        socket.set(zmq::sockopt::curve_serverkey, keys.public_key("server"));
        socket.set(zmq::sockopt::curve_publickey, keys.public_key(who));
        socket.set(zmq::sockopt::curve_secretkey, secret_of(keys.path(who)));
        socket.connect(endpoint(port));
    }
    static std::string secret_of(const std::string &path)
    {
        std::ifstream file(path);
        for (std::string word; file >> word;)
            if (word == "secret" && file >> word)
                return word;
        throw std::runtime_error("no secret key in " + path);
    }
    void say(const std::string &text) { socket.send(zmq::buffer(text)); }

    zmq::context_t context;
    zmq::socket_t socket{context, zmq::socket_type::xsub};
};

class NetKeys : public ::testing::Test
{
  protected:
    void SetUp() override
    {
        if (daoNetHasEncryption() == 0)
            GTEST_SKIP() << "this libzmq cannot encrypt";
    }
};

}

TEST_F(NetKeys, FramesArriveEncryptedForThoseWhoKnowThePublisher)
{
    Keys keys;
    Camera camera;
    Publisher publisher(-1, keys.path("server").c_str());
    publisher.publish(camera.name.text());
    Encrypted options(publisher.port(), keys, "friend");
    Subscriber subscriber(options);
    camera.publish(2.0f);
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), frame_of(24, 2.0f));
    EXPECT_EQ(subscriber.info().encrypted, 1u);
    // On a slow machine one of an earlier connection may be listed for some time, too.
    ASSERT_TRUE(comes_true([&] { return publisher.peers().size() == 1; }));
    EXPECT_EQ(publisher.peers()[0].user_key, keys.public_key("friend"));
    EXPECT_EQ(subscriber.info().public_key, keys.public_key("friend"));
}

TEST_F(NetKeys, SubscriberWithoutKeysOfItsOwnMakesSome)
{
    Keys keys;
    Camera camera;
    Publisher publisher(-1, keys.path("server").c_str());
    publisher.publish(camera.name.text());
    SubscriberOptions options(publisher.port());
    const std::string key = keys.public_key("server");
    options.server_key = key.c_str(); // as text
    Subscriber subscriber(options);
    camera.publish();
    EXPECT_TRUE(subscriber.receives(1));
}

TEST_F(NetKeys, StrangersAreRefusedAndNamedUntilTheyAreAllowed)
{
    Keys keys;
    Camera camera;
    const std::string allowed = keys.allow("friend");
    Publisher publisher(-1, keys.path("server").c_str(), allowed.c_str());
    publisher.publish(camera.name.text());
    camera.publish();
    Encrypted friendly(publisher.port(), keys, "friend"), strange(publisher.port(), keys, "stranger");
    Subscriber one(friendly), other(strange);
    EXPECT_TRUE(one.receives(1));
    EXPECT_TRUE(other.reaches(DAO_NET_REFUSED)) << other.info().message;
    EXPECT_EQ(other.info().frames, 0u);
    char refused[4][DAO_NET_KEY_SIZE];
    uint32_t count = 0;
    ASSERT_TRUE(comes_true([&] {
        require(daoNetGetRefused(publisher, refused, 4, &count), "refused");
        return count == 1 && publisher.info().refused > 0;
    }));
    EXPECT_EQ(refused[0], keys.public_key("stranger"));
    const DAO_NET_INFO info = publisher.info();
    char shown[4][DAO_NET_KEY_SIZE];
    EXPECT_TRUE(comes_true([&] {
        return daoNetListRefused(info.pid, info.endpoint, shown, 4, &count) == DAO_SUCCESS && count == 1;
    })) << "other processes see it, too";
    EXPECT_EQ(shown[0], keys.public_key("stranger"));
    uint32_t offers = 0;
    EXPECT_EQ(daoNetQueryOffers(&strange, 20'000'000'000, nullptr, 0, &offers), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);

    keys.allow("stranger"); // instead
    EXPECT_TRUE(other.receives(1));
}

TEST_F(NetKeys, ListOfClientsThatCannotBeReadIsToldOf)
{
    Keys keys;
    const std::string allowed = keys.allow("friend");
    Camera camera;
    Publisher publisher(-1, keys.path("server").c_str(), allowed.c_str());
    publisher.publish(camera.name.text());
    camera.publish();
    std::ofstream(allowed, std::ios::app) << "a line that is no key\n";
    Encrypted options(publisher.port(), keys, "friend");
    Subscriber subscriber(options);
    EXPECT_TRUE(subscriber.reaches(DAO_NET_REFUSED));
    EXPECT_TRUE(comes_true([&] { return std::strstr(publisher.info().message, "no public key in line 2") != nullptr; }))
        << publisher.info().message;
    keys.allow("friend");
    EXPECT_TRUE(subscriber.receives(1));
    EXPECT_TRUE(comes_true([&] { return publisher.info().message[0] == 0; })) << publisher.info().message;
}

// As an editor does it, a network folder that is away for a moment, or rsync with the times of the files.
TEST_F(NetKeys, ListOfClientsThatComesBackAsItWasIsReadAgain)
{
    Keys keys;
    const std::filesystem::path allowed = keys.allow("friend"), away = keys.path("away");
    Camera camera;
    Publisher publisher(-1, keys.path("server").c_str(), allowed.string().c_str());
    publisher.publish(camera.name.text());
    camera.publish();
    std::filesystem::rename(allowed, away);
    Encrypted options(publisher.port(), keys, "friend");
    Subscriber subscriber(options);
    ASSERT_TRUE(comes_true([&] { return std::strstr(publisher.info().message, "cannot read it") != nullptr; }));
    std::filesystem::rename(away, allowed);
    EXPECT_TRUE(comes_true([&] { return publisher.info().message[0] == 0; })) << "also while nobody connects";
    EXPECT_TRUE(subscriber.receives(1));

    // As long as before, and of the same time.
    const auto written = std::filesystem::last_write_time(allowed);
    std::ofstream(allowed) << "# those who may\n\n" << keys.public_key("server") << " of friend\n";
    std::filesystem::last_write_time(allowed, written);
    Subscriber late(options);
    EXPECT_TRUE(late.reaches(DAO_NET_REFUSED));
    EXPECT_EQ(late.info().frames, 0u);
}

TEST_F(NetKeys, WrongServerKeyOrNoKeyGetsNothing)
{
    Keys keys;
    Camera camera;
    Publisher closed(-1, keys.path("server").c_str()), open;
    closed.publish(camera.name.text());
    open.publish(camera.name.text());
    camera.publish();
    Encrypted mistaken(closed.port(), keys, "friend", "stranger"), too_careful(open.port(), keys, "friend");
    Subscriber wrong_key(mistaken), without(SubscriberOptions(closed.port())), careful(too_careful);
    for (const Subscriber *subscriber : {&wrong_key, &without, &careful})
    {
        EXPECT_TRUE(subscriber->reaches(DAO_NET_REFUSED));
        EXPECT_EQ(subscriber->info().frames, 0u);
    }
}

TEST_F(NetKeys, KeyFilesAreForTheirOwnerAloneAndChecked)
{
    Keys keys;
    const std::filesystem::path secret = keys.path("server");
    namespace fs = std::filesystem;
    DAO_NET *net = nullptr;
#if !defined(_WIN32)
    EXPECT_EQ(fs::status(secret).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    fs::permissions(secret, fs::perms::group_read, fs::perm_options::add);
    EXPECT_EQ(open_publisher(net, secret), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "others may read"), nullptr) << daoLastErrorMessage();
    fs::permissions(secret, fs::perms::owner_read | fs::perms::owner_write | fs::perms::others_write);
    EXPECT_EQ(open_publisher(net, secret), DAO_ERROR) << "who may write it may put a pair of his own there";
    fs::permissions(secret, fs::perms::owner_read | fs::perms::owner_write);
    const std::string allowed = keys.allow("friend");
    fs::permissions(allowed, fs::perms::others_write, fs::perm_options::add);
    EXPECT_EQ(open_publisher(net, secret, allowed.c_str()), DAO_ERROR) << "and here he may allow himself";
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "everybody may write"), nullptr) << daoLastErrorMessage();
    const std::string pipe = keys.path("pipe");
    ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
    EXPECT_EQ(open_publisher(net, pipe), DAO_ERROR) << "and is not waited for";
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);
#endif
    EXPECT_EQ(daoNetMakeKeys(secret.string().c_str()), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_EXISTS);
    // Half of it there: nothing is made.
    fs::remove(secret);
    EXPECT_EQ(daoNetMakeKeys(secret.string().c_str()), DAO_ERROR);
    EXPECT_FALSE(fs::exists(secret));

    char key[DAO_NET_KEY_SIZE];
    EXPECT_EQ(daoNetReadPublicKey("/nowhere/key", key), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_NOT_FOUND);
    std::ofstream(keys.path("large")) << std::string((1 << 20) + 1, '#');
    EXPECT_EQ(daoNetReadPublicKey(keys.path("large").c_str(), key), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);
    EXPECT_EQ(open_publisher(net, keys.path("server") + ".pub"), DAO_ERROR) << "no secret key in it";
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "no key pair"), nullptr) << daoLastErrorMessage();
    std::ofstream(keys.path("rubbish")) << "public tooshort\n";
    EXPECT_EQ(daoNetReadPublicKey(keys.path("rubbish").c_str(), key), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);
}

#if !defined(_WIN32)
// Its owner may read and change it: root, who may read all, takes no other user's secret for its own.
TEST_F(NetKeys, KeyFileOfAnotherUserIsRefusedAndRootsTaken)
{
    if (geteuid() != 0)
        GTEST_SKIP() << "takes root";
    Keys keys;
    const std::string secret = keys.path("server");
    constexpr uid_t somebody = 12345;
    ASSERT_EQ(chown(secret.c_str(), somebody, 0), 0);
    DAO_NET *net = nullptr;
    EXPECT_EQ(open_publisher(net, secret), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_KEY);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "another user"), nullptr) << daoLastErrorMessage();
    char key[DAO_NET_KEY_SIZE];
    EXPECT_EQ(daoNetReadPublicKey(secret.c_str(), key), DAO_ERROR) << "it has the secret one, too";
    const std::string public_alone = secret + ".pub";
    ASSERT_EQ(chown(public_alone.c_str(), somebody, 0), 0);
    EXPECT_EQ(daoNetReadPublicKey(public_alone.c_str(), key), DAO_SUCCESS) << "which is anybody's";
    ASSERT_EQ(chown(secret.c_str(), 0, 0), 0);
    EXPECT_EQ(open_publisher(net, secret), DAO_SUCCESS) << daoLastErrorMessage();
    daoNetClose(net);
}
#endif

TEST_F(NetKeys, EmptyTextIsNotTheLackOfAKey)
{
    DAO_NET *net = nullptr;
    EXPECT_EQ(open_publisher(net, ""), DAO_ERROR);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_ARGUMENT);
    EXPECT_EQ(net, nullptr);
    DAO_NET_SUBSCRIBER_OPTIONS readable = DAO_NET_SUBSCRIBER_OPTIONS_INIT;
    readable.server_key = "";
    EXPECT_EQ(daoNetOpenSubscriber(&readable, &net), DAO_ERROR);
    EXPECT_STREQ(daoLastErrorMessage(), "server_key: an empty text; expected the name of a file, or none");
    Keys keys;
    EXPECT_EQ(open_publisher(net, keys.path("server"), ""), DAO_ERROR) << "or whoever knows the key might subscribe";
}

// The private topics of all are seen by whoever may subscribe at all.
TEST_F(NetKeys, NobodyGivesCreditForAnothersTopic)
{
    Keys keys;
    Camera camera;
    Publisher publisher(-1, keys.path("server").c_str());
    publisher.publish(camera.name.text(), "wfs");
    camera.publish();
    RawClient owner(publisher.port(), keys, "friend"), other(publisher.port(), keys, "stranger");
    const std::string id(32, 'a');
    const std::string topic = "\2" + id + '\0';
    const auto credit = [&](int frames) {
        return R"({"v":1,"topic":")" + id + R"(","subscriber":")" + id +
               R"(","segment":"wfs","host":"h","mode":"latest","got":0,"sent_ns":1,"credit":)" +
               std::to_string(frames) + "}";
    };
    owner.say("\1" + topic);
    owner.say(credit(0));
    ASSERT_TRUE(comes_true([&] { return publisher.peers().size() == 1; }));
    other.say("\1" + topic);
    other.say(credit(2));
    ASSERT_TRUE(comes_true([&] { return publisher.info().bad_messages == 1; }));
    EXPECT_NE(std::strstr(publisher.info().message, "another key"), nullptr) << publisher.info().message;
    EXPECT_EQ(publisher.info().frames, 0u);
    owner.say(credit(2));
    EXPECT_FALSE(next_message(owner.socket).empty());
    EXPECT_EQ(publisher.info().frames, 1u);
}

TEST_F(NetKeys, PublicKeyOfAnotherSecretIsRefused)
{
    Keys keys;
    std::ifstream server(keys.path("server"));
    const std::string text((std::istreambuf_iterator<char>(server)), std::istreambuf_iterator<char>());
    std::string mixed = text;
    const size_t at = mixed.find(keys.public_key("server"));
    ASSERT_NE(at, std::string::npos);
    mixed.replace(at, DAO_NET_KEY_SIZE - 1, keys.public_key("friend"));
    std::ofstream(keys.path("server")) << mixed; // the file keeps its mode
    DAO_NET *net = nullptr;
    EXPECT_EQ(open_publisher(net, keys.path("server")), DAO_ERROR);
    EXPECT_NE(std::strstr(daoLastErrorMessage(), "does not belong"), nullptr) << daoLastErrorMessage();
}
