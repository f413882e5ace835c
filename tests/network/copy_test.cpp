// The copy on the other side is a segment like any other.
#include "camera.hpp"

#include <optional>

using namespace test;

TEST(NetCopy, FrameArrivesWithItsCountersAndTime)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    ASSERT_EQ(daoShmSetFrameId(camera.image, 77), DAO_SUCCESS);
    ASSERT_EQ(daoShmSetAcquisitionTime(camera.image, 123456789), DAO_SUCCESS);
    camera.publish(3.5f);
    Image copy;
    subscriber.open_copy(copy);
    EXPECT_EQ(newest(copy), frame_of(24, 3.5f));
    DAO_FRAME frame = DAO_FRAME_INIT;
    ASSERT_EQ(daoShmGetNewestFrame(copy, &frame), DAO_SUCCESS);
    EXPECT_EQ(frame.cnt0, 1u);
    EXPECT_EQ(frame.cnt2, 77u);
    EXPECT_EQ(frame.atime_ns, 123456789);
    const DAO_NET_INFO info = subscriber.info();
    EXPECT_EQ(info.state, static_cast<uint32_t>(DAO_NET_LIVE));
    EXPECT_EQ(info.source_cnt0, 1u);
    EXPECT_EQ(info.source_cnt2, 77u);
    EXPECT_EQ(info.skipped + info.lost + info.bad_messages, 0u);
}

TEST(NetCopy, FramePublishedBeforeTheSubscriberCameArrives)
{
    Camera camera;
    camera.publish(1.0f);
    camera.publish(2.0f);
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Publisher publisher;
        publisher.publish(camera.name.text());
        Subscriber subscriber(SubscriberOptions(publisher.port(), mode));
        Image copy;
        subscriber.open_copy(copy);
        EXPECT_EQ(newest(copy), frame_of(24, 2.0f));
        EXPECT_EQ(daoShmGetCounter(copy), 1u);
        EXPECT_EQ(subscriber.info().source_cnt0, 2u);
    }
}

TEST(NetCopy, SegmentIsMadeWithTheFirstFrame)
{
    Camera camera({2, 3, 4});
    SegmentName there;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    Image early;
    EXPECT_EQ(daoNetOpenCopy(subscriber, early, 0), DAO_TIMEOUT);
    EXPECT_FALSE(std::filesystem::exists(there.text()));
    camera.publish(1.0f);
    Image copy;
    subscriber.open_copy(copy);
    Image other; // as any process
    other.open(there.text());
    EXPECT_EQ(newest(other), frame_of(24, 1.0f));
    EXPECT_EQ(other->md->size[0], 2u);
    EXPECT_EQ(other->md->size[2], 4u);
}

TEST(NetCopy, EveryElementTypeAndNumberOfAxesArrivesByteForByte)
{
    Publisher publisher;
    for (uint8_t atype = 1; daoTypeName(atype) != nullptr; ++atype)
        for (const Shape &shape : {Shape{7}, Shape{3, 5}, Shape{2, 1, 3}})
        {
            SegmentName name;
            Image image;
            image.create(name.text(), shape, atype);
            publisher.publish(name.text());
            SubscriberOptions options(publisher.port());
            char topic[DAO_NET_TOPIC_SIZE];
            ASSERT_EQ(daoNetTopicOf(name.c_str(), topic), DAO_SUCCESS);
            options.topic = topic;
            Subscriber subscriber(options);
            std::vector<unsigned char> bytes(image->md->nelement * daoTypeSize(atype)), found(bytes.size());
            for (size_t index = 0; index < bytes.size(); ++index)
                bytes[index] = static_cast<unsigned char>(index * 37 + atype);
            require(daoShmSetData(image, bytes.data(), image->md->nelement), "write");
            Image copy;
            subscriber.open_copy(copy);
            EXPECT_EQ(copy->md->atype, atype);
            EXPECT_EQ(copy->md->naxis, shape.size());
            require(daoShmReadNewest(copy, found.data(), copy->md->nelement, nullptr, nullptr), "read");
            EXPECT_EQ(found, bytes) << daoTypeName(atype);
            require(daoNetUnpublish(publisher, topic), "unpublish");
        }
}

TEST(NetCopy, FramesFromOneByteTo256MegabytesArrive)
{
#if defined(__SANITIZE_THREAD__)
    constexpr uint32_t largest = 16u << 20; // there a copy takes many times as long
#else
    constexpr uint32_t largest = 256u << 20;
#endif
    for (const uint32_t bytes : {1u, 1000u, 65'536u, 4'000'000u, largest})
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {bytes}, _DATATYPE_UINT8);
        Publisher publisher;
        publisher.publish(name.text());
        Subscriber subscriber(SubscriberOptions(publisher.port()));
        std::vector<uint8_t> frame(bytes, 0x5A);
        frame.back() = 0xA5;
        require(daoShmSetData(image, frame.data(), bytes), "write");
        Image copy;
        subscriber.open_copy(copy);
        void *slot = nullptr;
        require(daoShmGetNewestSegment(copy, &slot, nullptr, nullptr), "borrow");
        EXPECT_EQ(std::memcmp(slot, frame.data(), bytes), 0) << bytes;
    }
}

