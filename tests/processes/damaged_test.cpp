// Files that are no segment, or a damaged one: refused with a code and a message, never a crash; not changed.
#include "dao_bytes.hpp"
#include "extension.hpp"
#include "frames.hpp"
#include "segment_name.hpp"
#include "timing.hpp"

#include <gtest/gtest.h>
#include <random>

namespace
{

using namespace test;

const DaoSegment fifo{{5, 6}, _DATATYPE_UINT32, 3, 2, false};
const DaoSegment early{{5, 6}, _DATATYPE_UINT32, 1, 2, true};

class Damaged : public testing::Test
{
  protected:
    void refuse(const Bytes &bytes, DAO_ERROR_CODE code, const std::vector<std::string> &words)
    {
        write_file(name_.text(), bytes);
        Image image;
        for (auto *open : {daoShmShm2Img, daoShmOpenReadOnly})
        {
            EXPECT_EQ(open(name_.c_str(), image), DAO_ERROR);
            EXPECT_EQ(daoLastErrorCode(), code) << daoLastErrorMessage();
            EXPECT_NE(image->used, 1);
            const std::string message = daoLastErrorMessage();
            EXPECT_NE(message.find(name_.text()), std::string::npos) << message;
            for (const std::string &word : words)
                EXPECT_NE(message.find(word), std::string::npos) << "no \"" << word << "\" in: " << message;
        }
        EXPECT_EQ(image.try_create(name_.text(), {5, 6}, _DATATYPE_UINT32), DAO_ERROR) << "nothing is lost";
        EXPECT_EQ(daoShmRemove(name_.c_str()), DAO_ERROR);
        EXPECT_EQ(read_file(name_.text()), bytes);
        std::filesystem::remove(name_.text());
    }

    Bytes made(const DaoSegment &segment) { return make_bytes(segment, name_.text()); }
    template <class T>
    Bytes with(const DaoSegment &segment, size_t offset, T value)
    {
        Bytes bytes = made(segment);
        put(bytes, offset, value);
        return bytes;
    }

    // Makes calls of every kind, whatever comes of them.
    static void use(Image &image)
    {
        std::vector<uint64_t> room(1000);
        uint32_t count = 0;
        void *slot = nullptr;
        (void)daoShmReadNewest(image, room.data(), image->md->nelement, nullptr, nullptr);
        (void)daoShmReadNext(image, room.data(), image->md->nelement, nullptr, nullptr, nullptr);
        (void)daoShmGetNewestSegment(image, &slot, nullptr, nullptr);
        (void)daoShmCountKeywords(image, &count);
        (void)daoShmCountReaders(image, &count);
        (void)daoShmSetKeywordLong(image, "K", 1, nullptr);
        (void)daoShmWaitForFrame(image, 0, 0);
        (void)daoShmImage2Shm(room.data(), 30, image);
        (void)daoSemPostAll(image);
        (void)image.info();
    }

