/// JSON on standard output; keys keep their order. What each command prints is in docs/guide/daoshm.schema.json.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace daoshm
{

/// One that gets keys begins as Json::object(): the object that operator[] makes of null is half made when memory ends just
/// then, and its end crashes.
using Json = nlohmann::ordered_json;

/// One document, indented. Numbers that are not finite are printed as text: "nan", "inf", "-inf".
void print_json(const Json &document);
/// One document on one line, flushed: for streams.
void print_json_line(const Json &document);

/// The value, or null where it is not known.
template <typename Value>
Json json_if(bool is_known, const Value &value)
{
    return is_known ? Json(value) : Json();
}
template <typename Value>
Json json_of(const std::optional<Value> &value)
{
    return value ? Json(*value) : Json();
}
/// The text, or null where there is none.
inline Json json_text(const std::string &text)
{
    return json_if(!text.empty(), text);
}

}