// What cannot be written here does not count as delivered.
TEST(NetCopy, FramesThatCannotBeWrittenAreLost)
{
    Camera camera({4}, 64);
    Publisher publisher;
    publisher.publish(camera.name.text());
    SubscriberOptions options(publisher.port(), DAO_NET_EVERY);
    const std::string nowhere = std::filesystem::path("/nowhere/at/all.im.shm").make_preferred().string();
    options.name = nowhere.c_str();
    Subscriber subscriber(options);
    camera.publish();
    ASSERT_TRUE(comes_true([&] { return subscriber.info().lost == 1; }));
    camera.publish();
    ASSERT_TRUE(comes_true([&] { return subscriber.info().lost == 2; }));
    EXPECT_EQ(subscriber.info().frames, 0u);
    EXPECT_EQ(subscriber.info().state, static_cast<uint32_t>(DAO_NET_FAILED));
    EXPECT_NE(std::strstr(subscriber.info().message, options.name), nullptr) << subscriber.info().message;
}

// A frame comes while another program has a loan of the copy, as one that was stopped then.
class NetCopyInUse : public testing::Test
{
  protected:
    void SetUp() override
    {
        publisher_.publish(camera_.name.text());
        subscriber_.emplace(SubscriberOptions(publisher_.port()).into(there_));
        camera_.publish();
        subscriber_->open_copy(copy_);
        void *place = nullptr;
        require(daoShmLoanBegin(copy_, &place), "loan");
        camera_.publish();
    }

    Camera camera_;
    Publisher publisher_;
    SegmentName there_;
    std::optional<Subscriber> subscriber_;
    Image copy_;
};

TEST_F(NetCopyInUse, SubscriberEndsAtOnce)
{
    ASSERT_TRUE(comes_true([&] { return publisher_.info().frames == 2; }));
    std::this_thread::sleep_for(200ms); // it has come, and waits
    const auto begin = std::chrono::steady_clock::now();
    subscriber_->close();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s) << "other writers are waited for 5 s";
    require(daoShmLoanAbort(copy_), "abort");
}

TEST_F(NetCopyInUse, FrameWaitsForTheOtherProgram)
{
    std::this_thread::sleep_for(500ms);
    require(daoShmLoanAbort(copy_), "abort");
    EXPECT_TRUE(subscriber_->receives(2));
    EXPECT_EQ(subscriber_->info().frames, 2u);
    EXPECT_EQ(subscriber_->info().lost, 0u);
}

TEST(NetCopy, ChangeOfShapeIsFollowedAndToldToReaders)
{
    for (const bool is_private : {false, true})
    {
        Camera camera;
        SegmentName there;
        Publisher publisher;
        publisher.publish(camera.name.text());
        SubscriberOptions options(publisher.port());
        options.name = is_private ? nullptr : there.c_str();
        Subscriber subscriber(options);
        camera.publish(1.0f);
        Image copy;
        subscriber.open_copy(copy);

        camera.make_again({9});
        camera.publish(5.0f);
        EXPECT_EQ(daoShmWaitForFrame(copy, 1000, patience_ns), DAO_REPLACED);
        Image fresh;
        subscriber.open_copy(fresh);
        EXPECT_EQ(newest(fresh), frame_of(9, 5.0f));
        EXPECT_TRUE(comes_true([&] { return subscriber.info().copies == 2; }));
        subscriber.close();
        if (is_private)
        {
            EXPECT_EQ(daoShmWaitForFrame(fresh, 1000, patience_ns), DAO_REMOVED);
        }
    }
}

TEST(NetCopy, RemovedAndReusedSegmentsAreFollowed)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish(1.0f);
    ASSERT_TRUE(subscriber.receives(1));
    camera.publish(2.0f);
    ASSERT_TRUE(subscriber.receives(2));

    camera.make_again({4, 6}); // reused: counters begin again
    camera.publish(3.0f);
    Image copy;
    subscriber.open_copy(copy);
    ASSERT_TRUE(comes_true([&] { return newest(copy) == frame_of(24, 3.0f); }));
    EXPECT_TRUE(subscriber.receives(1));

    require(daoShmRemove(camera.name.c_str()), "remove");
    std::this_thread::sleep_for(300ms);
    camera.make_again({4, 6});
    camera.publish(4.0f);
    EXPECT_TRUE(comes_true([&] { return newest(copy) == frame_of(24, 4.0f); }));
}

