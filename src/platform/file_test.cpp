// The seam's files, with the same outcome on every system.
#include "base/error.hpp"
#include "platform/platform.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <string>

namespace
{

using namespace dao::platform;
using dao::Status;
namespace fs = std::filesystem;

// A folder of its own, so that everything that remains is seen.
class PlatformFile : public ::testing::Test
{
  protected:
    PlatformFile()
    {
        folder = fs::temp_directory_path() / ("dao_platform_" + std::to_string(random_number()));
        fs::create_directory(folder);
        name = (folder / "x.im.shm").string();
    }
    ~PlatformFile() override
    {
        std::error_code ignored;
        fs::remove_all(folder, ignored);
    }

    struct Made
    {
        File file;
        Mapping mapping;
        std::string temporary;
    };

    // A file beside the name, mapped, whose first byte is `mark`.
    Made make(unsigned char mark, uint64_t bytes = 5000)
    {
        Made made;
        char temporary[512];
        EXPECT_EQ(create_beside(name.c_str(), 0600, made.file, temporary, sizeof temporary), Status::success);
        EXPECT_EQ(made.file.reserve(name.c_str(), bytes), Status::success);
        EXPECT_EQ(made.mapping.map(name.c_str(), made.file, bytes, Access::read_write), Status::success);
        made.mapping.data()[0] = mark;
        made.temporary = temporary;
        return made;
    }

    Placed place(const Made &made, bool replace) { return place_file(made.temporary.c_str(), name.c_str(), replace); }

    unsigned char first_byte()
    {
        File file;
        Mapping mapping;
        EXPECT_EQ(open_file(name.c_str(), Access::read, file), Status::success);
        EXPECT_EQ(mapping.map(name.c_str(), file, 1, Access::read), Status::success);
        return mapping.data()[0];
    }

    FileInfo query(const File &file)
    {
        FileInfo found;
        EXPECT_EQ(file.query(name.c_str(), found), Status::success);
        return found;
    }

    size_t files_left() const
    {
        const fs::directory_iterator files(folder);
        return static_cast<size_t>(std::distance(begin(files), end(files)));
    }

