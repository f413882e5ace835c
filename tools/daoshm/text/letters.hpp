/// The case of letters, in A to Z alone and whatever the user's language: in Turkish, I is not the capital of i.
#pragma once

#include <string>

namespace daoshm
{

std::string lower_case(std::string text);
std::string upper_case(std::string text);

}
