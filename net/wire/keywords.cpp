#include "wire/keywords.hpp"

#include <cmath>
#include <cstring>

namespace dao::net::wire
{

namespace
{

constexpr size_t keyword_count_limit = 65535;

// A field that need not end with a zero. Never longer on the wire than its room, which is what the reader expects.
std::string text_of(const char *bytes, size_t room)
{
    return clean({bytes, strnlen(bytes, room)}, room);
}

void store(char *field, size_t room, std::string_view text)
{
    const std::string cut = clean(text, room);
    cut.copy(field, room);
}

// JSON has no number for these.
Json write_double(double value)
{
    if (std::isnan(value))
        return "nan";
    if (std::isinf(value))
        return value > 0 ? "inf" : "-inf";
    return value;
}

double read_double(const Json &object)
{
    const Json &value = member(object, "value");
    if (value.is_number())
        return value.get<double>();
    const std::string text = text_member(object, "value", 4);
    if (text == "nan")
        return std::nan("");
    if (text == "inf" || text == "-inf")
        return text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
    throw BadMessage("value: " + clean(text, 4) + "; expected a number");
}

Json write_keyword(const IMAGE_KEYWORD &keyword)
{
    Json object = {{"name", text_of(keyword.name, sizeof keyword.name)},
                   {"type", std::string(1, keyword.type)},
                   {"comment", text_of(keyword.comment, sizeof keyword.comment)}};
    if (keyword.type == 'L')
        object["value"] = keyword.value.numl;
    else if (keyword.type == 'D')
        object["value"] = write_double(keyword.value.numf);
    else
        object["value"] = text_of(keyword.value.valstr, sizeof keyword.value.valstr);
    return object;
}

IMAGE_KEYWORD read_keyword(const Json &object)
{
    IMAGE_KEYWORD keyword = {};
    const std::string name = text_member(object, "name", sizeof keyword.name);
    const std::string type = text_member(object, "type", 1);
    if (name.empty())
        throw BadMessage("the name is empty; expected 1 to 16 bytes");
    store(keyword.name, sizeof keyword.name, name);
    store(keyword.comment, sizeof keyword.comment - 1, text_member_or(object, "comment", "", sizeof keyword.comment));
    if (type == "L")
        keyword.value.numl = signed_member(object, "value");
    else if (type == "D")
        keyword.value.numf = read_double(object);
    else if (type == "S")
        store(keyword.value.valstr, sizeof keyword.value.valstr,
              text_member(object, "value", 4 * sizeof keyword.value.valstr));
    else
        throw BadMessage("type: " + clean(type, 1) + "; expected L, D or S");
    keyword.type = type[0];
    return keyword;
}

}

std::string write_keywords(const std::vector<IMAGE_KEYWORD> &keywords)
{
    Json list = Json::array();
    for (const IMAGE_KEYWORD &keyword : keywords)
        list.push_back(write_keyword(keyword));
    return dump(list);
}

Keywords read_keywords(std::string_view text)
{
    const Json list = parse(text, keywords_limit_bytes, 3);
    if (!list.is_array() || list.size() > keyword_count_limit)
        throw BadMessage(std::string("keywords: ") + list.type_name() + " of " + std::to_string(list.size()) +
                         "; expected an array of at most 65535");
    Keywords keywords;
    for (const Json &object : list)
        try
        {
            keywords.all.push_back(read_keyword(object));
        }
        catch (const BadMessage &error)
        {
            keywords.problem = std::string("keyword: ") + error.what();
        }
    return keywords;
}

}
