#include "files/header_json.hpp"

#include <cmath>

#include "frame/element_types.hpp"
#include "frame/keyword.hpp"

namespace daoshm
{

Json header_json(const FileHeader &header)
{
    Json json = Json::object();
    json["segment"] = header.segment;
    json["type"] = daoTypeName(header.geometry.atype);
    json["frame_shape"] = header.geometry.shape;
    json["keywords"] = Json::array();
    for (const Dao::Keyword &keyword : header.keywords)
    {
        json["keywords"].push_back(keyword_json(keyword));
        const auto *number = std::get_if<double>(&keyword.value);
        if (number != nullptr && !std::isfinite(*number))
            json["keywords"].back()["value"] = keyword_value_text(keyword);
    }
    return json;
}

FileHeader header_from_json(const Json &json)
{
    FileHeader header;
    header.geometry.atype = type_from_name(json.at("type").get<std::string>());
    header.geometry.shape = json.at("frame_shape").get<std::vector<uint64_t>>();
    header.segment = json.at("segment").get<std::string>();
    for (const Json &keyword : json.at("keywords"))
        header.keywords.push_back(keyword_from_json(keyword));
    return header;
}

}