TEST(NetCopy, FileThatIsNoSegmentIsNotTouched)
{
    Camera camera;
    SegmentName there;
    {
        std::FILE *file = std::fopen(there.c_str(), "w");
        ASSERT_NE(file, nullptr);
        std::fputs("a letter", file);
        std::fclose(file);
    }
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    camera.publish();
    EXPECT_TRUE(subscriber.reaches(DAO_NET_FAILED));
    EXPECT_NE(std::string(subscriber.info().message).find("is not a segment"), std::string::npos)
        << subscriber.info().message;
    EXPECT_EQ(std::filesystem::file_size(there.text()), 8u);
    std::filesystem::remove(there.text());
    camera.publish(); // and goes on
    EXPECT_TRUE(subscriber.reaches(DAO_NET_LIVE));
}

// In the same shape: a camera program that is started with other options.
TEST(NetCopy, FollowsASourceThatGetsMoreSlotsAndMoreRoomForKeywords)
{
    for (const bool is_private : {false, true})
    {
        Camera camera({4, 6}, 4, 2);
        SegmentName there;
        Publisher publisher;
        publisher.publish(camera.name.text());
        SubscriberOptions options(publisher.port());
        if (!is_private)
            options.name = there.c_str();
        Subscriber subscriber(options);
        camera.publish();
        Image copy;
        subscriber.open_copy(copy);
        EXPECT_EQ(copy->md->NBkw, 2);
        require(daoShmCloseShm(camera.image), "close");
        camera.image.create(camera.name.text(), {4, 6}, _DATATYPE_FLOAT, 16, 20);
        IMAGE_KEYWORD keywords[20] = {};
        for (int number = 0; number < 20; ++number)
        {
            std::snprintf(keywords[number].name, sizeof keywords[number].name, "K%d", number);
            keywords[number].type = 'L';
        }
        require(daoShmSetKeywords(camera.image, keywords, 20, 0), "keywords");
        EXPECT_TRUE(comes_true([&] {
            camera.publish();
            std::this_thread::sleep_for(20ms);
            Image now;
            uint32_t count = 0;
            return daoNetOpenCopy(subscriber, now.taken(), 0) == DAO_SUCCESS && now.info().depth == 16 &&
                   daoShmCountKeywords(now, &count) == DAO_SUCCESS && count == 20;
        }));
        EXPECT_EQ(subscriber.info().copies, 2u);
    }
}

TEST(NetCopy, IsTheSegmentThatWasThereBeforeHoweverSmall)
{
    Camera camera({4, 6}, 8, 20);
    SegmentName there;
    Image small;
    small.create(there.text(), {4, 6}, _DATATYPE_FLOAT, 2, 1);
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    camera.publish();
    ASSERT_TRUE(subscriber.receives(2));
    EXPECT_EQ(daoShmGetCounter(small), 2u);
    EXPECT_EQ(daoShmCheckReplaced(small), DAO_SUCCESS);
}

// The newest frame of a source comes to each new subscriber: the copy may have it from the one before.
TEST(NetCopy, HasNoFrameTwiceWhenItIsSubscribedToAgain)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
    {
        Camera camera;
        SegmentName there;
        Publisher publisher;
        publisher.publish(camera.name.text());
        const SubscriberOptions options = SubscriberOptions(publisher.port(), mode).into(there);
        camera.publish();
        {
            Subscriber first(options);
            ASSERT_TRUE(first.receives(1));
        }
        Image copy;
        copy.open(there.text());
        {
            Subscriber again(options);
            ASSERT_TRUE(again.receives(1));
            EXPECT_EQ(again.info().frames, 1u);
            EXPECT_EQ(again.info().cnt0, 1u);
            EXPECT_EQ(daoShmGetCounter(copy), 1u);
            camera.publish();
            ASSERT_TRUE(again.receives(2));
            EXPECT_EQ(daoShmGetCounter(copy), 2u);
        }
        camera.make_again({4, 6}); // in place: its counter comes to the same number again
        camera.publish();
        camera.publish(7);
        Subscriber last(options);
        ASSERT_TRUE(last.receives(2));
        EXPECT_EQ(daoShmGetCounter(copy), 3u) << "another frame";
    }
}

TEST(NetCopy, IsAsDeepAsItIsToldWhateverWasThereBefore)
{
    Camera camera;
    SegmentName there;
    Image shallow, copy;
    shallow.create(there.text(), {4, 6}, _DATATYPE_FLOAT, 2, 8);
    Publisher publisher;
    publisher.publish(camera.name.text());
    SubscriberOptions options = SubscriberOptions(publisher.port()).into(there);
    options.depth = 5;
    Subscriber subscriber(options);
    camera.publish();
    ASSERT_TRUE(subscriber.receives(1));
    copy.open(there.text());
    EXPECT_EQ(copy.info().depth, 5u);
    EXPECT_EQ(daoShmCheckReplaced(shallow), DAO_REPLACED);
}
