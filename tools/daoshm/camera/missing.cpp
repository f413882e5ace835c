/// The command where Aravis was not found at build time.

#include "camera/camera.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

int run_camera(const CameraOptions &)
{
    throw ToolError("camera: daoshm was built without Aravis; install libaravis-dev and build it again");
}

}
