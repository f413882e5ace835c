// What a user types: whole command lines, and each kind of text in them. Nothing is run. A command line is taken or
// refused as wrong usage; what is told of it does not command the terminal.
#include "frames.hpp"

#include "commands/commands.hpp"
#include "files/python_literal.hpp"
#include "frame/element_types.hpp"
#include "frame/geometry.hpp"
#include "frame/pattern.hpp"
#include "network/address.hpp"
#include "segments/segment_name.hpp"
#include "text/numbers.hpp"
#include "text/parse.hpp"
#include "text/printable.hpp"

#include <array>
#include <cmath>
#include <limits>

using namespace fuzz;

namespace
{

// The commands and options there are.
std::vector<std::string> known_words(CLI::App &app)
{
    std::vector<std::string> words{"--help", "--version", "--", "-", ""};
    for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; }))
    {
        words.push_back(command->get_name());
        for (CLI::Option *option : command->get_options())
            words.push_back(option->get_name(false, false));
    }
    return words;
}

std::string some_word(Input &input, const std::vector<std::string> &known)
{
    static constexpr std::array<const char *, 14> values{"wfs",  "128x128",  "float32", "10s",   "1e400", "nan", "-1",
                                                         "0x10", "host:1:a", "a.fits",  "a.npy", "1+2j",  "018", "1,2"};
    switch (input.below(4))
    {
    case 0:
        return values[input.below(values.size())];
    case 1:
        return input.text(30);
    default:
        return known[input.take<uint16_t>() % known.size()];
    }
}

void parse_command_line(Input &input)
{
    daoshm::Tool tool;
    tool.app.name("daoshm");
    tool.app.require_subcommand(1);
    daoshm::add_commands(tool);
    static const std::vector<std::string> known = known_words(tool.app);
    std::vector<std::string> words{"daoshm"};
    for (uint32_t count = 1 + input.below(8); count > 0; --count)
        words.push_back(some_word(input, known));
    std::vector<const char *> pointers;
    for (const std::string &word : words)
        pointers.push_back(word.c_str());
    try
    {
        tool.app.parse(static_cast<int>(pointers.size()), pointers.data());
        require(static_cast<bool>(tool.run), "what is taken can be run");
    }
    catch (const CLI::ParseError &error)
    {
        std::ostringstream output, errors;
        (void)tool.app.exit(error, output, errors);
        require(!output.str().empty() || !errors.str().empty(), "what is refused has a cause");
    }
}

void parse_numbers(const std::string &text)
{
    if (const auto number = daoshm::parse_signed(text))
        require(daoshm::is_integer_text(text) && daoshm::parse_signed(std::to_string(*number)) == number,
                "an integer is the one that was typed");
    if (const auto number = daoshm::parse_unsigned(text))
        require(daoshm::parse_unsigned(std::to_string(*number)) == number, "and one without a sign");
    if (const auto number = daoshm::parse_real(text))
        require(daoshm::is_number_text(text), "a number has its form");
    (void)daoshm::is_exact_integer(text, 1e300);
    (void)is_done([&] { require(daoshm::parse_duration(text) > 0, "a time is not negative"); });
    (void)is_done([&] { require(daoshm::parse_time_limit(text) >= -1, "nor a limit"); });
}

void parse_names(const std::string &text)
{
    (void)is_done([&] {
        const auto address = daoshm::parse_address(text);
        if (!address)
            return;
        require(address->port > 0 && address->port <= 65535 && !address->host.empty(),
                "an address can be connected to");
        const auto again = daoshm::parse_address(daoshm::address_text(*address));
        require(again && again->host == address->host && again->port == address->port && again->topic == address->topic,
                "an address is shown so that it can be typed");
    });
    (void)is_done([&] { (void)daoshm::parse_publisher(text); });
    (void)is_done([&] {
        const auto shape = daoshm::parse_shape(text);
        require(!shape.empty() && shape.size() <= 3, "a shape has one to three axes");
        require(std::count(shape.begin(), shape.end(), 0U) == 0, "none of them 0");
    });
    (void)is_done([&] { require(daoTypeSize(daoshm::type_from_name(text)) > 0, "a type has a size"); });
    (void)is_done([&] { require(!daoshm::find_segment(text).empty(), "a name has a path"); });
    (void)is_done([&] { require(!daoshm::new_segment_path(text).empty(), "also one that is new"); });
    for (const uint8_t atype :
         std::initializer_list<uint8_t>{_DATATYPE_UINT8, _DATATYPE_FLOAT, _DATATYPE_COMPLEX_DOUBLE})
        (void)is_done([&] {
            daoshm::Pattern pattern(text, {atype, {2, 3}}, 0, 1);
            require(pattern.frame(3).size() == 6 * daoTypeSize(atype), "a pattern fills its frame");
        });
}

void print(const std::string &text)
{
    const std::string shown = daoshm::printable(text);
    for (const char character : shown)
        require(static_cast<unsigned char>(character) >= 0x20 && character != 0x7f, "no control character is shown");
    require(daoshm::printable(shown) == shown, "and what is shown stays");
}

void parse_literal(const std::string &text)
{
    try
    {
        (void)daoshm::parse_python_literal(text);
    }
    catch (const std::invalid_argument &error)
    {
        require(std::strlen(error.what()) > 0, "a refusal has a cause");
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    Input input(data, bytes);
    if (input.below(2) == 0)
    {
        parse_command_line(input);
        return 0;
    }
    const std::string text = input.text(200);
    parse_numbers(text);
    parse_names(text);
    print(text);
    parse_literal(text);
    return 0;
}
