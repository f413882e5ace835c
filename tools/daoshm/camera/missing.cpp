/// The command where the headers of Aravis were not found at build time.

#include "camera/camera.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

int run_camera(const CameraOptions &)
{
    throw ToolError("camera: daoshm was built without the headers of Aravis; expected libaravis-dev when it was built");
}

}
