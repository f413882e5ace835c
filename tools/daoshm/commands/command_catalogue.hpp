/// The commands as help/ takes them: made from the commands themselves.
#pragma once

#include "commands/commands.hpp"

#include "help/catalogue.hpp"

namespace daoshm
{

Catalogue catalogue_of(const CLI::App &app);

}
