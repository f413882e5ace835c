/// A keyword as text and as JSON.
#pragma once

#include <daoShm.hpp>

#include <string>

#include "text/json.hpp"

namespace daoshm
{

// Most bytes of a keyword's parts.
inline constexpr size_t keyword_name_room = sizeof(IMAGE_KEYWORD::name);
inline constexpr size_t keyword_text_room = sizeof(IMAGE_KEYWORD::value.valstr);
inline constexpr size_t keyword_comment_room = sizeof(IMAGE_KEYWORD::comment) - 1;

/// "long", "double" or "string"
const char *keyword_type(const Dao::Keyword &keyword);
/// The value as text, a string as it is.
std::string keyword_value_text(const Dao::Keyword &keyword);
Json keyword_json(const Dao::Keyword &keyword);
/// Text that is too long for a keyword is cut: JSON writes bytes that are not UTF-8 as longer ones.
Dao::Keyword keyword_from_json(const Json &json);

}
