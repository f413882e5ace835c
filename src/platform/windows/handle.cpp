#include "platform/windows/handle.hpp"

#include <sddl.h>

namespace dao::platform
{

SECURITY_ATTRIBUTES *open_to_all() noexcept
{
    // Everyone: all access; and processes of low integrity may write.
    static SECURITY_ATTRIBUTES attributes = [] {
        SECURITY_ATTRIBUTES made{sizeof made, nullptr, FALSE};
        if (ConvertStringSecurityDescriptorToSecurityDescriptorW(L"D:(A;;GA;;;WD)S:(ML;;NW;;;LW)", SDDL_REVISION_1,
                                                                 &made.lpSecurityDescriptor, nullptr) == 0)
            made.lpSecurityDescriptor = nullptr;
        return made;
    }();
    return attributes.lpSecurityDescriptor != nullptr ? &attributes : nullptr;
}

}
