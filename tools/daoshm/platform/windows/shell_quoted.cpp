#include "platform/platform.hpp"

namespace daoshm
{

/// No name of a file has a quotation mark.
std::string shell_quoted(const std::string &path)
{
    return '"' + path + '"';
}

}
