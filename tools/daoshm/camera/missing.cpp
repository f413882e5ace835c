/// The command where Aravis was not found at build time.

#include "camera/camera.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

int run_camera(const CameraOptions &)
{
    throw ToolError("built without Aravis, which speaks to the cameras: install libaravis-dev and build again");
}

}
