#include "files/npy_header.hpp"

#include <random>
#include <sstream>

#include <gtest/gtest.h>

#include "frame/element_types.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

TEST(NpyHeader, OwnHeadersOfEveryTypeAreReadBack)
{
    for (const std::string &name : type_names())
        for (const std::vector<uint64_t> &shape :
             {std::vector<uint64_t>{7}, {1, 2, 3}, {18'446'744'073'709'551'615U, 4'294'967'295U, 4'294'967'295U, 1}})
        {
            const Geometry written{type_from_name(name), shape};
            std::istringstream stream(npy_header(written) + "data");
            const NpyHeader read = read_npy_header(stream, "a.npy");
            EXPECT_EQ(read.geometry, written);
            EXPECT_FALSE(read.is_big_endian || read.is_fortran_order);
            std::string rest;
            stream >> rest;
            EXPECT_EQ(rest, "data");
        }
}

TEST(NpyHeader, IsOfOneLength)
{
    const size_t length = npy_header({type_from_name("uint8"), {0, 1}}).size();
    EXPECT_EQ(length % 64, 0U); // NumPy aligns the data
    EXPECT_EQ(npy_header({type_from_name("complex128"), {UINT64_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}}).size(),
              length);
}

TEST(NpyHeader, DamagedHeadersAreRefusedAndNothingElse)
{
    std::mt19937 random(3);
    const std::string whole = npy_header({type_from_name("float32"), {100, 4, 5}});
    for (int round = 0; round < 50'000; ++round)
    {
        std::string text = whole;
        for (size_t change = 0; change < random() % 6; ++change)
            text[random() % 90] = static_cast<char>(random());
        text.resize(random() % 4 == 0 ? random() % text.size() : text.size());
        std::istringstream stream(text);
        try
        {
            const NpyHeader header = read_npy_header(stream, "a.npy");
            EXPECT_GT(daoTypeSize(header.geometry.atype), 0U);
        }
        catch (const ToolError &error)
        {
            EXPECT_NE(std::string(error.what()).find("a.npy"), std::string::npos);
        }
    }
}

}
