/// The description of a recording's frames as JSON, as its journal and the sidecar file of .npy have it.
#pragma once

#include "files/frame_file.hpp"
#include "text/json.hpp"

namespace daoshm
{

Json header_json(const FileHeader &header);
/// Throws Json::exception or ToolError when it is not such a description.
FileHeader header_from_json(const Json &json);

}
