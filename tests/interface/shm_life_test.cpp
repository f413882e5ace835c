// The life of a Dao::Shm: create, open, move, replace, follow, private and read-only images, readers, bad input.
#include "pair.hpp"

#include <atomic>
#include <fstream>
#include <gtest/gtest.h>
#include <thread>

Dao::Shape shape_seen_elsewhere(Dao::Shm<float> &shm); // in shm_second_file.cpp

namespace
{
TEST(ShmLife, HeaderServesSeveralFiles)
{
    const SegmentName name;
    Dao::Shm<float> shm(name, {3, 4});
    EXPECT_EQ(shape_seen_elsewhere(shm), (Dao::Shape{3, 4}));
}

TEST(ShmLife, BadInputThrowsAndLeavesNoFile)
{
    const SegmentName name;
    using Shm = Dao::Shm<float>;
    EXPECT_EQ(error_of([&] { Shm shm(name, {}); }), DAO_E_SHAPE);
    EXPECT_EQ(error_of([&] { Shm shm(name, {1, 2, 3, 4}); }), DAO_E_SHAPE);
    EXPECT_EQ(error_of([&] { Shm shm(name, {4, 0}); }), DAO_E_SHAPE);
    EXPECT_EQ(error_of([&] { Shm shm(name, {4}, nullptr, 0); }), DAO_E_SHAPE);
    EXPECT_NE(error_of([&] { Shm shm(name, {0xffffffff, 0xffffffff, 0xffffffff}); }), DAO_E_NONE);
    EXPECT_EQ(error_of([&] { Shm shm(name.text()); }), DAO_E_NOT_FOUND);
    EXPECT_EQ(error_of([&] { Shm shm(std::string(80, 'n'), {4}); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Shm shm("", {4}); }), DAO_E_NAME);
    EXPECT_FALSE(std::filesystem::exists(name.text()));
}

// The condition that ended a create is thrown: there is no object to return it of.
TEST(ShmLife, CreateThatIsInterruptedThrows)
{
    const SegmentName name;
    Dao::Shm<float> holder(name, {4});
    const auto loan = holder.begin_write();
    std::atomic<bool> done{false};
    std::thread interrupter([&] {
        for (; !done; std::this_thread::sleep_for(std::chrono::milliseconds(20)))
            daoShmInterrupt();
    });
    EXPECT_THROW(Dao::Shm<float>(name, {4}), Dao::Error);
    EXPECT_THROW(Dao::Image(name, {4}, _DATATYPE_FLOAT), Dao::Error);
    done = true;
    interrupter.join();
}

// C would take the name to end there, and replace or open another segment.
TEST(ShmLife, NameWithAZeroByteIsRefusedAndTheShorterOneLeftAlone)
{
    const SegmentName name;
    using Shm = Dao::Shm<float>;
    Shm owner(name, {4});
    owner.set_frame(Frame(4, 3));
    const std::string longer = name.text() + std::string("\0.im.shm", 8);
    EXPECT_EQ(error_of([&] { Shm shm(longer, {5}); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Shm shm(longer, {5}, Dao::CreateOptions()); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Shm shm(longer); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Shm::open_read_only(longer); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Shm::make_private(longer, {5}); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Dao::remove_segment(longer); }), DAO_E_NAME);
    EXPECT_EQ(error_of([&] { Shm shm(std::string(1, '\0'), {4}); }), DAO_E_NAME);
    EXPECT_EQ(owner.replaced(), DAO_SUCCESS);
    EXPECT_EQ(owner.get_counter(), 1u);
    try
    {
        Shm shm(longer);
        FAIL() << "opened a name with a zero byte";
    }
    catch (const Dao::Error &error)
    {
        EXPECT_NE(std::string(error.what()).find(name.text() + ": the segment's name has a zero byte"),
                  std::string::npos)
            << error.what();
    }
}

TEST(ShmLife, FileThatIsNoSegmentIsRefusedByName)
{
    const SegmentName name;
    std::ofstream(name.text()) << "not a segment, but longer than nothing";
    try
    {
        Dao::Shm<float> shm(name);
        FAIL() << "opened a text file";
    }
    catch (const Dao::Error &error)
    {
        EXPECT_EQ(error.code(), DAO_E_FORMAT);
        EXPECT_NE(std::string(error.what()).find(name.text()), std::string::npos) << error.what();
    }
    std::filesystem::remove(name.text());
}

TEST(ShmLife, WrongTypeNamesBothTypes)
{
    const SegmentName name;
    const Dao::Shm<uint16_t> writer(name, {4});
    try
    {
        Dao::Shm<float> shm(name);
        FAIL() << "opened uint16 as float32";
    }
    catch (const Dao::Error &error)
    {
        const std::string text = error.what();
        EXPECT_EQ(error.code(), DAO_E_TYPE);
        EXPECT_NE(text.find("uint16"), std::string::npos) << text;
        EXPECT_NE(text.find("float32"), std::string::npos) << text;
    }
}

TEST(ShmLife, MovesAndDoesNotCopy)
{
    static_assert(!std::is_copy_constructible_v<Dao::Shm<float>> && !std::is_copy_assignable_v<Dao::Shm<float>>);
    static_assert(std::is_nothrow_move_constructible_v<Dao::Shm<float>>);
    const SegmentName name, other_name;
    Dao::Shm<float> shm(name, {4}, nullptr, 2);
    IMAGE *image = shm.image();
    Dao::Shm<float> moved(std::move(shm));
    EXPECT_EQ(moved.image(), image);
    moved.set_frame(Frame(4, 1));
    EXPECT_EQ(shm.image(), nullptr);
    EXPECT_EQ(error_of([&] { shm.get_shape(); }), DAO_E_CLOSED);
    EXPECT_NE(error_of([&] { shm.set_frame_id(1); }), DAO_E_NONE);
    Dao::Shm<float> other(other_name, {3});
    other = std::move(moved);
    EXPECT_EQ(other.get_counter(), 1u);
    EXPECT_EQ(other.name(), name.text());
    std::vector<Dao::Shm<float>> list;
    list.push_back(std::move(other));
    list.emplace_back(name.text());
    EXPECT_EQ(list.back().get_shape(), Dao::Shape{4});
}

TEST(ShmLife, PrivateImageWorksWithinTheProcess)
{
    const SegmentName name;
    auto shm = Dao::Shm<int16_t>::make_private(name, {2, 2}, 3, 2);
    EXPECT_FALSE(std::filesystem::exists(name.text()));
    EXPECT_EQ(shm.get_meta_data()->shared, 0);
    shm.set_frame(std::vector<int16_t>{1, 2, 3, -4});
    shm.set_keyword("gain", 2.5);
    std::vector<int16_t> got;
    EXPECT_EQ(shm.wait_for_frame(0), DAO_SUCCESS);
    ASSERT_TRUE(shm.read_next(got));
    EXPECT_EQ(got[3], -4);
    EXPECT_EQ(shm.keywords().size(), 1u);
}

TEST(ShmLife, ReadOnlyReadsAndWaitsButDoesNotWrite)
{
    const SegmentName name;
    Dao::Shm<float> writer(name, {4});
    auto reader = Dao::Shm<float>::open_read_only(name);
    writer.set_frame(Frame(4, 7));
    EXPECT_EQ(reader.wait_for_frame(0, std::chrono::seconds(60)), DAO_SUCCESS);
    Frame frame;
    ASSERT_TRUE(reader.read(frame));
    EXPECT_EQ(frame[0], 7.0f);
    EXPECT_EQ(reader.info().read_only, 1u);
    EXPECT_EQ(writer.count_readers(), 0u);
    EXPECT_EQ(error_of([&] { reader.set_frame(frame); }), DAO_E_READ_ONLY);
    EXPECT_EQ(error_of([&] { reader.begin_write(); }), DAO_E_READ_ONLY);
}

TEST(ShmLife, ReadersAreListedWhileTheyAreOpen)
{
    const SegmentName name;
    Dao::Shm<float> writer(name, {4});
    writer.set_frame(Frame(4, 1));
    EXPECT_TRUE(writer.readers().empty());
    {
        Dao::Shm<float> one(name), two(name);
        Frame frame;
        ASSERT_TRUE(one.read(frame));
        EXPECT_EQ(two.read_next(frame).status, DAO_NOTREADY)
            << "read in order begins with the first frame after opening";
        ASSERT_TRUE(two.read(frame));
        EXPECT_EQ(writer.count_readers(), 2u);
        const auto readers = writer.readers();
        ASSERT_EQ(readers.size(), 2u);
        EXPECT_EQ(readers[0].last_cnt0, 1u);
        EXPECT_EQ(readers[1].alive, static_cast<uint32_t>(DAO_ALIVE));
    }
    EXPECT_EQ(writer.count_readers(), 0u);
}

TEST(ShmLife, ReopenGoesToTheSegmentThatHasTheName)
{
    const SegmentName name;
    Dao::Shm<float> old_writer(name, {4});
    old_writer.set_frame(frame_of(1));
    Dao::Shm<float> reader(name);
    EXPECT_EQ(reader.replaced(), DAO_SUCCESS);
    Dao::Shm<float> writer(name, {2, 3}, nullptr, 4);
    writer.set_frame(frame_of(2, 6));
    writer.set_frame(frame_of(3, 6));
    EXPECT_EQ(reader.replaced(), DAO_REPLACED);
    reader.reopen();
    EXPECT_EQ(reader.replaced(), DAO_SUCCESS);
    EXPECT_EQ(reader.get_shape(), (Dao::Shape{2, 3}));
    EXPECT_EQ(reader.get_depth(), 4u);
    EXPECT_EQ(reader.get_meta_data(5), reader.get_meta_data(1));
    Frame frame;
    const auto first = reader.read_next(frame);
    EXPECT_EQ(first.status, DAO_SUCCESS);
    EXPECT_EQ(first.cnt0, 1u) << "in order from the new segment's first frame";
    EXPECT_EQ(frame, frame_of(2, 6));
    daoShmRemove(name.text().c_str());
    EXPECT_EQ(reader.replaced(), DAO_REMOVED);
    EXPECT_EQ(error_of([&] { reader.reopen(); }), DAO_E_NOT_FOUND);
    EXPECT_EQ(reader.get_shape(), (Dao::Shape{2, 3})) << "what could not be re-opened stays open";
}

TEST(ShmLife, ReopenAsAnotherTypeClosesTheShm)
{
    const SegmentName name;
    Dao::Shm<float> reader(name, {4});
    Dao::Image image(name);
    Dao::Shm<double> writer(name, {5});
    EXPECT_EQ(error_of([&] { reader.reopen(); }), DAO_E_TYPE);
    EXPECT_TRUE(reader.is_closed());
    EXPECT_EQ(error_of([&] { reader.get_frame(); }), DAO_E_CLOSED) << "no double may be read as a float";
    image.reopen();
    EXPECT_EQ(image.get_type(), _DATATYPE_DOUBLE);
    EXPECT_EQ(image.get_shape(), Dao::Shape{5});
}

TEST(ShmLife, ExclusiveCreateLeavesWhatThereIs)
{
    const SegmentName name;
    Dao::CreateOptions options;
    options.exclusive = 1;
    Dao::Shm<float> first(name, {4}, options);
    first.set_frame(frame_of(7));
    EXPECT_EQ(error_of([&] { Dao::Shm<float> again(name, {4}, options); }), DAO_E_EXISTS);
    EXPECT_EQ(error_of([&] { Dao::Shm<double> other(name, {3}, options); }), DAO_E_EXISTS);
    EXPECT_EQ(first.replaced(), DAO_SUCCESS);
    EXPECT_EQ(first.get_counter(), 1u);
    EXPECT_EQ(first.get_frame()[3], 7.0f);
    Dao::remove_segment(name);
    EXPECT_EQ(error_of([&] { Dao::Shm<float> again(name, {4}, options); }), DAO_E_NONE);
}

TEST(ShmLife, OptionsReachTheSegment)
{
    const SegmentName name;
    Dao::CreateOptions options;
    options.depth = 5;
    options.keywords = 7;
    const Dao::Shm<float> shm(name, {4}, options);
    EXPECT_EQ(shm.get_depth(), 5u);
    EXPECT_EQ(shm.info().depth, 5u);
    EXPECT_EQ(shm.get_meta_data()->NBkw, 7);
    EXPECT_EQ(shm.get_meta_data(4), shm.get_meta_data(9));
}
} // namespace
