// Segments whose files are truncated, beside truncated_posix_test.cpp: those of DAO's, where only a fault shows it; descriptors
// that the program took away; many threads; and descriptions that change without a truncation.
#include "harm_posix.hpp"
#include "image.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <gtest/gtest.h>

namespace
{

using namespace test;

constexpr uint32_t size = 50'000;

DaoSegment layout_of(uint32_t depth)
{
    return {{size}, _DATATYPE_UINT32, depth, 3, false};
}

// In a segment of DAO's nothing lies behind the frames that would show it; what was lost is noticed when it is touched.
class TruncatedDaos : public testing::Test
{
  protected:
    void SetUp() override
    {
        make_again(name_.text(), layout_);
        publish_as_dao(name_.text(), layout_, 1);
        image_.open(name_.text());
        do_harm_elsewhere(name_.text(), layout_, Harm::half_left);
    }
    uint64_t counter_in_file() const { return get<uint64_t>(read_file(name_.text()).data(), at::cnt0); }

    const DaoSegment layout_ = layout_of(1);
    SegmentName name_;
    Image image_;
    Frame read_ = Frame(size);
};

TEST_F(TruncatedDaos, FrameIsNotReadAsWhole)
{
    EXPECT_EQ(daoShmReadNewest(image_, read_.data(), size, nullptr, nullptr), DAO_REPLACED);
    EXPECT_EQ(daoShmReadNewest(image_, read_.data(), size / 4, nullptr, nullptr), DAO_REPLACED);
}

TEST_F(TruncatedDaos, BorrowedFrameIsNotCalledWhole)
{
    void *slot = nullptr;
    EXPECT_EQ(daoShmGetNewestSegment(image_, &slot, nullptr, nullptr), DAO_REPLACED);
    ASSERT_NE(slot, nullptr) << "the memory stays";
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), DAO_REPLACED) << "nobody has touched what is lost";
    EXPECT_EQ(static_cast<volatile uint32_t *>(slot)[size - 1], 0u);
    EXPECT_EQ(daoShmCheckSegmentOverwrite(image_), DAO_REPLACED);
}

TEST_F(TruncatedDaos, FrameWrittenToNowhereIsNotCounted)
{
    EXPECT_EQ(counter_in_file(), 1u);
    EXPECT_EQ(daoShmImage2Shm(read_.data(), size, image_), DAO_REPLACED);
    EXPECT_EQ(counter_in_file(), 1u);
}

TEST_F(TruncatedDaos, LoanWrittenToNowhereIsNotCounted)
{
    void *slot = nullptr;
    require(daoShmLoanBegin(image_, &slot), "begin");
    fill(static_cast<uint32_t *>(slot), size, 2);
    EXPECT_EQ(daoShmLoanCommit(image_), DAO_REPLACED);
    EXPECT_EQ(counter_in_file(), 1u);
}

TEST_F(TruncatedDaos, KeywordIsNotReadAsWhole)
{
    uint32_t count = 0;
    EXPECT_NE(daoShmCountKeywords(image_, &count), DAO_SUCCESS);
    EXPECT_EQ(daoLastErrorCode(), DAO_E_REPLACED) << daoLastErrorMessage();
}

// No access fails there, and what was cut off reads as zeros.
TEST(TruncatedDaosWithinItsLastPage, IsReadByNobodyAsWhole)
{
    for (const bool borrows : {false, true})
    {
        const DaoSegment layout = layout_of(1);
        SegmentName name;
        Image image;
        Frame read(size);
        make_again(name.text(), layout);
        publish_as_dao(name.text(), layout, 1);
        image.open(name.text());
        void *slot = nullptr;
        require(borrows ? daoShmGetNewestSegment(image, &slot, nullptr, nullptr)
                        : daoShmReadNewest(image, read.data(), size, nullptr, nullptr),
                "read");
        const auto bytes = static_cast<off_t>(std::filesystem::file_size(name.text()));
        ASSERT_EQ(truncate(name.c_str(), bytes - static_cast<off_t>(3 * sizeof(IMAGE_KEYWORD)) - 200), 0);
        if (borrows)
            EXPECT_EQ(daoShmCheckSegmentOverwrite(image), DAO_REPLACED);
        else
            EXPECT_EQ(daoShmReadNewest(image, read.data(), size, nullptr, nullptr), DAO_REPLACED);
        EXPECT_EQ(daoShmReadNext(image, read.data(), size, nullptr, nullptr, nullptr), DAO_REPLACED);
        EXPECT_EQ(daoShmReadLast(image, read.data(), 1, nullptr), DAO_REPLACED);
    }
}

TEST(TruncatedFile, IsRecoveredAlsoWhenTheProgramTookTheDescriptor)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32);
    const std::string other = name.text() + ".other";
    const int file = open(other.c_str(), O_RDWR | O_CREAT, 0600);
    ASSERT_EQ(ftruncate(file, 100'000'000), 0); // longer than the segment
    ASSERT_EQ(dup2(file, image->shmfd), image->shmfd);
    close(file);
    ASSERT_EQ(truncate(name.c_str(), 0), 0);
    EXPECT_EQ(image->array.UI32[size - 1], 0u);
    EXPECT_EQ(image->array.UI32[0], 0u);
    EXPECT_EQ(daoShmCheckReplaced(image), DAO_REPLACED);
}

