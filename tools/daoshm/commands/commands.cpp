#include "commands/commands.hpp"

namespace daoshm
{

// In the order of the help. The function add_NAME() is in the file NAME.cpp.
#define DAOSHM_COMMANDS(X) \
    X(ls)                  \
    X(top)                 \
    X(info)                \
    X(watch)               \
    X(show)                \
    X(create)              \
    X(set)                 \
    X(fill)                \
    X(rm)                  \
    X(unlock)              \
    X(keyword)             \
    X(save)                \
    X(record)              \
    X(repair)              \
    X(replay)              \
    X(camera)              \
    X(publish)             \
    X(subscribe)           \
    X(relay)               \
    X(net)                 \
    X(bench)               \
    X(doctor)              \
    X(completion)          \
    X(manual)              \
    X(help)

#define DAOSHM_DECLARE(name) void add_##name(Tool &tool);
DAOSHM_COMMANDS(DAOSHM_DECLARE)
#undef DAOSHM_DECLARE

void add_commands(Tool &tool)
{
#define DAOSHM_ADD(name) add_##name(tool);
    DAOSHM_COMMANDS(DAOSHM_ADD)
#undef DAOSHM_ADD
}

}
