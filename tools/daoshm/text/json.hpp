/// JSON on standard output; keys keep the order they were given in.
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

/// Text of fixed room, such as a keyword's name: up to its end or its first zero.
std::string fixed_text(const char *text, size_t room);

}
