// Keywords as they travel: a JSON array of objects.
#pragma once

#include "dao.h"
#include "wire/json.hpp"

#include <vector>

namespace dao::net::wire
{

std::string write_keywords(const std::vector<IMAGE_KEYWORD> &keywords);

// Throws BadMessage. What comes out is as dao.h stores it: text without control characters.
std::vector<IMAGE_KEYWORD> read_keywords(std::string_view text);

}
