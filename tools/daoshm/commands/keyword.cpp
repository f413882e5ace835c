/// keyword: list, get, set and remove the keywords of a segment.
#include "commands/commands.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "commands/keyword_table.hpp"
#include "frame/keyword.hpp"
#include "segments/segment.hpp"
#include "text/exit_code.hpp"
#include "text/json.hpp"

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
    bool has_value = false;
    bool has_comment = false;
    bool remove = false;
    bool json = false;
};

bool parse_long(const std::string &text, int64_t &value)
{
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size();
}

bool parse_double(const std::string &text, double &value)
{
    char *end = nullptr;
    value = std::strtod(text.c_str(), &end);
    return !text.empty() && end == text.c_str() + text.size();
}

Dao::KeywordValue parse_value(const KeywordOptions &options)
{
    int64_t integer = 0;
    double real = 0;
    const bool any = options.type == "auto";
    const auto refuse = [&](const char *what) {
        return ToolError(fmt::format("{}: '{}'; expected {}", options.name, options.value, what), exit_usage);
    };
    if (options.type == "long" && !parse_long(options.value, integer))
        throw refuse("a 64-bit integer");
    if (options.type == "double" && !parse_double(options.value, real))
        throw refuse("a number");
    if ((any || options.type == "long") && parse_long(options.value, integer))
        return integer;
    if ((any || options.type == "double") && parse_double(options.value, real))
        return real;
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
    std::fputs(keyword_table(keywords).c_str(), stdout);
    return exit_success;
}

int run_keyword(const KeywordOptions &options)
{
    if (options.remove || options.has_value)
    {
        if (options.name.empty())
            throw ToolError("--rm: no keyword given; expected its name", exit_usage);
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
        std::fputs((keyword_value_text(keyword) + "\n").c_str(), stdout);
    return exit_success;
}

}

void add_keyword(Tool &tool)
{
    const auto options = std::make_shared<KeywordOptions>();
    CLI::App *command = add_command(tool, "keyword", "List, print, set or remove keywords", options, run_keyword);
    add_segment_argument(command, options->segment);
    command->add_option("name", options->name, "Keyword, at most 16 bytes; default: all are listed");
    command->add_option("value", options->value, "Value to set: an integer, a real number, or text of at most 16 bytes")
        ->each([options](const std::string &) { options->has_value = true; });
    command->add_option("--comment", options->comment, "Comment to set with the value, at most 79 bytes")
        ->each([options](const std::string &) { options->has_comment = true; });
    command->add_option("--type", options->type, "Type of the value; auto: the first of the others that fits")
        ->check(CLI::IsMember({"auto", "long", "double", "string"}))
        ->capture_default_str();
    command->add_flag("--rm", options->remove, "Remove the keyword");
    add_json_flag(command, options->json);
    command->footer("Put -- before a value that begins with a minus: daoshm keyword wfs OFFSET -- -3\n\n"
                    "Examples:\n  daoshm keyword wfs\n  daoshm keyword wfs EXPTIME 0.002 --comment 'exposure, s'\n"
                    "  daoshm keyword wfs EXPTIME\n  daoshm keyword wfs EXPTIME --rm");
}

}
