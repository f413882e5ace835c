// Readers of a source in order, for subscribers that want each frame.
#include "publisher/ordered_reader.hpp"

#include "wire/text.hpp"

#include <array>
#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <system_error>

using namespace dao::net;

namespace
{

constexpr uint32_t depth = 4;

// A segment of few elements, made anew by each create(): another file, or, of the same shape, the same one used again.
class Camera
{
  public:
    Camera() { create(); }
    ~Camera()
    {
        if (image_ != nullptr)
            daoShmCloseShm(image_.get());
        daoShmRemove(path_.c_str());
    }
    Camera(const Camera &) = delete;
    Camera &operator=(const Camera &) = delete;

    const std::string &path() const { return path_; }
    void create(bool of_same_shape = false)
    {
        auto made = std::make_unique<IMAGE>();
        made_ += of_same_shape ? 0 : 1;
        std::array<uint32_t, 1> size = {made_};
        ASSERT_EQ(daoShmImageCreate_FIFO(made.get(), path_.c_str(), 1, size.data(), _DATATYPE_UINT32, 1, 0, depth),
                  DAO_SUCCESS)
            << daoLastErrorMessage();
        if (image_ != nullptr)
            daoShmCloseShm(image_.get());
        image_ = std::move(made);
    }
    void publish(int count)
    {
        const std::array<uint32_t, 4> frame = {};
        for (int done = 0; done < count; ++done)
            ASSERT_EQ(daoShmSetData(image_.get(), frame.data(), image_->md->nelement), DAO_SUCCESS)
                << daoLastErrorMessage();
    }
    void set_counter(uint64_t cnt0)
    {
        for (uint32_t slot = 0; slot < depth; ++slot)
            image_->md[slot].cnt0 = cnt0;
    }

  private:
    // Cases run in processes of their own, at the same time.
    const std::string path_ =
        (std::filesystem::temp_directory_path() / ("daoNet-" + wire::random_id().substr(0, 16) + ".im.shm")).string();
    uint32_t made_ = 0;
    std::unique_ptr<IMAGE> image_;
};

// Its frames until none is left.
uint64_t read_all(OrderedReader &reader, uint64_t &lost)
{
    uint64_t count = 0, more = 0;
    lost = 0;
    for (; reader.next(more); ++count)
        lost += more;
    return count;
}

}

// A subscriber that connects anew, and to which another connection gave frames of the new segment: two, of which the source, which
// gave it no other, knows nothing yet.
class NetSourceBehind : public testing::Test
{
  protected:
    void SetUp() override
    {
        camera_.publish(3);
        (void)source_.counter();
        OrderedReader first(source_, source_.place());
        EXPECT_EQ(read_all(first, lost_), 0u);
        camera_.create();
        camera_.publish(2);
        EXPECT_EQ(read_all(first, lost_), 2u);
        (void)source_.counter(); // of the segment that was replaced
        place_ = first.place();
    }

    Camera camera_;
    Source source_{camera_.path(), nullptr, "wfs", "here"};
    Place place_;
    uint64_t lost_ = 0;
};

TEST_F(NetSourceBehind, ReaderGoesOnInASegmentThatTheSourceDoesNotKnowYet)
{
    OrderedReader reader(source_, place_);
    EXPECT_EQ(read_all(reader, lost_), 0u) << "it has them, and those of the old segment";
    camera_.publish(1);
    EXPECT_EQ(read_all(reader, lost_), 1u);
    EXPECT_EQ(lost_, 0u);
    EXPECT_EQ(reader.place(), (Place{place_.life, 3}));
    EXPECT_EQ(source_.lives().size(), 2u);
}

TEST_F(NetSourceBehind, ReaderSendsNoOldFramesAgainWhereTheNewSegmentIsGone)
{
    ASSERT_EQ(daoShmRemove(camera_.path().c_str()), DAO_SUCCESS);
    OrderedReader reader(source_, place_);
    EXPECT_EQ(read_all(reader, lost_), 0u) << "those of the old segment came before the ones that it has";
    camera_.create();
    camera_.publish(2);
    EXPECT_EQ(read_all(reader, lost_), 2u);
    EXPECT_EQ(lost_, 0u);
    EXPECT_EQ(reader.place(), (Place{place_.life + 1, 2}));
}

TEST_F(NetSourceBehind, ReaderSendsNoFramesAgainWhereTheNewSegmentIsAwayForAMoment)
{
    const std::string away = camera_.path() + ".away";
    std::error_code refused;
    std::filesystem::rename(camera_.path(), away, refused);
    if (refused)
        GTEST_SKIP() << "this system keeps the name of a file that is in use";
    OrderedReader reader(source_, place_);
    std::filesystem::rename(away, camera_.path());
    EXPECT_EQ(read_all(reader, lost_), 0u) << "it has them";
    camera_.publish(1);
    EXPECT_EQ(read_all(reader, lost_), 1u);
    EXPECT_EQ(lost_, 0u);
}

