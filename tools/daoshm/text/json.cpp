#include "text/json.hpp"

#include <cstdio>

namespace daoshm
{

namespace
{

std::string dumped(const Json &document, int indent)
{
    return document.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

}

void print_json(const Json &document)
{
    std::fputs(dumped(document, 2).c_str(), stdout);
}

void print_json_line(const Json &document)
{
    std::fputs(dumped(document, -1).c_str(), stdout);
    std::fflush(stdout);
}

}
