/// Aravis in C++: objects that release themselves, and its errors as exceptions.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "camera/aravis_library.hpp"

namespace daoshm
{

struct ReleaseObject
{
    void operator()(gpointer object) const { g_object_unref(object); }
};
using CameraHandle = std::unique_ptr<ArvCamera, ReleaseObject>;
using StreamHandle = std::unique_ptr<ArvStream, ReleaseObject>;

struct FreeError
{
    void operator()(GError *error) const { g_error_free(error); }
};
using ErrorHandle = std::unique_ptr<GError, FreeError>;

/// Throw a ToolError with `what` and Aravis' reason when there is an error.
void check_aravis(const std::string &what, ErrorHandle error);

/// Call an Aravis function whose last argument is a GError **; throws when it fails.
/// @param what  for the message
template <typename Function, typename... Arguments>
auto call_aravis(const std::string &what, Function function, Arguments... arguments)
{
    GError *error = nullptr;
    if constexpr (std::is_void_v<decltype(function(arguments..., &error))>)
    {
        function(arguments..., &error);
        check_aravis(what, ErrorHandle(error));
    }
    else
    {
        const auto result = function(arguments..., &error);
        check_aravis(what, ErrorHandle(error));
        return result;
    }
}

/// Is a feature available? Not when the camera cannot tell.
template <typename Function>
bool camera_has(ArvCamera *camera, Function is_available)
{
    GError *error = nullptr;
    const bool is = is_available(camera, &error) != FALSE;
    return ErrorHandle(error) == nullptr && is;
}

/// The names an Aravis function of the kind `dup_available_..._as_strings` lists, empty when it lists none.
template <typename Function, typename... Arguments>
std::vector<std::string> available_names(ArvCamera *camera, Function function, Arguments... arguments)
{
    GError *error = nullptr;
    guint count = 0;
    const std::unique_ptr<const char *, decltype(g_free)> names(function(camera, arguments..., &count, &error), g_free);
    if (ErrorHandle(error) != nullptr || names == nullptr)
        return {};
    return std::vector<std::string>(names.get(), names.get() + count); // copies of them
}

/// The stream as one of GigE Vision; null when it is another.
inline ArvGvStream *gv_stream(ArvStream *stream)
{
    auto *const instance = reinterpret_cast<GTypeInstance *>(stream);
    return g_type_check_instance_is_a(instance, arv_gv_stream_get_type()) != FALSE
               ? reinterpret_cast<ArvGvStream *>(stream)
               : nullptr;
}

/// A text that may be null.
inline std::string text_or(const char *text, const char *otherwise = "")
{
    return text != nullptr ? text : otherwise;
}

}
