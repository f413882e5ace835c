// Keywords of a copy are the source's.
#include "camera.hpp"

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace test;

TEST(NetKeywords, ArriveWithTheFrameAndFollowChanges)
{
    Camera camera;
    require(daoShmSetKeywordLong(camera.image, "GAIN", INT64_MIN, "of the camera"), "keyword");
    require(daoShmSetKeywordDouble(camera.image, "EXPOSURE", 0.1, nullptr), "keyword");
    require(daoShmSetKeywordDouble(camera.image, "LIMIT", -HUGE_VAL, nullptr), "keyword");
    require(daoShmSetKeywordString(camera.image, "SIXTEEN_BYTES_OK", "sixteen bytes ok", "\xce\xbcm"), "keyword");
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    Image copy;
    subscriber.open_copy(copy);
    IMAGE_KEYWORD keyword;
    ASSERT_EQ(daoShmGetKeyword(copy, "GAIN", &keyword), DAO_SUCCESS);
    EXPECT_EQ(keyword.value.numl, INT64_MIN);
    EXPECT_STREQ(keyword.comment, "of the camera");
    ASSERT_EQ(daoShmGetKeyword(copy, "EXPOSURE", &keyword), DAO_SUCCESS);
    EXPECT_EQ(keyword.value.numf, 0.1);
    ASSERT_EQ(daoShmGetKeyword(copy, "LIMIT", &keyword), DAO_SUCCESS);
    EXPECT_EQ(keyword.value.numf, -HUGE_VAL);
    ASSERT_EQ(daoShmGetKeyword(copy, "SIXTEEN_BYTES_OK", &keyword), DAO_SUCCESS);
    EXPECT_EQ(std::string(keyword.value.valstr, 16), "sixteen bytes ok");
    EXPECT_STREQ(keyword.comment, "\xce\xbcm");

    require(daoShmRemoveKeyword(camera.image, "GAIN"), "remove");
    require(daoShmSetKeywordDouble(camera.image, "EXPOSURE", 0.2, nullptr), "keyword");
    EXPECT_TRUE(comes_true([&] { // frames that come soon share one reading of the keywords
        camera.publish();
        return daoShmGetKeyword(copy, "GAIN", &keyword) == DAO_ERROR;
    }));
    ASSERT_EQ(daoShmGetKeyword(copy, "EXPOSURE", &keyword), DAO_SUCCESS);
    EXPECT_EQ(keyword.value.numf, 0.2);
}

namespace
{

bool has_gain(IMAGE *image, double value)
{
    IMAGE_KEYWORD keyword;
    return daoShmGetKeyword(image, "GAIN", &keyword) == DAO_SUCCESS && keyword.value.numf == value;
}

}

TEST(NetKeywords, AreTheSourcesWhateverBecomesOfTheCopy)
{
    Camera camera;
    SegmentName there;
    const auto set_gain = [&] { require(daoShmSetKeywordDouble(camera.image, "GAIN", 2.5, nullptr), "keyword"); };
    set_gain();
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()).into(there));
    camera.publish();
    const auto open_next = [&](Image &copy) { // with a frame
        return comes_true([&] {
            camera.publish();
            std::this_thread::sleep_for(20ms);
            if (copy.try_open(there.text()) != DAO_SUCCESS)
                return false;
            if (daoShmGetCounter(copy) != 0)
                return true;
            require(daoShmCloseShm(copy), "close");
            return false;
        });
    };
    {
        Image copy;
        ASSERT_TRUE(open_next(copy));
        EXPECT_TRUE(has_gain(copy, 2.5));
    }
    require(daoShmRemove(there.c_str()), "remove");
    {
        Image copy;
        ASSERT_TRUE(open_next(copy));
        EXPECT_TRUE(has_gain(copy, 2.5)) << "what is made anew has them before its first frame";
        require(daoShmSetKeywordDouble(copy, "GAIN", 1.0, nullptr), "keyword");
        require(daoShmSetKeywordLong(copy, "OF_ANOTHER", 1, nullptr), "keyword");
        IMAGE_KEYWORD keyword;
        EXPECT_TRUE(comes_true([&] {
            camera.publish();
            std::this_thread::sleep_for(20ms);
            return has_gain(copy, 2.5) && daoShmGetKeyword(copy, "OF_ANOTHER", &keyword) != DAO_SUCCESS;
        })) << "what is different there is the source's again within a second or so";
    }
    for (const Shape &shape : {Shape{4, 6}, Shape{5}}) // somebody makes it anew, in place or otherwise
    {
        Image others;
        others.create(there.text(), shape, _DATATYPE_FLOAT, 4, 8);
        EXPECT_TRUE(comes_true([&] {
            Image copy;
            return open_next(copy) && copy->md->naxis == 2 && has_gain(copy, 2.5);
        }));
    }
    bool has_it = false;
    for (uint32_t elements = 9; !has_it && elements < 19;
         ++elements) // the publisher may look before the keyword is there: again
    {
        camera.make_again({elements}); // of the same keywords, which so do not come with the frame
        set_gain();
        camera.publish(7.0f);
        ASSERT_TRUE(comes_true([&] {
            Image copy;
            if (copy.try_open(there.text()) != DAO_SUCCESS || copy->md->naxis != 1 || copy->md->size[0] != elements ||
                daoShmGetCounter(copy) == 0)
                return false;
            has_it = has_gain(copy, 2.5);
            return true;
        }));
    }
    EXPECT_TRUE(has_it);
}

