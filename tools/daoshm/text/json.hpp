/// JSON on standard output; keys keep their order.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace daoshm
{

using Json = nlohmann::ordered_json;

/// One document, indented.
void print_json(const Json &document);
/// One document on one line, flushed: for streams.
void print_json_line(const Json &document);

}