    SegmentName name_;
};

TEST_F(Damaged, FilesOfTheWrongSizeAreRefused)
{
    for (const DaoSegment &segment : {fifo, early})
    {
        const Bytes bytes = made(segment);
        for (const long difference : {-1L, 1L, -8L, 8L, -120L, 120L, 64L, 20'000L})
        {
            Bytes other = bytes;
            other.resize(static_cast<size_t>(static_cast<long>(bytes.size()) + difference));
            refuse(other, DAO_E_FORMAT, {std::to_string(other.size()), "bytes"});
        }
    }
}

TEST_F(Damaged, FilesCutAnywhereAreRefused)
{
    const Bytes bytes = made(fifo);
    for (const size_t length : {size_t{1}, size_t{4}, size_t{79}, size_t{104}, size_t{4295}, size_t{4297}, size_t{4303},
                                size_t{4304}, size_t{8608}, bytes.size() / 2})
        refuse(Bytes(bytes.begin(), bytes.begin() + static_cast<long>(length)), DAO_E_FORMAT, {std::to_string(length)});
}

TEST_F(Damaged, FieldsThatContradictAreRefused)
{
    for (const DaoSegment &segment : {fifo, early})
    {
        refuse(with(segment, at::naxis, uint8_t{0}), DAO_E_FORMAT, {"axes", "1 to 3"});
        refuse(with(segment, at::naxis, uint8_t{4}), DAO_E_FORMAT, {"axes", "4"});
        refuse(with(segment, at::naxis, uint8_t{255}), DAO_E_FORMAT, {"axes", "255"});
        refuse(with(segment, at::naxis, uint8_t{1}), DAO_E_FORMAT, {"30", "5"});
        refuse(with(segment, at::size, 0u), DAO_E_FORMAT, {"axis 0"});
        refuse(with(segment, at::size + 4, 0u), DAO_E_FORMAT, {"axis 1"});
        refuse(with(segment, at::size, 6u), DAO_E_FORMAT, {"30", "36"});
        refuse(with(segment, at::nelement, uint64_t{31}), DAO_E_FORMAT, {"31", "30"});
        refuse(with(segment, at::nelement, UINT64_MAX), DAO_E_FORMAT, {"30"});
        refuse(with(segment, at::atype, uint8_t{0}), DAO_E_FORMAT, {"type", "0"});
        refuse(with(segment, at::atype, uint8_t{13}), DAO_E_FORMAT, {"type", "13"});
        refuse(with(segment, at::atype, uint8_t{10}), DAO_E_FORMAT, {"bytes"});
        refuse(with(segment, at::NBkw, uint16_t{3}), DAO_E_FORMAT, {"bytes"});
        refuse(with(segment, at::NBkw, uint16_t{65535}), DAO_E_FORMAT, {"bytes"});
    }
    for (const uint32_t depth : {0u, 1u, 2u, 4u, 0xffffffffu})
        refuse(with(fifo, at::fifo_size, depth), DAO_E_FORMAT, {"bytes"});
    for (const uint32_t newest : {3u, 0x80000000u, 0xffffffffu})
        refuse(with(fifo, at::fifo_last_written, newest), DAO_E_FORMAT, {});
}

TEST_F(Damaged, SizesThatOverflowAreRefused)
{
    Bytes bytes = made(fifo);
    put(bytes, at::size, 0xffffffffu);
    put(bytes, at::size + 4, 0xffffffffu);
    put(bytes, at::nelement, uint64_t{0xffffffff} * 0xffffffff);
    refuse(bytes, DAO_E_FORMAT, {});
    put(bytes, at::naxis, uint8_t{3});
    put(bytes, at::size, 1u << 31);
    put(bytes, at::size + 4, 1u << 31);
    put(bytes, at::size + 8, 4u);
    put(bytes, at::nelement, uint64_t{0}); // 2^64, wrapped
    refuse(bytes, DAO_E_FORMAT, {});
}

TEST_F(Damaged, TextZerosAndNoiseAreRefused)
{
    refuse(Bytes(10'000, 'a'), DAO_E_FORMAT, {"not a segment"});
    refuse(Bytes(10'000, 0), DAO_E_FORMAT, {"not a segment"});
    refuse(Bytes(10'000, 0xff), DAO_E_FORMAT, {"not a segment"});
    refuse(Bytes(5, 'a'), DAO_E_FORMAT, {"5", "4296"});
    std::mt19937 random(1);
    for (int round = 0; round < 50; ++round)
    {
        Bytes noise(4000 + 300 * static_cast<size_t>(round));
        for (unsigned char &byte : noise)
            byte = static_cast<unsigned char>(random());
        refuse(noise, DAO_E_FORMAT, {"not a segment"});
    }
}

TEST_F(Damaged, SegmentsOfOtherSystemsAreNamed)
{
    Bytes newer(20'000);
    std::memcpy(newer.data(), "DSHM", 4);
    refuse(newer, DAO_E_FOREIGN, {"newer DAO", "DSHM"});
    for (const char *version : {"1.00", "2.00.01", "0.9.12"})
    {
        Bytes milk(20'000);
        std::memcpy(milk.data(), version, std::strlen(version));
        refuse(milk, DAO_E_FOREIGN, {"ImageStreamIO"});
    }
}

// One byte of a good segment changed: opened or refused, and when opened, used without a crash.
TEST_F(Damaged, AnyByteMayBeWrongWithoutACrash)
{
    SegmentName own_name;
    Bytes own;
    {
        Image image;
        image.create(own_name.text(), {5, 6}, _DATATYPE_UINT32, 3, 2);
        Frame frame(30);
        require(daoShmImage2Shm(frame.data(), 30, image), "publish");
        own = read_file(own_name.text());
    }
    const size_t extension = (fifo.file_bytes() + 63) / 64 * 64;
    std::mt19937 random(2);
    int opened = 0;
    for (const Bytes &good : {own, made(fifo), made(early)})
        for (size_t offset = 80; offset < good.size(); ++offset)
        {
            const bool in_head = offset < 200 || (offset >= 4280 && offset < 4304);
            const bool in_extension = good.size() == own.size() && offset >= extension && offset < extension + 128;
            if (!in_head && !in_extension)
                continue;
            Bytes bytes = good;
            bytes[offset] = static_cast<unsigned char>(bytes[offset] ^ (random() | 1));
            write_file(name_.text(), bytes);
            Image image;
            if (image.try_open(name_.text()) != DAO_SUCCESS)
            {
                ASSERT_NE(daoLastErrorCode(), DAO_E_NONE);
                continue;
            }
            ++opened;
            use(image);
        }
    EXPECT_GT(opened, 100) << "most fields do not matter for opening";
}

TEST_F(Damaged, SemaphoreCountOfRubbishIsNoWayOut)
{
    for (const DaoSegment &segment : {fifo, early})
        for (const uint16_t count : {uint16_t{0}, uint16_t{11}, uint16_t{32}, uint16_t{65535}})
        {
            write_file(name_.text(), with(segment, at::sem, count));
            Image image;
            if (image.try_open(name_.text()) != DAO_SUCCESS)
                continue;
            const timespec past{1, 0};
            (void)daoSemPostAll(image);
            EXPECT_EQ(daoSemPost(image, 10), DAO_ERROR);
            EXPECT_NE(daoShmWaitForSemaphoreTimeout(image, 12, &past), DAO_SUCCESS);
            uint32_t data[30] = {};
            EXPECT_EQ(daoShmImage2Shm(data, 30, image), DAO_SUCCESS);
        }
}

// Nobody holds them, and nobody would free them.
TEST_F(Damaged, LocksThatNameNobodyAreTaken)
{
    Image image;
    image.create(name_.text(), {5, 6}, _DATATYPE_UINT32, 3, 2);
    Frame frame(30);
    for (const uint64_t nonsense : {uint64_t{1}, uint64_t{1} << 15, uint64_t{0xffff}})
    {
        extension_of(image).writer_lock = nonsense;
        extension_of(image).keyword_lock = nonsense;
        EXPECT_EQ(daoShmImage2Shm(frame.data(), 30, image), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(daoShmSetKeywordLong(image, "K", 1, nullptr), DAO_SUCCESS) << daoLastErrorMessage();
    }
}

// The process that they name lives, and holds none of them.
TEST_F(Damaged, LocksThatSayOfThisProcessWhatItNeverDoesAreTaken)
{
    Image image;
    image.create(name_.text(), {5, 6}, _DATATYPE_UINT32, 3, 2);
    Frame frame(30);
    require(daoShmImage2Shm(frame.data(), 30, image), "publish");
    dao::format::Extension &extension = extension_of(image);
    const uint64_t own = extension.last_writer;
    for (const uint64_t nonsense : {uint64_t{1}, uint64_t{1} << 15, uint64_t{0xffff}})
    {
        extension.keyword_lock = own | nonsense;
        EXPECT_EQ(daoShmSetKeywordLong(image, "K", 1, nullptr), DAO_SUCCESS) << daoLastErrorMessage();
        EXPECT_EQ(extension.keyword_lock, 0u);
    }
    extension.writer_lock = own | 3;
    EXPECT_EQ(daoShmImage2Shm(frame.data(), 30, image), DAO_SUCCESS) << daoLastErrorMessage();
}

// Another process may write nonsense into the shared words at any time.
TEST_F(Damaged, WordsThatTurnToNonsenseWhileOpenDoNotLeadOutside)
{
    for (const bool own : {true, false})
    {
        SegmentName name;
        Image image;
        if (own)
            image.create(name.text(), {5, 6}, _DATATYPE_UINT32, 3, 2);
        else
        {
            write_file(name.text(), make_bytes(fifo, name.text()));
            image.open(name.text());
        }
        Frame frame(30);
        void *slot = nullptr;
        for (const uint32_t nonsense : {3u, 1000u, 0x7fffffffu, 0xffffffffu})
        {
            image->md->fifo_last_written = nonsense;
            (void)daoShmReadNewest(image, frame.data(), 30, nullptr, nullptr);
            (void)daoShmGetNewestSegment(image, &slot, nullptr, nullptr);
            EXPECT_GE(slot, image->array.V);
            EXPECT_LT(slot, static_cast<void *>(image->array.UI32 + 90));
            image->md->fifo_last_written = nonsense;
            image->md->fifo_size = nonsense;
            image->md->nelement = nonsense;
            image->md->NBkw = 60000;
            EXPECT_EQ(daoShmImage2Shm(frame.data(), 30, image), DAO_SUCCESS);
            EXPECT_LT(image->md->fifo_last_written, 3u);
            uint32_t count = 9;
            EXPECT_EQ(daoShmCountKeywords(image, &count), DAO_SUCCESS);
            EXPECT_EQ(count, 0u);
        }
    }
}

}