// A dark or a matrix, which is published once; before somebody subscribes, or after.
void check_resting_segment(uint32_t mode, bool is_early)
{
    Camera camera;
    Publisher publisher;
    publisher.publish(camera.name.text());
    if (is_early)
        camera.publish();
    Subscriber subscriber(SubscriberOptions(publisher.port(), mode));
    EXPECT_TRUE(comes_true([&] { return subscriber.info().host[0] != 0; })) << "an answer";
    if (!is_early)
        camera.publish();
    Image copy;
    subscriber.open_copy(copy);
    for (const double value : {1.0, 2.0})
    {
        require(daoShmSetKeywordDouble(camera.image, "GAIN", value, nullptr), "keyword");
        EXPECT_TRUE(comes_true([&] { return has_gain(copy, value); }));
    }
    EXPECT_EQ(daoShmGetCounter(copy), 1u);
}

TEST(NetKeywords, OfASegmentThatRestsArrive)
{
    for (const uint32_t mode : {DAO_NET_LATEST, DAO_NET_EVERY})
        for (const bool is_early : {false, true})
            check_resting_segment(mode, is_early);
}

// What a program of the field writes there: other encodings, brackets, whatever.
TEST(NetKeywords, OfAnyBytesCostNoFrame)
{
    Camera camera({4}, 64);
    const auto set = [&](const char *name, const char *text, const char *comment) {
        require(daoShmSetKeywordString(camera.image, name, text, comment), "keyword");
    };
    set("LOW", "[[[[", "limits [0, 1)");
    set("HIGH", "{{{{", "limits {1, 2)");
    set("T\xe9l\xe9m\xe9trie", "20\xb0\x43", "\xe9\xe9\xe9");
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port(), DAO_NET_EVERY));
    camera.publish();
    Image copy;
    subscriber.open_copy(copy);
    for (int count = 0; count < 20; ++count)
    {
        require(daoShmSetKeywordLong(camera.image, "CHANGES", count, "]]]"), "keyword");
        camera.publish();
        std::this_thread::sleep_for(20ms);
    }
    ASSERT_TRUE(subscriber.receives(21));
    EXPECT_EQ(subscriber.info().frames, 21u);
    EXPECT_EQ(subscriber.info().lost, 0u);
    EXPECT_EQ(subscriber.info().bad_messages, 0u) << subscriber.info().message;
    IMAGE_KEYWORD keyword;
    ASSERT_EQ(daoShmGetKeyword(copy, "LOW", &keyword), DAO_SUCCESS);
    EXPECT_STREQ(keyword.comment, "limits [0, 1)");
    EXPECT_EQ(daoShmGetKeyword(copy, "T?l?m?trie", &keyword), DAO_SUCCESS);
}

void set_keywords(Camera &camera, int count, double value)
{
    std::vector<IMAGE_KEYWORD> keywords(static_cast<size_t>(count));
    for (int number = 0; number < count; ++number)
    {
        IMAGE_KEYWORD &keyword = keywords[static_cast<size_t>(number)];
        std::snprintf(keyword.name, sizeof keyword.name, "K%d", number);
        keyword.type = 'D';
        keyword.value.numf = value + number;
    }
    require(daoShmSetKeywords(camera.image, keywords.data(), static_cast<uint32_t>(count), 0), "keywords");
}

TEST(NetKeywords, ThousandsKeepFramesGoing)
{
#if defined(__SANITIZE_THREAD__)
    const int keywords = 1'000; // reading them may take a twentieth of a publisher's time
#elif defined(__SANITIZE_ADDRESS__)
    const int keywords = 5'000;
#else
    const int keywords = std::getenv("DAO_TEST_EMULATOR") != nullptr ? 3'000 : 60'000;
#endif
    Camera camera({4}, 4, keywords);
    set_keywords(camera, keywords, 0.0);
    Publisher publisher;
    publisher.publish(camera.name.text());
    Subscriber subscriber(SubscriberOptions(publisher.port()));
    camera.publish();
    Image copy;
    subscriber.open_copy(copy);
    uint32_t count = 0;
    require(daoShmCountKeywords(copy, &count), "count");
    EXPECT_EQ(count, static_cast<uint32_t>(keywords));
    IMAGE_KEYWORD keyword;
    require(daoShmGetKeyword(copy, "K7", &keyword), "keyword");
    EXPECT_EQ(keyword.value.numf, 7.0);
    for (int frame = 2; frame <= 40; ++frame)
    {
        if (frame == 20)
            set_keywords(camera, keywords, 0.5); // all change
        camera.publish();
        ASSERT_TRUE(subscriber.receives(static_cast<uint64_t>(frame)));
    }
    EXPECT_TRUE(comes_true([&] {
        require(daoShmGetKeyword(copy, "K0", &keyword), "keyword");
        return keyword.value.numf == 0.5;
    }));
    EXPECT_EQ(subscriber.info().bad_messages, 0u) << subscriber.info().message;
}
