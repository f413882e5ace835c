// Keywords as they travel: a JSON array of objects.
#pragma once

#include "dao.h"
#include "wire/json.hpp"

#include <vector>

namespace dao::net::wire
{

// Bytes that are no UTF-8, and control characters, become question marks.
std::string write_keywords(const std::vector<IMAGE_KEYWORD> &keywords);

struct Keywords
{
    std::vector<IMAGE_KEYWORD> all; // as dao.h stores them: text without control characters
    std::string problem;            // of one that was left out
};

// Throws BadMessage when it is no list. A keyword that is not as it should be costs the others nothing.
Keywords read_keywords(std::string_view text);

}
