/// A part of the contract with the operating system, beside platform.hpp.
#pragma once

namespace daoshm
{

/// Let this process open as many files as its user may, for those who take a dozen for each segment.
void allow_many_files();

}
