// A program that changes its folder goes on with the files that it named before.
#include "camera.hpp"

#include <filesystem>

using namespace test;

namespace
{

class InFolder
{
  public:
    explicit InFolder(const SegmentName &file) { std::filesystem::current_path(file.folder()); }
    ~InFolder() { std::filesystem::current_path(before_); }

  private:
    const std::filesystem::path before_ = std::filesystem::current_path();
};

std::string relative(const SegmentName &file)
{
    return std::filesystem::path(file.text()).filename().string();
}

}

TEST(NetFolders, CopyIsMadeAgainWhereItsNameWasGiven)
{
    Camera camera;
    SegmentName there;
    Publisher publisher;
    publisher.publish(camera.name.text());
    const std::string name = relative(there);
    SubscriberOptions options(publisher.port());
    options.name = name.c_str();
    std::optional<Subscriber> subscriber;
    {
        const InFolder folder(there);
        subscriber.emplace(options);
    }
    camera.publish();
    ASSERT_TRUE(comes_true([&] { return std::filesystem::exists(there.text()); })) << subscriber->info().message;
    Image copy;
    subscriber->open_copy(copy); // from another folder
    require(daoShmRemove(there.c_str()), "remove");
    camera.publish();
    EXPECT_TRUE(comes_true([&] { return std::filesystem::exists(there.text()); }));
    EXPECT_TRUE(std::filesystem::equivalent(subscriber->info().name, there.text())) << subscriber->info().name;
}

TEST(NetFolders, SegmentsAreFollowedWhereTheirNamesWereGiven)
{
    Camera one, other;
    Publisher publisher;
    Image opened;
    {
        const InFolder folder(one.name);
        publisher.publish(relative(one.name), "by-name");
    }
    {
        const InFolder folder(other.name);
        opened.open(relative(other.name));
    }
    require(daoNetPublishImage(publisher, opened, "by-image"), "publish"); // from another folder
    require(daoShmCloseShm(opened), "close");
    const struct
    {
        const char *topic;
        Camera &camera;
    } offered[] = {{"by-name", one}, {"by-image", other}};
    for (const auto &[topic, camera] : offered)
    {
        Subscriber subscriber(SubscriberOptions(publisher.port()).of(topic));
        camera.publish();
        ASSERT_TRUE(subscriber.receives(1)) << topic;
        require(daoShmRemove(camera.name.c_str()), "remove");
        camera.make_again({9});
        camera.publish(3.0f);
        EXPECT_TRUE(comes_true([&] { return subscriber.info().copies == 2; })) << topic;
    }
}