    fs::path folder;
    std::string name;
};

TEST_F(PlatformFile, IsWhatWasMade)
{
    Made made = make(7);
    EXPECT_EQ(query_presence(name.c_str()), Presence::absent);
    EXPECT_EQ(place(made, false), Placed::done);
    EXPECT_EQ(query_presence(name.c_str()), Presence::file);
    const FileInfo found = query(made.file);
    EXPECT_EQ(found.bytes, 5000u);
    EXPECT_GE(found.link_count, 1u);
    EXPECT_TRUE(found.is_regular);
    EXPECT_TRUE(found.is_own);
    FileIdentity now;
    ASSERT_EQ(identity_of(name.c_str(), now), Named::found);
    EXPECT_EQ(now, found.identity);
    EXPECT_EQ(first_byte(), 7);
    EXPECT_EQ(files_left(), 1u);
}

TEST_F(PlatformFile, DoesNotTakeTheNameOfAnotherUnlessAsked)
{
    const Made first = make(1);
    ASSERT_EQ(place(first, false), Placed::done);
    {
        const Made second = make(2);
        EXPECT_EQ(place(second, false), Placed::occupied);
        discard_file(second.temporary.c_str());
    }
    EXPECT_EQ(first_byte(), 1);
    EXPECT_EQ(files_left(), 1u);
}

TEST_F(PlatformFile, TakesTheNameOfOneThatIsMapped)
{
    Made first = make(1);
    ASSERT_EQ(place(first, false), Placed::done);
    const Made second = make(2, 9000);
    EXPECT_EQ(place(second, true), Placed::done);
    EXPECT_EQ(first_byte(), 2);
    EXPECT_EQ(first.mapping.data()[0], 1) << "the old one's memory stays";
    EXPECT_EQ(query(first.file).link_count, 0u);
    EXPECT_GE(query(second.file).link_count, 1u);
    first.mapping.unmap();
    first.file.close();
    EXPECT_EQ(remove_file(name.c_str()), Status::success); // also sweeps
    EXPECT_EQ(query_presence(name.c_str()), Presence::absent);
}

TEST_F(PlatformFile, GoesWithItsLastUser)
{
    {
        Made made = make(3);
        ASSERT_EQ(place(made, false), Placed::done);
        EXPECT_EQ(remove_file(name.c_str()), Status::success);
        EXPECT_EQ(query_presence(name.c_str()), Presence::absent);
        EXPECT_EQ(made.mapping.data()[0], 3);
        EXPECT_EQ(query(made.file).link_count, 0u);
    }
    EXPECT_EQ(remove_file(name.c_str()), Status::success) << "nothing happens when there is none";
    EXPECT_EQ(files_left(), 0u);
}

TEST_F(PlatformFile, ThatIsMissingOrADirectoryIsRefused)
{
    File file;
    EXPECT_EQ(open_file(name.c_str(), Access::read_write, file), Status::error);
    EXPECT_EQ(dao::base::last_error_code(), DAO_E_NOT_FOUND);
    fs::create_directory(name);
    EXPECT_EQ(query_presence(name.c_str()), Presence::other);
    EXPECT_EQ(open_file(name.c_str(), Access::read_write, file), Status::error);
    EXPECT_FALSE(file.is_open());
}

TEST_F(PlatformFile, IsLockedByOneHandleAtATime)
{
    const Made made = make(1);
    ASSERT_EQ(place(made, false), Placed::done);
    File first, second;
    dao::base::Interrupts interrupts;
    ASSERT_EQ(open_file(name.c_str(), Access::read_write, first), Status::success);
    ASSERT_EQ(open_file(name.c_str(), Access::read_write, second), Status::success);
    EXPECT_EQ(first.lock(name.c_str(), interrupts), Status::success);
    EXPECT_EQ(first_byte(), 1) << "a lock does not keep readers out";
    const int64_t begin_ns = monotonic_ns();
    EXPECT_EQ(second.lock(name.c_str(), interrupts), Status::error);
    EXPECT_EQ(dao::base::last_error_code(), DAO_E_BUSY);
    EXPECT_GE(monotonic_ns() - begin_ns, 4'900'000'000);
    first.close();
    EXPECT_EQ(second.lock(name.c_str(), interrupts), Status::success);
}

TEST_F(PlatformFile, BytesAreLockedByOneOpeningAtATimeUntilItIsClosed)
{
    const Made made = make(1);
    ASSERT_EQ(place(made, false), Placed::done);
    constexpr uint64_t position = dao::base::first_lock_position + 12345;
    File first, second, asking;
    ASSERT_EQ(open_file(name.c_str(), Access::read, asking), Status::success);
    ASSERT_TRUE(asking.open_again(name.c_str(), first));
    ASSERT_TRUE(asking.open_again(name.c_str(), second));
    EXPECT_EQ(asking.query_byte(position), ByteLock::free);
    EXPECT_EQ(first.lock_byte(position), ByteLock::own);
    EXPECT_EQ(second.lock_byte(position), ByteLock::others);
    EXPECT_EQ(second.lock_byte(position + 1), ByteLock::own);
    EXPECT_EQ(asking.query_byte(position), ByteLock::others);
    first.close();
    EXPECT_EQ(asking.query_byte(position), ByteLock::free);
    EXPECT_EQ(asking.query_byte(position + 1), ByteLock::others);
}

TEST_F(PlatformFile, MayBeReadOnly)
{
    const Made made = make(5);
    ASSERT_EQ(place(made, false), Placed::done);
    EXPECT_EQ(first_byte(), 5);
    made.mapping.data()[0] = 6;
    EXPECT_EQ(first_byte(), 6);
}

TEST(PlatformName, InTheTemporaryDirectoryIsTheSameEverywhere)
{
    const std::string base = "dao_platform_" + std::to_string(random_number()) + ".im.shm";
    const fs::path path = fs::temp_directory_path() / base;
    std::ofstream(path) << "x";
    const std::string name = "/tmp/" + base;
    const bool is_tmp = fs::exists("/tmp") && fs::equivalent("/tmp", fs::temp_directory_path());
    if (is_tmp || fs::temp_directory_path().has_root_name())
    {
        EXPECT_EQ(query_presence(name.c_str()), Presence::file);
    }
    std::error_code ignored;
    fs::remove(path, ignored);
    EXPECT_EQ(query_presence(name.c_str()), Presence::absent);
}

}
