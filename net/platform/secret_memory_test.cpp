#include "keys/keys.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <string>
#include <vector>
#ifdef __linux__
#include <unistd.h>
#endif

using namespace dao::net;

#ifdef __linux__
namespace
{

struct Mapping
{
    uintptr_t begin = 0;
    uintptr_t end = 0;
    bool is_dumped = true;
};

// What of this process's memory can be written.
std::vector<Mapping> mappings()
{
    std::vector<Mapping> all;
    std::ifstream file("/proc/self/smaps");
    for (std::string line; std::getline(file, line);)
    {
        char access[5] = "";
        unsigned long begin = 0, end = 0;
        if (std::sscanf(line.c_str(), "%lx-%lx %4s", &begin, &end, access) == 3)
        {
            if (access[0] == 'r' && access[1] == 'w')
                all.push_back({begin, end, true});
            else
                all.push_back({});
        }
        else if (line.starts_with("VmFlags:") && !all.empty())
            all.back().is_dumped = line.find(" dd") == std::string::npos;
    }
    return all;
}

// How often the text that is `mask`ed lies in memory, in that which goes into core files or in the other.
size_t count_in_memory(const std::string &masked, bool is_dumped)
{
    size_t count = 0;
    std::ifstream memory("/proc/self/mem", std::ios::binary);
    std::vector<char> bytes;
    for (const Mapping &mapping : mappings())
    {
        if (mapping.begin == mapping.end || mapping.is_dumped != is_dumped)
            continue;
        bytes.resize(mapping.end - mapping.begin);
        memory.clear();
        memory.seekg(static_cast<std::streamoff>(mapping.begin));
        if (!memory.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
            continue;
        for (char &byte : bytes) // so that no copy of what is looked for is made here
            byte = static_cast<char>(byte ^ 0x55);
        for (auto at = bytes.begin(); (at = std::search(at, bytes.end(), masked.begin(), masked.end())) != bytes.end();
             ++at)
            ++count;
        std::fill(bytes.begin(), bytes.end(), char{0});
    }
    return count;
}

std::string masked(std::string_view text)
{
    std::string result;
    for (const char byte : text)
        result += static_cast<char>(byte ^ 0x55);
    return result;
}

class KeyFile : public testing::Test
{
  protected:
    void SetUp() override
    {
#if defined(__SANITIZE_ADDRESS__)
        GTEST_SKIP() << "a sanitizer's memory is terabytes, and keeps what was freed";
#endif
        if (std::getenv("DAO_TEST_EMULATOR") != nullptr)
            GTEST_SKIP() << "qemu keeps the mark of such memory from the system";
        if (!has_encryption())
            GTEST_SKIP() << "this libzmq cannot encrypt";
        ASSERT_NE(mkdtemp(folder_.data()), nullptr);
        write_key_pair(path());
    }
    void TearDown() override
    {
        std::error_code ignored;
        std::filesystem::remove_all(folder_, ignored);
    }
    std::filesystem::path path() const { return std::filesystem::path(folder_) / "keys"; }

  private:
    std::string folder_ = (std::filesystem::temp_directory_path() / "dao_keys_XXXXXX").string();
};

}

TEST_F(KeyFile, SecretLiesOnlyInMemoryThatStaysOutOfCoreFiles)
{
    std::string looked_for;
    {
        const KeyPair keys = read_key_pair(path());
        looked_for = masked(keys.secret_key.view());
        EXPECT_GE(count_in_memory(looked_for, false), 1u); // it can be found
        EXPECT_EQ(count_in_memory(looked_for, true), 0u);
    }
    EXPECT_EQ(count_in_memory(looked_for, false), 0u);
    EXPECT_EQ(count_in_memory(looked_for, true), 0u);
}
#endif

TEST(Secret, HoldsItsTextAndAZeroBehindIt)
{
    Secret none;
    EXPECT_TRUE(none.empty());
    EXPECT_STREQ(none.c_str(), "");
    Secret one(std::string_view("abc"));
    EXPECT_EQ(one.view(), "abc");
    EXPECT_STREQ(one.c_str(), "abc");
    none = std::move(one);
    EXPECT_EQ(none.view(), "abc");
    none = {};
    EXPECT_TRUE(none.empty());
}
