/// A keyword as text and as JSON.
#pragma once

#include <dao.h>

#include <string>

#include "text/json.hpp"

namespace daoshm
{

std::string keyword_name(const IMAGE_KEYWORD &keyword);
/// "long", "double" or "string"
const char *keyword_type(const IMAGE_KEYWORD &keyword);
/// The value as text, a string as it is.
std::string keyword_value_text(const IMAGE_KEYWORD &keyword);
std::string keyword_comment(const IMAGE_KEYWORD &keyword);
Json keyword_json(const IMAGE_KEYWORD &keyword);
IMAGE_KEYWORD keyword_from_json(const Json &json);

}
