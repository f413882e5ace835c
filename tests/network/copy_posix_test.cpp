// Copies in files whose modes and owners matter.
#include "camera.hpp"

#include "../processes/role.hpp"

#include <sys/stat.h>
#include <unistd.h>

using namespace test;

namespace
{

constexpr unsigned nobody = 65534;

// Which root cannot play: it may write to what nobody may write to.
int play_receiver_over_read_only(const Arguments &)
{
    if (geteuid() == 0 && (setgid(nobody) != 0 || setuid(nobody) != 0))
        return 2;
    Camera camera, before;
    before.publish(7.0f);
    require(daoShmCloseShm(before.image), "close");
    if (chmod(before.name.c_str(), 0444) != 0)
        return 3;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(before.name));
    camera.publish(1.5f);
    const bool has_come = subscriber.receives(1);
    say(has_come ? "received" : subscriber.info().message);
    Image copy;
    require(daoShmOpenReadOnly(before.name.c_str(), copy.taken()), "open");
    return has_come && newest(copy) == frame_of(24, 1.5f) ? 0 : 1;
}

const Role role("receiver-over-read-only", play_receiver_over_read_only);

}

TEST(NetCopy, TakesThePlaceOfASegmentThatItMayOnlyRead)
{
    Child child("receiver-over-read-only", {});
    EXPECT_EQ(child.line(2 * patience), "received");
    EXPECT_EQ(child.wait(), 0);
}
