#include "camera/aravis_library.hpp"

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

// NOLINTNEXTLINE(bugprone-macro-parentheses)
#define DAOSHM_DEFINE(function) decltype(&::function) function = nullptr;
DAOSHM_ARAVIS_FUNCTIONS(DAOSHM_DEFINE)
#undef DAOSHM_DEFINE

void load_aravis()
{
    std::string reason;
    void *const library = load_library(aravis_library, reason); // stays loaded: its threads may outlive a camera
    if (library == nullptr)
        throw ToolError(fmt::format("camera: Aravis cannot be loaded: {}; expected {}, which {} brings", reason,
                                    aravis_library, aravis_package));
    const auto find = [&](const char *name) {
        void *const found = find_symbol(library, name);
        if (found == nullptr)
            throw ToolError(fmt::format("camera: {} has no {}; expected Aravis 0.8.20 or newer", aravis_library, name));
        return found;
    };
#define DAOSHM_FIND(function) function = reinterpret_cast<decltype(function)>(find(#function));
    DAOSHM_ARAVIS_FUNCTIONS(DAOSHM_FIND)
#undef DAOSHM_FIND
}

}
