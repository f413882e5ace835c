// Create and open with bad input: an error that names the thing, what was found and what was expected; no file remains.
#include "image.hpp"
#include "segment_name.hpp"

#include <fstream>
#include <gtest/gtest.h>
#include <limits>

namespace
{

using namespace test;

// The last call failed with `code`, and its message has each of the words.
void expect_failure(DAO_ERROR_CODE code, const std::vector<std::string> &words)
{
    EXPECT_EQ(daoLastErrorCode(), code) << daoLastErrorMessage();
    const std::string message = daoLastErrorMessage();
    for (const std::string &word : words)
        EXPECT_NE(message.find(word), std::string::npos) << "no \"" << word << "\" in: " << message;
}

class BadCreate : public testing::TestWithParam<int>
{
  protected:
    void refuse(const Shape &shape, int type, uint32_t depth, int keywords, DAO_ERROR_CODE code,
                std::vector<std::string> words)
    {
        Image image;
        ASSERT_EQ(image.try_create(name_.text(), shape, static_cast<uint8_t>(type), depth, keywords, GetParam()),
                  DAO_ERROR);
        words.push_back(name_.text());
        expect_failure(code, words);
        EXPECT_EQ(name_.file_count(), 0u);
        EXPECT_NE(image->used, 1);
        EXPECT_EQ(daoShmCloseShm(image), DAO_SUCCESS);
    }

    SegmentName name_;
};

TEST_P(BadCreate, NumberOfAxesOutsideOneToThree)
{
    refuse({}, _DATATYPE_FLOAT, 1, 0, DAO_E_SHAPE, {"axes", "0", "1 to 3"});
    refuse({2, 2, 2, 2}, _DATATYPE_FLOAT, 1, 0, DAO_E_SHAPE, {"axes", "4", "1 to 3"});
    for (const long naxis : {-1L, 256L, 257L, std::numeric_limits<long>::max()})
    {
        Image image;
        uint32_t size[3] = {2, 2, 2};
        EXPECT_EQ(daoShmImageCreate(image, name_.c_str(), naxis, size, _DATATYPE_FLOAT, GetParam(), 0), DAO_ERROR);
        expect_failure(DAO_E_SHAPE, {std::to_string(naxis), "1 to 3"});
    }
    EXPECT_EQ(name_.file_count(), 0u);
}

TEST_P(BadCreate, AxisOfZero)
{
    refuse({0}, _DATATYPE_FLOAT, 1, 0, DAO_E_SHAPE, {"axis 0", "at least 1"});
    refuse({3, 0}, _DATATYPE_FLOAT, 1, 0, DAO_E_SHAPE, {"axis 1", "at least 1"});
    refuse({3, 4, 0}, _DATATYPE_FLOAT, 1, 0, DAO_E_SHAPE, {"axis 2", "at least 1"});
}

TEST_P(BadCreate, UnknownElementType)
{
    refuse({3}, 0, 1, 0, DAO_E_TYPE, {"type 0"});
    refuse({3}, 13, 1, 0, DAO_E_TYPE, {"type 13"});
    refuse({3}, 255, 1, 0, DAO_E_TYPE, {"type 255"});
}

TEST_P(BadCreate, DepthOfZero)
{
    refuse({3}, _DATATYPE_FLOAT, 0, 0, DAO_E_SHAPE, {"depth", "0", "at least 1"});
}

TEST_P(BadCreate, KeywordCountOutsideItsRange)
{
    refuse({3}, _DATATYPE_FLOAT, 1, -1, DAO_E_KEYWORD, {"-1", "65535"});
    refuse({3}, _DATATYPE_FLOAT, 1, 65536, DAO_E_KEYWORD, {"65536", "65535"});
}

TEST_P(BadCreate, SizesThatOverflow)
{
    constexpr uint32_t most = 0xffffffff;
    refuse({most, most, most}, _DATATYPE_COMPLEX_DOUBLE, 1, 0, DAO_E_SHAPE, {"more bytes than a file can"});
    refuse({most, most}, _DATATYPE_COMPLEX_DOUBLE, most, 0, DAO_E_SHAPE, {"more bytes than a file can"});
    refuse({1u << 31, 1u << 31, 4}, _DATATYPE_UINT8, 1, 0, DAO_E_SHAPE, {"more bytes than a file can"});
}

TEST_P(BadCreate, SizeThatDoesNotFit)
{
    Image image; // 2^60 bytes: a legal size that no file system and no memory has
    EXPECT_EQ(image.try_create(name_.text(), {1u << 30, 1u << 30}, _DATATYPE_UINT8, 1, 0, GetParam()), DAO_ERROR);
    const DAO_ERROR_CODE code = daoLastErrorCode();
    EXPECT_TRUE(code == DAO_E_NO_SPACE || code == DAO_E_NO_MEMORY) << daoLastErrorMessage();
    expect_failure(code, {name_.text()});
    EXPECT_EQ(name_.file_count(), 0u);
}

TEST_P(BadCreate, NullPointersAndNames)
{
    uint32_t size[1] = {4};
    Image image;
    EXPECT_EQ(daoShmImageCreate(nullptr, name_.c_str(), 1, size, _DATATYPE_FLOAT, GetParam(), 0), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"image", "null"});
    EXPECT_EQ(daoShmImageCreate_FIFO(nullptr, name_.c_str(), 1, size, _DATATYPE_FLOAT, GetParam(), 0, 2), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"image", "null"});
    EXPECT_EQ(daoShmImageCreate(image, nullptr, 1, size, _DATATYPE_FLOAT, GetParam(), 0), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"name", "null"});
    EXPECT_EQ(daoShmImageCreate(image, name_.c_str(), 1, nullptr, _DATATYPE_FLOAT, GetParam(), 0), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"sizes", "null", name_.text()});
    EXPECT_EQ(daoShmImageCreate(image, "", 1, size, _DATATYPE_FLOAT, GetParam(), 0), DAO_ERROR);
    expect_failure(DAO_E_NAME, {"empty"});
    const std::string long_name = name_.folder().string() + "/" + std::string(80, 'n');
    EXPECT_EQ(daoShmImageCreate(image, long_name.c_str(), 1, size, _DATATYPE_FLOAT, GetParam(), 0), DAO_ERROR);
    expect_failure(DAO_E_NAME, {std::to_string(long_name.size()), "79"});
    EXPECT_EQ(name_.file_count(), 0u);
}

