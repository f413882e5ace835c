#include "files/fits_elements.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "files/fits_images.hpp"

namespace daoshm
{

namespace
{

constexpr size_t most_axes_by_place = 3;

bool is_compressed(fitsfile *file, const std::string &path)
{
    int status = 0;
    const bool is = fits_is_compressed_image(file, &status) != 0;
    check_fits(status, path);
    return is;
}

/// The largest box of an image that begins at an element and holds nothing but elements that follow one another.
struct Box
{
    std::vector<long> begin; ///< as cfitsio counts: the fastest axis first, from 1
    std::vector<long> end;   ///< the last element
    uint64_t elements = 1;

    Box(const std::vector<uint64_t> &axes, uint64_t first, uint64_t count)
    {
        bool is_whole = true; // along all axes so far
        for (const uint64_t length : axes)
        {
            const uint64_t at = first % length;
            const uint64_t most = is_whole ? std::min(length - at, count / elements) : 1;
            begin.push_back(static_cast<long>(at) + 1);
            end.push_back(static_cast<long>(at + most));
            elements *= most;
            is_whole = is_whole && most == length;
            first /= length;
        }
    }
};

}

bool read_fits_elements(fitsfile *file, uint8_t atype, uint64_t first, uint64_t count, void *undefined,
                        void *destination, const std::string &path)
{
    int status = 0;
    int found = 0;
    const int datatype = fits_type(atype).datatype;
    const std::vector<uint64_t> axes = image_axes(file, path);
    if (axes.size() <= most_axes_by_place || !is_compressed(file, path))
    {
        fits_read_img(file, datatype, static_cast<LONGLONG>(first) + 1, static_cast<LONGLONG>(count), undefined,
                      destination, &found, &status);
        check_fits(status, path);
        return found != 0;
    }
    bool any = false;
    auto *at = static_cast<std::byte *>(destination);
    for (uint64_t read = 0; read < count;)
    {
        Box box(axes, first + read, count - read);
        std::vector<long> step(axes.size(), 1);
        fits_read_subset(file, datatype, box.begin.data(), box.end.data(), step.data(), undefined, at, &found, &status);
        check_fits(status, path);
        any = any || found != 0;
        read += box.elements;
        at += box.elements * daoTypeSize(atype);
    }
    return any;
}

}
