#include "files/fits_images.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/ranges.h>

#include "text/letters.hpp"

namespace daoshm
{

namespace
{

struct Image
{
    int hdu; ///< from 0
    std::string name;

    std::string text() const { return name.empty() ? std::to_string(hdu) : fmt::format("{} {}", hdu, name); }
};

/// All that have data, compressed ones included.
std::vector<Image> images_of(fitsfile *file, const std::string &path)
{
    std::vector<Image> images;
    int status = 0;
    int type = 0;
    for (int hdu = 1; fits_movabs_hdu(file, hdu, &type, &status) == 0; ++hdu)
    {
        int axis_count = 0;
        const bool is_image = type == IMAGE_HDU || fits_is_compressed_image(file, &status) != 0;
        if (!is_image || fits_get_img_dim(file, &axis_count, &status) != 0 || axis_count == 0)
            continue;
        char name[FLEN_VALUE] = "";
        int no_name = 0;
        fits_read_key_str(file, "EXTNAME", name, nullptr, &no_name);
        images.push_back({hdu - 1, name});
    }
    // What follows the last whole HDU, such as the rest of a file that was cut, hides none of those before it.
    if (images.empty() && status != END_OF_FILE)
        check_fits(status, path);
    fits_clear_errmsg();
    return images;
}

int number_in(const std::string &text)
{
    int number = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? number : -1;
}

}

int choose_image(fitsfile *file, const std::string &wanted, const std::string &path, std::vector<std::string> &notes)
{
    const std::vector<Image> images = images_of(file, path);
    std::vector<std::string> texts;
    for (const Image &image : images)
        texts.push_back(image.text());
    if (images.empty())
        throw ToolError(fmt::format("{}: no image in the file; expected one", path));
    auto chosen = images.begin();
    if (!wanted.empty())
        chosen = std::find_if(images.begin(), images.end(), [&](const Image &image) {
            return image.hdu == number_in(wanted) ||
                   (!image.name.empty() && upper_case(image.name) == upper_case(wanted));
        });
    if (chosen == images.end())
        throw ToolError(
            fmt::format("{}: --hdu {}: no image; expected one of {}", path, wanted, fmt::join(texts, ", ")));
    if (wanted.empty() && images.size() > 1)
        notes.push_back(fmt::format("{}: {} images, in HDU {}; the first is read; --hdu chooses", path, images.size(),
                                    fmt::join(texts, ", ")));
    int status = 0;
    fits_movabs_hdu(file, chosen->hdu + 1, nullptr, &status);
    check_fits(status, path);
    return chosen->hdu + 1;
}

std::vector<uint64_t> image_axes(fitsfile *file, const std::string &path)
{
    int status = 0;
    int count = 0;
    fits_get_img_dim(file, &count, &status);
    check_fits(status, path);
    std::vector<LONGLONG> axes(static_cast<size_t>(count));
    fits_get_img_sizell(file, count, axes.data(), &status);
    check_fits(status, path);
    if (std::any_of(axes.begin(), axes.end(), [](LONGLONG axis) { return axis < 0; }))
        throw ToolError(fmt::format("{}: an axis of negative length; expected at least 0", path));
    return {axes.begin(), axes.end()};
}

}
