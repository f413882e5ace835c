#include "platform/platform.hpp"

#include <dlfcn.h>

namespace daoshm
{

#ifdef __APPLE__
const char *const aravis_library = "libaravis-0.8.0.dylib";
const char *const aravis_package = "`brew install aravis`";
#else
const char *const aravis_library = "libaravis-0.8.so.0";
const char *const aravis_package = "the package libaravis-0.8-0 (Debian, Ubuntu), aravis (Fedora, Arch, conda-forge)";
#endif

void *load_library(const char *name, std::string &reason)
{
    void *const library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr)
        reason = dlerror();
    return library;
}

void *find_symbol(void *library, const char *name)
{
    return dlsym(library, name);
}

}
