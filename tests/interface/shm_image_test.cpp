// Dao::Image: element types known at run time, and what passes between it and Dao::Shm.
#include "pair.hpp"

#include <cstring>
#include <gtest/gtest.h>
#include <numeric>
#include <type_traits>

namespace
{
using Bytes = std::vector<std::byte>;

Bytes ramp(uint64_t count, unsigned first)
{
    Bytes bytes(count);
    for (size_t index = 0; index < count; ++index)
    {
        bytes[index] = static_cast<std::byte>(first + index);
    }
    return bytes;
}

float float_at(const void *bytes, size_t index)
{
    float value = 0;
    std::memcpy(&value, static_cast<const std::byte *>(bytes) + index * sizeof value, sizeof value);
    return value;
}

TEST(ShmImage, ADuplicateHasAPlaceOfItsOwnOnTheSameMemory)
{
    Dao::Image image = Dao::Image::make_private("private", {1}, _DATATYPE_UINT8, 4);
    Bytes got;
    image.set_frame(ramp(1, 1).data());
    Dao::Image duplicate = image.duplicate();
    EXPECT_EQ(duplicate.get_meta_data(0), image.get_meta_data(0));
    EXPECT_EQ(duplicate.read_next(got).status, DAO_NOTREADY);
    image.set_frame(ramp(1, 2).data());
    EXPECT_EQ(duplicate.read_next(got).cnt0, 2u);
    EXPECT_EQ(image.read_next(got).cnt0, 1u);
    image.close();
    EXPECT_TRUE(duplicate.read(got));
    EXPECT_EQ(got, ramp(1, 2));
}

TEST(ShmImage, CarriesEveryTypeByItsCode)
{
    for (uint8_t type = 1; daoTypeSize(type) != 0; ++type)
    {
        SCOPED_TRACE(daoTypeName(type));
        const SegmentName name;
        Dao::CreateOptions options;
        options.depth = 3;
        Dao::Image writer(name, {2, 5}, type, options), reader(name);
        EXPECT_EQ(reader.get_type(), type);
        EXPECT_EQ(reader.get_shape(), (Dao::Shape{2, 5}));
        EXPECT_EQ(reader.get_element_count(), 10u);
        EXPECT_EQ(reader.get_frame_bytes(), 10 * daoTypeSize(type));
        EXPECT_EQ(reader.get_depth(), 3u);
        Bytes got;
        for (unsigned number = 1; number <= 3; ++number)
        {
            const Bytes frame = ramp(reader.get_frame_bytes(), number);
            writer.set_frame(frame.data());
            EXPECT_EQ(reader.read(got).cnt0, number);
            EXPECT_EQ(got, frame);
            EXPECT_EQ(reader.read_next(got).cnt0, number);
            EXPECT_EQ(got, frame);
            EXPECT_EQ(std::memcmp(reader.get_frame(), frame.data(), frame.size()), 0);
        }
        EXPECT_EQ(reader.read_last(got, 2).cnt0, 2u);
        EXPECT_EQ(got.size(), 2 * reader.get_frame_bytes());
        EXPECT_EQ(got.back(), ramp(reader.get_frame_bytes(), 3).back());
    }
}

TEST(ShmImage, UnknownTypeIsRefused)
{
    const SegmentName name;
    EXPECT_EQ(error_of([&] { Dao::Image image(name, {4}, 0); }), DAO_E_TYPE);
    EXPECT_EQ(error_of([&] { Dao::Image image(name, {4}, 13); }), DAO_E_TYPE);
    EXPECT_EQ(error_of([&] { Dao::Image image(name, {}, _DATATYPE_FLOAT); }), DAO_E_SHAPE);
    EXPECT_FALSE(std::filesystem::exists(name.text()));
}

TEST(ShmImage, ShmTakesItOnWhenTheTypeIsRight)
{
    const SegmentName name;
    Dao::Image image(name, {4}, _DATATYPE_FLOAT);
    EXPECT_EQ(error_of([&] { Dao::Shm<double> shm(std::move(image)); }), DAO_E_TYPE);
    ASSERT_FALSE(image.is_closed()) << "what was refused stays";
    IMAGE *handle = image.image();
    Dao::Shm<float> shm(std::move(image));
    EXPECT_EQ(shm.image(), handle);
    EXPECT_TRUE(image.is_closed());
    shm.set_frame(frame_of(2));
    Dao::Image untyped(std::move(shm));
    EXPECT_EQ(untyped.image(), handle);
    EXPECT_EQ(untyped.get_counter(), 1u);
    const Dao::Shm<double> replacement(name, {3});
    untyped.reopen();
    EXPECT_EQ(untyped.get_type(), _DATATYPE_DOUBLE) << "the type was given up with the move";
}

TEST(ShmImage, ShmAssignedAnotherTypeIsClosed)
{
    const SegmentName name, double_name;
    Dao::Shm<float> shm(name, {4});
    Dao::Image &image = shm;
    image = Dao::Image(double_name, {4}, _DATATYPE_DOUBLE);
    EXPECT_TRUE(shm.is_closed());
    image = Dao::Image(name.text());
    EXPECT_EQ(shm.get_shape(), Dao::Shape{4});
}

TEST(ShmImage, MovedFromAndClosedThrow)
{
    static_assert(!std::is_copy_constructible_v<Dao::Image> && !std::is_copy_assignable_v<Dao::Image>);
    static_assert(std::is_nothrow_move_constructible_v<Dao::Image> && std::is_nothrow_move_assignable_v<Dao::Image>);
    static_assert(std::has_virtual_destructor_v<Dao::Image>);
    const SegmentName name, other_name;
    Dao::Image moved_from(name, {4}, _DATATYPE_FLOAT), closed(other_name, {4}, _DATATYPE_FLOAT);
    const Dao::Image moved_to(std::move(moved_from));
    closed.close();
    for (Dao::Image *image : {&moved_from, &closed})
    {
        float place[4] = {};
        int_fast8_t status = 0;
        EXPECT_TRUE(image->is_closed());
        EXPECT_EQ(error_of([&] { image->get_counter(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->get_frame_id(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->get_depth(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->get_type(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->set_frame(place); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->begin_write(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->read(place, 4); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->next(place, 4); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->borrow_newest(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->get_next_frame(true, status); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->wait_for_frame(0); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->reopen(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->hold_memory(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->duplicate(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->keywords(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->info(); }), DAO_E_CLOSED);
        EXPECT_EQ(error_of([&] { image->close(); }), DAO_E_NONE);
    }
    EXPECT_EQ(moved_to.get_shape(), Dao::Shape{4});
    Dao::Image &itself = closed = Dao::Image(name.text());
    closed = std::move(itself);
    EXPECT_EQ(closed.get_shape(), Dao::Shape{4}) << "assigned to itself";
}

TEST(ShmImage, LoanIsInBytes)
{
    const SegmentName name;
    Dao::Image image(name, {4}, _DATATYPE_FLOAT);
    auto loan = image.begin_write();
    ASSERT_EQ(loan.size(), 16u);
    const float frame[4] = {1, 2, 3, 4};
    std::memcpy(loan.data(), frame, sizeof frame);
    loan.commit();
    EXPECT_EQ(loan.size(), 0u);
    EXPECT_EQ(float_at(image.get_frame(), 3), 4.0f);
}

TEST(ShmImage, WritesPacketsSlicesSumsAndQuietData)
{
    const SegmentName name, sum_name;
    Dao::Image image(name, {2, 1, 2}, _DATATYPE_FLOAT), sum(sum_name, {2, 1, 2}, _DATATYPE_FLOAT);
    const float frame[4] = {1, 2, 3, 4};
    image.write_packet(frame, 2, 0, 0, 2, 9);
    image.write_packet(frame + 2, 2, 2, 1, 2, 9);
    image.finalise();
    EXPECT_EQ(float_at(image.get_frame(), 3), 4.0f);
    sum.combine({&image, &image}, 4);
    EXPECT_EQ(float_at(sum.get_frame(), 3), 8.0f);
    const float slice[2] = {7, 8};
    image.write_slice(slice);
    EXPECT_EQ(float_at(image.get_frame(), 1), 8.0f);
    EXPECT_EQ(float_at(image.get_frame(), 2), 3.0f);
    image.set_frame(frame, 1);
    EXPECT_EQ(float_at(image.get_frame(), 0), 1.0f);
    EXPECT_EQ(float_at(image.get_frame(), 1), 8.0f) << "one element was given";
    EXPECT_EQ(error_of([&] { image.set_frame(frame, 5); }), DAO_E_RANGE);
    image.set_frame_quiet(frame);
    EXPECT_EQ(float_at(image.get_frame(), 1), 2.0f);
    EXPECT_EQ(image.get_counter(), 3u);
}

TEST(ShmImage, LendsPointersInOrder)
{
    Pair pair(4);
    Dao::Image image(pair.name);
    pair.publish(2);
    int_fast8_t status = DAO_ERROR;
    uint64_t cnt0 = 0;
    EXPECT_EQ(float_at(image.get_next_frame(true, status, cnt0), 0), 1.0f);
    EXPECT_EQ(status, DAO_SUCCESS);
    EXPECT_EQ(cnt0, 1u);
    EXPECT_EQ(image.check_segment_overwrite(), DAO_SUCCESS);
    EXPECT_EQ(float_at(image.get_frame(Dao::ShmSync::SPIN, 2), 0), 2.0f);
    EXPECT_EQ(image.reset_tail(), 2u);
    EXPECT_EQ(image.get_next_frame(false, status), nullptr);
    EXPECT_EQ(status, DAO_NOTREADY);
}

TEST(ShmImage, SemaphoresKeywordsAndReadersNeedNoType)
{
    using namespace std::chrono_literals;
    const SegmentName name;
    Dao::CreateOptions options;
    options.keywords = 2;
    Dao::Image image(name, {4}, _DATATYPE_INT16, options);
    image.post(3);
    EXPECT_EQ(image.wait_for_semaphore(3, 1s), DAO_SUCCESS);
    EXPECT_EQ(image.wait_for_semaphore(3, 0s), DAO_TIMEOUT);
    image.set_semaphore_count(2);
    EXPECT_EQ(image.get_meta_data()->sem, 2);
    image.set_keyword("gain", 2.5);
    EXPECT_EQ(std::get<double>(image.get_keyword("gain").value), 2.5);
    Dao::Image reader(name);
    const int16_t frame[4] = {1, 2, 3, 4};
    image.set_frame(frame);
    Bytes got;
    ASSERT_TRUE(reader.read(got));
    const auto readers = image.readers();
    ASSERT_EQ(readers.size(), 2u) << "who waited and who read";
    EXPECT_EQ(readers[1].last_cnt0, 1u);
    EXPECT_EQ(readers[1].alive, static_cast<uint32_t>(DAO_ALIVE));
    EXPECT_EQ(image.count_readers(), 2u);
    EXPECT_EQ(image.info().writer_alive, static_cast<uint32_t>(DAO_ALIVE));
}

TEST(ShmImage, PrivateAndReadOnly)
{
    const SegmentName name, private_name;
    auto own = Dao::Image::make_private(private_name, {2}, _DATATYPE_UINT8, 2, 1);
    const uint8_t frame[2] = {8, 9};
    own.set_frame(frame);
    EXPECT_EQ(static_cast<const uint8_t *>(own.get_frame())[1], 9);
    EXPECT_FALSE(std::filesystem::exists(private_name.text()));
    const Dao::Image writer(name, {2}, _DATATYPE_UINT8);
    auto reader = Dao::Image::open_read_only(name);
    EXPECT_EQ(error_of([&] { reader.set_frame(frame); }), DAO_E_READ_ONLY);
}

// Other processes write there.
TEST(ShmImage, CountsAndAxesDoNotTrustWordsInSharedMemory)
{
    const SegmentName name;
    Dao::Image image(name, {2, 2}, _DATATYPE_UINT16);
    const uint16_t frame[4] = {1, 2, 3, 4};
    image.set_frame(frame);
    image.image()->md->nelement = 2;
    EXPECT_EQ(image.get_element_count(), 4u);
    const uint16_t later[4] = {5, 6, 7, 8};
    image.set_frame(later);
    Bytes got;
    ASSERT_TRUE(image.read(got));
    EXPECT_EQ(std::memcmp(got.data(), later, sizeof later), 0);
    image.image()->md->naxis = 255;
    EXPECT_LE(image.get_shape().size(), 3u);
}
} // namespace
