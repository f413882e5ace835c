#include "files/python_literal.hpp"

#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

namespace daoshm
{

namespace
{

using Kind = PythonLiteral::Kind;

std::string refusal_of(const std::string &text)
{
    try
    {
        parse_python_literal(text);
    }
    catch (const std::invalid_argument &error)
    {
        return error.what();
    }
    return "";
}

}

TEST(PythonLiteral, ReadsEachKind)
{
    EXPECT_EQ(parse_python_literal("'a'").text, "a");
    EXPECT_EQ(parse_python_literal("\"it's\"").text, "it's");
    EXPECT_EQ(parse_python_literal("'a' \"b\"\n'c'").text, "abc");
    EXPECT_EQ(parse_python_literal("u'a\\'\\\\'").text, "a'\\");
    EXPECT_EQ(parse_python_literal("18446744073709551615").number, UINT64_MAX);
    EXPECT_EQ(parse_python_literal("1_000L").number, 1000U);
    EXPECT_EQ(parse_python_literal("0xFf").number, 255U);
    EXPECT_EQ(parse_python_literal("0o17").number, 15U);
    EXPECT_EQ(parse_python_literal("0B11").number, 3U);
    EXPECT_TRUE(parse_python_literal("- 5").is_negative);
    EXPECT_EQ(parse_python_literal("True").number, 1U);
    EXPECT_EQ(parse_python_literal("False").kind, Kind::boolean);
    EXPECT_EQ(parse_python_literal(" None # nothing").kind, Kind::none);
}

TEST(PythonLiteral, ReadsEscapedCharactersOfASCII)
{
    EXPECT_EQ(parse_python_literal("'\\x3cf4'").text, "<f4");
    EXPECT_EQ(parse_python_literal("'\\u003Cf4'").text, "<f4");
    EXPECT_EQ(parse_python_literal("'\\74f4'").text, "<f4");
    EXPECT_EQ(parse_python_literal("'\\0'").text, std::string(1, '\0'));
    EXPECT_EQ(parse_python_literal("r'\\x3c' '\\x3c'").text, "\\x3c<");
    for (const char *text : {"'\\x3'", "'\\x3g'", "'\\xff'", "'\\u00'", "'\\", "'\\x", "'\\q'", "'\\9'"})
        EXPECT_NE(refusal_of(text), "") << text;
}

TEST(PythonLiteral, OneInRoundBracketsIsATupleOnlyWithAComma)
{
    EXPECT_EQ(parse_python_literal("()").kind, Kind::tuple);
    EXPECT_EQ(parse_python_literal("(5)").kind, Kind::number);
    EXPECT_EQ(parse_python_literal("((5))").number, 5U);
    EXPECT_EQ(parse_python_literal("(5,)").items.size(), 1U);
    EXPECT_EQ(parse_python_literal("(5, 6)").items[1].number, 6U);
    EXPECT_EQ(parse_python_literal("[5]").kind, Kind::list);
}

TEST(PythonLiteral, FindsTheLastValueOfAKey)
{
    const PythonLiteral literal = parse_python_literal("{'a': 1, 'b': (2, 3), 'a': 4,}");
    ASSERT_NE(literal.find("a"), nullptr);
    EXPECT_EQ(literal.find("a")->number, 4U);
    EXPECT_EQ(literal.find("b")->items.size(), 2U);
    EXPECT_EQ(literal.find("c"), nullptr);
    EXPECT_EQ(parse_python_literal("['a', 1]").find("a"), nullptr);
}

TEST(PythonLiteral, SaysWhatItCannotRead)
{
    for (const char *text : {"",          " ",
                             "#",         "'",
                             "'a",        "'a\n'",
                             "'\\n'",     "'\\",
                             "(",         "(,)",
                             "(1",        "(1,",
                             "(1 2)",     "[1}",
                             "{1}",       "{1:}",
                             "{1:2",      "{'a' 1}",
                             "-",         "+",
                             "--1",       "0x",
                             "0b2",       "1.5",
                             "1e5",       "1a",
                             "True1",     "true",
                             "u",         "f'a'",
                             "f()",       "1 2",
                             "a.b",       "99999999999999999999",
                             "{'a': 1}}", ",",
                             ":",         "@"})
        EXPECT_NE(refusal_of(text), "") << text;
    EXPECT_NE(refusal_of(std::string("'a\0", 3)), "");
    EXPECT_EQ(refusal_of(std::string("'a\0b'", 5)), "");
}

TEST(PythonLiteral, DeepAndLongTextsAreBounded)
{
    for (const char bracket : {'(', '[', '{'})
        EXPECT_NE(refusal_of(std::string(1'000'000, bracket)).find("levels"), std::string::npos);
    EXPECT_EQ(refusal_of("(" + std::string(1'000'000, ' ') + ")"), "");
    EXPECT_EQ(refusal_of(std::string(1'000'000, '#')), "no value at character 1000000");
    EXPECT_NE(refusal_of(std::string(1'000'000, '1')).find("64 bits"), std::string::npos);
}

TEST(PythonLiteral, NoTextBreaksIt)
{
    const std::string characters = "{}()[]'\":,#\\ \n\t019xXobL_+-.TrueFalsNone\xff\x01u\0";
    std::mt19937 random(7);
    const std::string seed = "{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 0x3), }";
    for (int round = 0; round < 50'000; ++round)
    {
        std::string text = round % 2 == 0 ? seed : std::string(random() % 40, ' ');
        for (size_t change = 0; change < 1 + random() % 8 && !text.empty(); ++change)
            text[random() % text.size()] = characters[random() % characters.size()];
        text.resize(random() % 3 == 0 ? random() % (text.size() + 1) : text.size());
        refusal_of(text);
    }
}

}