TEST(TruncatedFile, IsRecoveredAlsoWhenTheProgramClosedTheDescriptorAndErrnoIsKept)
{
    SegmentName name;
    Image image;
    image.create(name.text(), {size}, _DATATYPE_UINT32);
    ASSERT_EQ(close(image->shmfd), 0);
    ASSERT_EQ(truncate(name.c_str(), 0), 0);
    errno = 77;
    const uint32_t value = static_cast<volatile uint32_t *>(image->array.UI32)[size - 1];
    EXPECT_EQ(errno, 77);
    EXPECT_EQ(value, 0u);
    EXPECT_NE(daoShmReadNewest(image, Frame(size).data(), size, nullptr, nullptr), DAO_SUCCESS);
}

void store_in_file(const std::string &name, size_t offset, unsigned char value)
{
    const int file = open(name.c_str(), O_RDWR);
    ASSERT_EQ(pwrite(file, &value, 1, static_cast<off_t>(offset)), 1);
    close(file);
}

size_t extension_offset(const DaoSegment &segment)
{
    return (segment.file_bytes() + 63) / 64 * 64;
}

// Without a truncation, and at the same size.
TEST(ChangedDescription, CountsAsReplaced)
{
    const DaoSegment layout = layout_of(2);
    const size_t extension = extension_offset(layout);
    for (const size_t offset : {at::naxis, at::size, at::atype, at::creation_time, at::fifo_size, extension /* magic */,
                                extension + 16 /* segment id */})
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {size}, _DATATYPE_UINT32, 2, 3);
        EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS);
        const auto before = read_file(name.text())[offset];
        store_in_file(name.text(), offset, static_cast<unsigned char>(before + 1));
        EXPECT_EQ(daoShmCheckReplaced(image), DAO_REPLACED) << offset;
        EXPECT_EQ(daoShmWaitForFrame(image, 0, second_ns), DAO_REPLACED) << offset;
        store_in_file(name.text(), offset, before);
        EXPECT_EQ(daoShmCheckReplaced(image), DAO_SUCCESS) << offset;
    }
}

TEST(Epoch, BeginsAtARandomNumberOtherThanZero)
{
    const size_t offset = extension_offset(layout_of(1)) + 128;
    uint64_t epochs[2];
    for (uint64_t &epoch : epochs)
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {size}, _DATATYPE_UINT32, 1, 3);
        epoch = get<uint64_t>(read_file(name.text()).data(), offset);
        EXPECT_NE(epoch, 0u);
    }
    EXPECT_NE(epochs[0], epochs[1]);
}

// Many threads fault in one mapping at a time.
TEST(TruncatedFile, IsRecoveredForAllThreadsThatTouchIt)
{
    for (int round = 0; round < 30; ++round)
    {
        SegmentName name;
        Image image;
        image.create(name.text(), {size}, _DATATYPE_UINT32);
        std::atomic<int> ready{0};
        std::vector<std::thread> threads;
        for (uint32_t thread = 0; thread < 4; ++thread)
            threads.emplace_back([&, thread] {
                const auto *data = static_cast<const volatile uint32_t *>(image->array.V);
                for (++ready; ready < 5;)
                    (void)data[size - 1];
                for (uint32_t index = thread; index < size; ++index)
                    EXPECT_EQ(data[thread % 2 == 0 ? index : size - 1 - index], 0u);
            });
        while (ready < 4)
            std::this_thread::yield();
        ASSERT_EQ(truncate(name.c_str(), round % 2 == 0 ? 0 : 100'000), 0);
        ++ready;
        for (std::thread &thread : threads)
            thread.join();
        EXPECT_EQ(daoShmCheckReplaced(image), DAO_REPLACED);
    }
}

// Mappings come and go in some threads while others fault in theirs: no fault is taken for another mapping's.
TEST(TruncatedFile, IsRecoveredWhileOtherThreadsOpenAndClose)
{
    std::atomic<bool> over{false};
    std::atomic<uint64_t> opened{0}, recovered{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < 2; ++thread)
        threads.emplace_back([&] {
            SegmentName name;
            Image first;
            first.create(name.text(), {30}, _DATATYPE_UINT32);
            publish_as_dao(name.text(), {{30}, _DATATYPE_UINT32, 1, 0, false}, 1);
            while (!over)
            {
                Image images[100]; // more than one block of the registry
                for (Image &image : images)
                    image.open(name.text());
                for (Image &image : images)
                    ASSERT_TRUE(is_frame(image->array.UI32, 30, 1));
                opened += 100;
            }
            EXPECT_EQ(daoShmCheckReplaced(first), DAO_SUCCESS);
        });
    for (int thread = 0; thread < 2; ++thread)
        threads.emplace_back([&] {
            for (SegmentName name; !over; ++recovered)
            {
                std::filesystem::remove(name.text());
                Image image;
                image.create(name.text(), {size}, _DATATYPE_UINT32);
                ASSERT_EQ(truncate(name.c_str(), 0), 0);
                ASSERT_EQ(image->array.UI32[size / 2], 0u);
                ASSERT_EQ(daoShmCheckReplaced(image), DAO_REPLACED);
            }
        });
    std::this_thread::sleep_for(stress_time());
    for (const auto end = Clock::now() + std::chrono::minutes(1);
         (opened <= 100 || recovered <= 10) && Clock::now() < end;)
        std::this_thread::sleep_for(milliseconds(10)); // others keep the processors busy
    over = true;
    for (std::thread &thread : threads)
        thread.join();
    EXPECT_GT(opened, 100u);
    EXPECT_GT(recovered, 10u);
}

}
