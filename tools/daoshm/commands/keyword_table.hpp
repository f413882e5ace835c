/// Keywords as a table, for info and keyword.
#pragma once

#include <dao.h>

#include <string>
#include <vector>

namespace daoshm
{

std::string keyword_table(const std::vector<IMAGE_KEYWORD> &keywords);

}
