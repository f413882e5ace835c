#include "frame/keyword.hpp"

#include <cstdlib>

#include <fmt/format.h>

namespace daoshm
{

const char *keyword_type(const Dao::Keyword &keyword)
{
    constexpr const char *names[] = {"long", "double", "string"};
    return names[keyword.value.index()];
}

std::string keyword_value_text(const Dao::Keyword &keyword)
{
    if (const auto *text = std::get_if<std::string>(&keyword.value))
        return *text;
    if (const auto *integer = std::get_if<int64_t>(&keyword.value))
        return std::to_string(*integer);
    return fmt::format("{}", std::get<double>(keyword.value));
}

Json keyword_json(const Dao::Keyword &keyword)
{
    Json json = Json::object();
    json["name"] = keyword.name;
    json["type"] = keyword_type(keyword);
    std::visit([&](const auto &value) { json["value"] = value; }, keyword.value);
    json["comment"] = keyword.comment;
    return json;
}

Dao::Keyword keyword_from_json(const Json &json)
{
    Dao::Keyword keyword{json.at("name").get<std::string>().substr(0, keyword_name_room),
                         {},
                         json.value("comment", std::string()).substr(0, keyword_comment_room)};
    const std::string type = json.at("type").get<std::string>();
    const Json &value = json.at("value");
    if (type == "long")
        keyword.value = value.get<int64_t>();
    else if (type == "double") // JSON has no number for not-a-number and the infinities: they are text.
        keyword.value =
            value.is_string() ? std::strtod(value.get<std::string>().c_str(), nullptr) : value.get<double>();
    else
        keyword.value = value.get<std::string>().substr(0, keyword_text_room);
    return keyword;
}

}