INSTANTIATE_TEST_SUITE_P(Kinds, BadCreate, testing::Values(1, 0),
                         [](const auto &row) { return row.param ? "Shared" : "Private"; });

TEST(Names, SeventyNineBytesAreTakenAndEightyAreNot)
{
    SegmentName base;
    const std::string start = base.folder().string() + "/";
    ASSERT_LT(start.size(), 70u);
    const std::string longest = start + std::string(79 - start.size(), 'n');
    Image image;
    EXPECT_EQ(image.try_create(longest, {4}, _DATATYPE_FLOAT), DAO_SUCCESS) << daoLastErrorMessage();
    EXPECT_EQ(std::string(image->md->name), longest);
    EXPECT_EQ(daoShmRemove(longest.c_str()), DAO_SUCCESS);
    Image other;
    EXPECT_EQ(other.try_create(longest + "n", {4}, _DATATYPE_FLOAT), DAO_ERROR);
    expect_failure(DAO_E_NAME, {"80", "79"});
    EXPECT_EQ(other.try_open(longest + "n"), DAO_ERROR);
    expect_failure(DAO_E_NAME, {"80", "79"});
    EXPECT_EQ(base.file_count(), 0u);
}

TEST(CreateWith, BadOptionsAreRefused)
{
    SegmentName name;
    Image image;
    const uint32_t size[1] = {4};
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.keywords = 65536;
    EXPECT_EQ(daoShmImageCreateWith(image, name.c_str(), 1, size, _DATATYPE_FLOAT, &options), DAO_ERROR);
    expect_failure(DAO_E_KEYWORD, {"65536", "65535", name.text()});
    EXPECT_EQ(daoShmImageCreateWith(image, name.c_str(), 1, nullptr, _DATATYPE_FLOAT, nullptr), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"sizes"});
    EXPECT_EQ(daoShmImageCreateWith(image, nullptr, 1, size, _DATATYPE_FLOAT, nullptr), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"name"});
    EXPECT_EQ(daoShmImageCreateWith(nullptr, name.c_str(), 1, size, _DATATYPE_FLOAT, nullptr), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"image"});
    EXPECT_EQ(name.file_count(), 0u);
}

