#include "frame/keyword.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace daoshm
{

std::string keyword_name(const IMAGE_KEYWORD &keyword)
{
    return fixed_text(keyword.name, sizeof(keyword.name));
}

const char *keyword_type(const IMAGE_KEYWORD &keyword)
{
    return keyword.type == 'L' ? "long" : keyword.type == 'D' ? "double" : "string";
}

std::string keyword_comment(const IMAGE_KEYWORD &keyword)
{
    return fixed_text(keyword.comment, sizeof(keyword.comment));
}

std::string keyword_value_text(const IMAGE_KEYWORD &keyword)
{
    if (keyword.type == 'L')
        return std::to_string(keyword.value.numl);
    if (keyword.type == 'D')
        return fmt::format("{}", keyword.value.numf);
    return fixed_text(keyword.value.valstr, sizeof(keyword.value.valstr));
}

Json keyword_json(const IMAGE_KEYWORD &keyword)
{
    Json json;
    json["name"] = keyword_name(keyword);
    json["type"] = keyword_type(keyword);
    if (keyword.type == 'L')
        json["value"] = keyword.value.numl;
    else if (keyword.type == 'D')
        json["value"] = keyword.value.numf;
    else
        json["value"] = keyword_value_text(keyword);
    json["comment"] = keyword_comment(keyword);
    return json;
}

IMAGE_KEYWORD keyword_from_json(const Json &json)
{
    IMAGE_KEYWORD keyword{};
    const auto put = [](const std::string &text, char *room, size_t size)
    { std::copy_n(text.data(), std::min(text.size(), size), room); };
    put(json.at("name").get<std::string>(), keyword.name, sizeof(keyword.name));
    put(json.value("comment", std::string()), keyword.comment, sizeof(keyword.comment) - 1);
    const std::string type = json.at("type").get<std::string>();
    if (type == "long")
    {
        keyword.type = 'L';
        keyword.value.numl = json.at("value").get<int64_t>();
    }
    else if (type == "double")
    {
        keyword.type = 'D';
        // JSON has no number for not-a-number and the infinities: they are written as null.
        keyword.value.numf =
            json.at("value").is_null() ? std::numeric_limits<double>::quiet_NaN() : json.at("value").get<double>();
    }
    else
    {
        keyword.type = 'S';
        put(json.at("value").get<std::string>(), keyword.value.valstr, sizeof(keyword.value.valstr));
    }
    return keyword;
}

}
