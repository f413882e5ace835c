/// keyword: list, get, set and remove the keywords of a segment.
#include "commands/commands.hpp"

#include <optional>

#include <fmt/format.h>

#include "commands/keyword_table.hpp"
#include "frame/keyword.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"
#include "text/output.hpp"
#include "text/parse.hpp"
#include "text/printable.hpp"

namespace daoshm
{

namespace
{

struct KeywordOptions
{
    std::string segment;
    std::string name;
    std::string value;
    std::string comment;
    std::string type = "auto";
    bool has_name = false;
    bool has_value = false;
    bool has_comment = false;
    bool has_type = false;
    bool remove = false;
    bool json = false;
};

ToolError refused(const KeywordOptions &options, const std::string &expected)
{
    return ToolError(fmt::format("{}: '{}'; expected {}", options.name, options.value, expected), exit_usage);
}

int64_t integer_of(const KeywordOptions &options)
{
    if (const std::optional<int64_t> integer = parse_signed(options.value))
        return *integer;
    throw refused(options, "a 64-bit integer");
}

/// An integer must be exact; of other numbers the nearest double is meant.
double real_of(const KeywordOptions &options)
{
    const std::optional<double> real = parse_real(options.value);
    if (!real)
        throw refused(options, "a number that a double holds");
    if (is_integer_text(options.value) && !is_exact_integer(options.value, *real))
        throw refused(options, "an integer that a double holds exactly");
    return *real;
}

Dao::KeywordValue parse_value(const KeywordOptions &options)
{
    if (options.type == "string")
        return options.value;
    if (options.type == "long" || (options.type == "auto" && is_integer_text(options.value)))
        return integer_of(options);
    if (options.type == "double" || is_number_text(options.value))
        return real_of(options);
    return options.value;
}

void change_keyword(Dao::Image &segment, const KeywordOptions &options)
{
    if (options.remove)
        segment.remove_keyword(options.name);
    else if (options.has_comment)
        segment.set_keyword(options.name, parse_value(options), options.comment);
    else
        segment.set_keyword(options.name, parse_value(options));
}

int list_keywords(const Dao::Image &segment, bool json)
{
    const std::vector<Dao::Keyword> keywords = segment.keywords();
    if (json)
    {
        Json list = Json::array();
        for (const Dao::Keyword &keyword : keywords)
            list.push_back(keyword_json(keyword));
        print_json(list);
        return exit_success;
    }
    print(keyword_table(keywords));
    return exit_success;
}

void check_usage(const KeywordOptions &options)
{
    if (options.remove && options.name.empty())
        throw ToolError("--rm: no keyword given; expected its name", exit_usage);
    if (options.remove && options.has_value)
        throw ToolError(fmt::format("--rm: a value given, '{}'; expected only a name", options.value), exit_usage);
    if (options.has_comment && !options.has_value)
        throw ToolError("--comment: no value given; expected one to set with the comment", exit_usage);
    if (options.has_type && !options.has_value)
        throw ToolError("--type: no value given; expected one to set as that type", exit_usage);
    if (options.has_name && options.name.empty())
        throw ToolError("keyword: ''; expected a name", exit_usage);
}

int run_keyword(const KeywordOptions &options)
{
    check_usage(options);
    if (options.remove || options.has_value)
    {
        Dao::Image segment = open_writer(options.segment);
        change_keyword(segment, options);
        return exit_success;
    }
    const Dao::Image segment = open_read_only(options.segment);
    if (options.name.empty())
        return list_keywords(segment, options.json);
    const Dao::Keyword keyword = segment.get_keyword(options.name);
    if (options.json)
        print_json(keyword_json(keyword));
    else
        print(printable(keyword_value_text(keyword)) + "\n");
    return exit_success;
}

}

void add_keyword(Tool &tool)
{
    const auto options = std::make_shared<KeywordOptions>();
    CLI::App *command = add_command(tool, "keyword", "List, print, set or remove keywords", options, run_keyword);
    add_source_argument(command, options->segment);
    command->add_option("name", options->name, "Keyword, at most 16 bytes; default: all are listed")
        ->each([options](const std::string &) { options->has_name = true; });
    command->add_option("value", options->value, "Value to set: an integer, a real number, or text of at most 16 bytes")
        ->each([options](const std::string &) { options->has_value = true; });
    command->add_option("--comment", options->comment, "Comment to set with the value, at most 79 bytes")
        ->each([options](const std::string &) { options->has_comment = true; });
    command->add_option("--type", options->type, "Type of the value; auto: the first of the others that fits")
        ->check(CLI::IsMember({"auto", "long", "double", "string"}))
        ->capture_default_str()
        ->each([options](const std::string &) { options->has_type = true; });
    command->add_flag("--rm", options->remove, "Remove the keyword");
    add_json_flag(command, options->json);
    command->footer(
        "auto: digits with or without a sign are an integer, other decimal numbers, inf and nan are real, all else is "
        "text.\n"
        "A number that would be changed, such as 1e400 or 18446744073709551615, is refused; --type string stores "
        "it as text.\n"
        "Put -- before a value that begins with a minus: daoshm keyword wfs OFFSET -- -3\n\n"
        "Examples:\n  daoshm keyword wfs\n  daoshm keyword wfs EXPTIME 0.002 --comment 'exposure, s'\n"
        "  daoshm keyword wfs EXPTIME\n  daoshm keyword wfs EXPTIME --rm");
}

}