TEST(Init1D, BadInputLeavesANullPointerAndNoFile)
{
    SegmentName name;
    IMAGE *image = nullptr;
    EXPECT_EQ(daoShmInit1D(name.c_str(), 4, nullptr), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"null"});
    image = reinterpret_cast<IMAGE *>(&name);
    EXPECT_EQ(daoShmInit1D(nullptr, 4, &image), DAO_ERROR);
    EXPECT_EQ(image, nullptr);
    EXPECT_EQ(daoShmInit1D(name.c_str(), 0, &image), DAO_ERROR);
    expect_failure(DAO_E_SHAPE, {name.text(), "at least 1"});
    EXPECT_EQ(image, nullptr);
    EXPECT_EQ(name.file_count(), 0u);
}

TEST(Open, BadInputIsRefused)
{
    SegmentName name;
    Image image;
    for (auto *open : {daoShmShm2Img, daoShmOpenReadOnly})
    {
        EXPECT_EQ(open(nullptr, image), DAO_ERROR);
        expect_failure(DAO_E_ARGUMENT, {"name", "null"});
        EXPECT_EQ(open(name.c_str(), nullptr), DAO_ERROR);
        expect_failure(DAO_E_ARGUMENT, {"image", "null"});
        EXPECT_EQ(open("", image), DAO_ERROR);
        expect_failure(DAO_E_NAME, {"empty"});
        EXPECT_EQ(open(name.c_str(), image), DAO_ERROR);
        expect_failure(DAO_E_NOT_FOUND, {name.text()});
        EXPECT_EQ(open((name.folder() / "none" / "x.im.shm").string().c_str(), image), DAO_ERROR);
        expect_failure(DAO_E_NOT_FOUND, {"x.im.shm"});
    }
    EXPECT_EQ(daoShmRemove(nullptr), DAO_ERROR);
    expect_failure(DAO_E_ARGUMENT, {"name", "null"});
    EXPECT_EQ(daoShmRemove(""), DAO_ERROR);
    expect_failure(DAO_E_NAME, {"empty"});
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_ERROR);
    expect_failure(DAO_E_NOT_FOUND, {name.text()});
    EXPECT_EQ(name.file_count(), 0u);
}

TEST(Create, AFileThatIsNoSegmentIsLeftAsItIs)
{
    SegmentName name;
    const std::string text(10'000, 't');
    std::ofstream(name.text()) << text;
    Image image;
    EXPECT_EQ(image.try_create(name.text(), {4}, _DATATYPE_FLOAT), DAO_ERROR);
    expect_failure(DAO_E_EXISTS, {name.text(), "not a segment"});
    EXPECT_EQ(image.try_open(name.text()), DAO_ERROR);
    expect_failure(DAO_E_FORMAT, {name.text()});
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_ERROR);
    std::ifstream file(name.text());
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), text);
    EXPECT_EQ(name.file_count(), 1u);
}

TEST(Create, AnEmptyFileIsTakenForTheSegment)
{
    SegmentName name;
    std::ofstream(name.text()).close();
    Image image;
    EXPECT_EQ(image.try_open(name.text()), DAO_ERROR);
    expect_failure(DAO_E_FORMAT, {name.text(), "empty"});
    EXPECT_EQ(image.try_create(name.text(), {4}, _DATATYPE_FLOAT), DAO_SUCCESS) << daoLastErrorMessage();
    Image other;
    EXPECT_EQ(other.try_open(name.text()), DAO_SUCCESS);
    EXPECT_EQ(name.file_count(), 1u);
}

TEST(Create, AFolderThatDoesNotExistIsNamed)
{
    SegmentName name;
    const std::string inside = (name.folder() / "none" / "x.im.shm").string();
    Image image;
    EXPECT_EQ(image.try_create(inside, {4}, _DATATYPE_FLOAT), DAO_ERROR);
    expect_failure(DAO_E_NOT_FOUND, {inside});
    EXPECT_EQ(name.file_count(), 0u);
}

TEST(Create, AFolderUnderTheNameIsRefused)
{
    SegmentName name;
    std::filesystem::create_directory(name.text());
    Image image;
    EXPECT_EQ(image.try_create(name.text(), {4}, _DATATYPE_FLOAT), DAO_ERROR);
    expect_failure(DAO_E_EXISTS, {name.text()});
    EXPECT_EQ(image.try_open(name.text()), DAO_ERROR);
    expect_failure(daoLastErrorCode(), {name.text()});
    EXPECT_EQ(daoShmRemove(name.c_str()), DAO_ERROR);
    EXPECT_TRUE(std::filesystem::is_directory(name.text()));
}

}
