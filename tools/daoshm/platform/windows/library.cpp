#include "platform/windows/windows.hpp"

#include <array>

#include <fmt/format.h>

#include "platform/platform.hpp"

namespace daoshm
{

const char *const aravis_library = "libaravis-0.8-0.dll";
const char *const aravis_package = "the package aravis of MSYS2";

void *load_library(const char *name, std::string &reason)
{
    const HMODULE library = LoadLibraryA(name);
    if (library == nullptr)
        reason = fmt::format("{}: Windows error {}", name, GetLastError());
    return reinterpret_cast<void *>(library);
}

/// Windows looks into one library alone; those of GLib are loaded with Aravis.
void *find_symbol(void *library, const char *name)
{
    const std::array<HMODULE, 3> libraries = {static_cast<HMODULE>(library), GetModuleHandleA("libgobject-2.0-0.dll"),
                                              GetModuleHandleA("libglib-2.0-0.dll")};
    for (const HMODULE each : libraries)
        if (each != nullptr)
            if (const FARPROC found = GetProcAddress(each, name); found != nullptr)
                return reinterpret_cast<void *>(found);
    return nullptr;
}

}
