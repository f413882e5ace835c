#ifdef DAOSHM_CFITSIO_LIBRARY
#include "files/cfitsio_library.hpp"

#include <fmt/format.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

static Cfitsio load()
{
    std::string reason;
    void *const library = load_library(DAOSHM_CFITSIO_LIBRARY, reason); // stays loaded
    if (library == nullptr)
        throw ToolError(fmt::format("FITS: cfitsio cannot be loaded: {}; expected {}", reason, DAOSHM_CFITSIO_LIBRARY));
    Cfitsio functions;
    const auto find = [library](const char *name, auto &function) {
        function = reinterpret_cast<std::remove_reference_t<decltype(function)>>(find_symbol(library, name));
        if (function == nullptr)
            throw ToolError(fmt::format("FITS: {} has no {}; expected the version that daoshm was built with",
                                        DAOSHM_CFITSIO_LIBRARY, name));
    };
#define DAOSHM_NAME(function) #function
#define DAOSHM_FIND(function) find(DAOSHM_NAME(function), functions.function);
    DAOSHM_CFITSIO_FUNCTIONS(DAOSHM_FIND)
#undef DAOSHM_FIND
#undef DAOSHM_NAME
    return functions;
}

const Cfitsio &cfitsio()
{
    static const Cfitsio functions = load();
    return functions;
}

}
#endif