// As one that skips what the receiver has while the camera starts again.
TEST(NetSource, FramesThatTheReceiverHasAreNotLostWithThoseThatTheReaderHasNotReached)
{
    Camera camera;
    Source source(camera.path(), nullptr, "wfs", "here");
    camera.publish(3);
    (void)source.counter();
    OrderedReader reader(source, {source.place().life, 5});
    uint64_t lost = 0;
    EXPECT_EQ(read_all(reader, lost), 0u);
    camera.publish(4);
    (void)source.counter();
    camera.create(true);
    camera.publish(2);
    EXPECT_EQ(read_all(reader, lost), 2u);
    EXPECT_EQ(lost, 2u) << "the sixth and the seventh";
}

TEST(NetSource, CounterThatIsSetBackToANumberLosesNoFrames)
{
    Camera camera;
    Source source(camera.path(), nullptr, "wfs", "here");
    camera.publish(50);
    (void)source.counter();
    OrderedReader reader(source, source.place());
    uint64_t lost = 0;
    EXPECT_EQ(read_all(reader, lost), 0u);
    camera.set_counter(9);
    camera.publish(1);
    EXPECT_EQ(read_all(reader, lost), 2u) << "the newest one by its new number, and the next";
    EXPECT_EQ(lost, 0u);
    EXPECT_EQ(reader.place().cnt0, 10u);
    camera.publish(depth + 2);
    EXPECT_EQ(read_all(reader, lost), depth);
    EXPECT_EQ(lost, 2u);
}

namespace
{

// A private image of so many frames, in a chain of which each takes the place of the one before.
class Link
{
  public:
    explicit Link(int frames)
    {
        std::array<uint32_t, 1> size = {3};
        EXPECT_EQ(daoShmImageCreate_FIFO(image.get(), "link", 1, size.data(), _DATATYPE_UINT32, 0, 0, depth),
                  DAO_SUCCESS);
        publish(frames);
    }
    void publish(int frames)
    {
        const std::array<uint32_t, 3> frame = {};
        for (int done = 0; done < frames; ++done)
            EXPECT_EQ(daoShmSetData(image.get(), frame.data(), frame.size()), DAO_SUCCESS);
    }
    void retire() { EXPECT_EQ(daoShmRetirePrivate(image.get(), 1), DAO_SUCCESS); }

    Image image;
};

}

// As where the shape changes twice before the thread that waits for frames is back.
TEST(NetSource, ImagesThatTakeEachOthersPlaceAreReadInTurn)
{
    Link first(2), second(3), third(4);
    Source source("", first.image.get(), "wfs", "here");
    (void)source.counter();
    OrderedReader reader(source, source.place());
    uint64_t lost = 0;
    EXPECT_FALSE(source.succeed(second.image.get())) << "it has not ended";
    first.publish(1);
    for (auto [one, next] : {std::pair(&first, &second), std::pair(&second, &third)})
    {
        one->retire();
        EXPECT_TRUE(source.succeed(next->image.get()));
    }
    EXPECT_EQ(read_all(reader, lost), 1u + 3u + 4u);
    EXPECT_EQ(lost, 0u);
    EXPECT_TRUE(source.reopen());
    EXPECT_TRUE(source.reopen());
    EXPECT_FALSE(source.reopen()) << "there is none after the third";
    EXPECT_EQ(source.newest()->frame.cnt0, 4u);
    third.publish(1);
    EXPECT_EQ(read_all(reader, lost), 1u);
    EXPECT_EQ(source.lives().size(), 3u);
    EXPECT_EQ(source.lives().between({1, 3}, {3, 5}), 3u + 5u) << "and are counted where they are not read";
}

TEST(NetSource, ImagesThatAReaderDoesNotComeToInTimeAreCounted)
{
    constexpr int links = KeptImages::most_images + 16;
    std::vector<std::unique_ptr<Link>> all;
    all.push_back(std::make_unique<Link>(1));
    Source source("", all.back()->image.get(), "wfs", "here");
    (void)source.counter();
    OrderedReader reader(source, source.place());
    for (int made = 1; made < links; ++made)
    {
        auto next = std::make_unique<Link>(2);
        all.back()->retire();
        ASSERT_TRUE(source.succeed(next->image.get()));
        all.push_back(std::move(next));
    }
    uint64_t lost = 0;
    const uint64_t frames = read_all(reader, lost);
    EXPECT_EQ(frames + lost, 2u * (links - 1));
    EXPECT_GT(lost, 0u) << "not all of them are kept";
    EXPECT_GE(frames, 2u * (KeptImages::most_images - 1));
}
