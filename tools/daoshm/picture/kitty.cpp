#include <algorithm>

#include <fmt/format.h>

#include "picture/raster.hpp"

namespace daoshm
{

namespace
{

std::string base64(const std::string &bytes)
{
    constexpr const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (size_t at = 0; at < bytes.size(); at += 3)
    {
        unsigned group = 0;
        for (size_t i = 0; i < 3; ++i)
            group = group << 8U | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (unsigned i = 0; i < 4; ++i)
            text += at + i <= bytes.size() ? digits[(group >> (18U - 6U * i)) & 63U] : '=';
    }
    return text;
}

}

std::string kitty(const Raster &raster, size_t columns, size_t rows)
{
    std::string bytes;
    bytes.reserve(raster.pixels.size() * 3);
    for (const Colour &pixel : raster.pixels)
        bytes += {static_cast<char>(pixel.red), static_cast<char>(pixel.green), static_cast<char>(pixel.blue)};
    const std::string payload = base64(bytes);
    constexpr size_t chunk = 4096;
    std::string text;
    for (size_t at = 0; at < payload.size(); at += chunk)
    {
        // The same image number for each frame, so that the terminal stores only one image of a live view.
        const std::string first =
            at == 0 ? fmt::format("a=T,f=24,s={},v={},c={},r={},i=31,q=2,", raster.width, raster.height, columns, rows)
                    : "";
        text +=
            fmt::format("\033_G{}m={};{}\033\\", first, at + chunk < payload.size() ? 1 : 0, payload.substr(at, chunk));
    }
    return text + "\n";
}

}
