/// What doctor finds, and its checks of what segments are in, in the words of ls and top.
#pragma once

#include <string>
#include <vector>

#include "segments/survey.hpp"

namespace daoshm
{

enum class Severity
{
    good,
    advice, ///< performance is lost
    problem ///< something is wrong
};

struct Finding
{
    Severity severity;
    std::string check;
    std::string what;
    std::string remedy;
};

using Findings = std::vector<Finding>;

/// "3 in /tmp: 1 running, 2 idle"
std::string count_text(const Survey &survey);
/// States that need something done, processes of which nothing is known, missed frames, and what could not be read.
void check_segments(const Survey &survey, Findings &findings);

}
