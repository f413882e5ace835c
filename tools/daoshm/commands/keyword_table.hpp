/// Keywords as a table, for info and keyword.
#pragma once

#include <daoShm.hpp>

#include <string>
#include <vector>

namespace daoshm
{

std::string keyword_table(const std::vector<Dao::Keyword> &keywords);

}
