#include "files/npy_reader.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "files/byte_order.hpp"
#include "files/npy_header.hpp"
#include "files/sidecar.hpp"
#include "frame/element_types.hpp"
#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace fs = std::filesystem;

namespace
{

/// Copy elements of a Fortran-ordered array, `first` and the following in C order.
template <size_t bytes>
void copy_reordered(const std::vector<uint64_t> &shape, const std::byte *from, uint64_t first, uint64_t count,
                    std::byte *to)
{
    std::vector<uint64_t> index(shape.size());
    for (size_t axis = shape.size(); axis-- > 0; first /= shape[axis])
        index[axis] = first % shape[axis];
    for (uint64_t i = 0; i < count; ++i)
    {
        uint64_t place = 0;
        for (size_t axis = shape.size(); axis-- > 0;)
            place = place * shape[axis] + index[axis];
        std::copy_n(from + place * bytes, bytes, to + i * bytes);
        // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions)
        for (size_t axis = shape.size(); axis-- > 0 && ++index[axis] == shape[axis];)
            index[axis] = 0;
    }
}

class NpyReader : public FrameReader
{
  public:
    explicit NpyReader(const std::string &path) : FrameReader(path), stream_(path_of(path), std::ios::binary)
    {
        if (!stream_)
            throw ToolError(fmt::format("{}: cannot be opened for reading: {}", path, last_error_text()));
        file_header_ = read_npy_header(stream_, path);
        header_.geometry = file_header_.geometry;
        data_start_ = static_cast<uint64_t>(stream_.tellg());
        const uint64_t wanted = size_bytes();
        const uint64_t found = fs::file_size(path_of(path)) - data_start_;
        if (found < wanted)
            throw ToolError(
                fmt::format("{}: {} bytes of data; expected {} for {}", path, found, wanted, header_.geometry.text()));
        std::string note;
        if (std::optional<Sidecar> sidecar = read_sidecar(path, note))
            take(*sidecar);
        else if (!note.empty())
            notes_.push_back(note);
    }

  private:
    void read_elements(uint64_t first, uint64_t count, void *destination) override
    {
        auto *to = static_cast<std::byte *>(destination);
        const size_t size = daoTypeSize(header_.geometry.atype);
        if (file_header_.is_fortran_order)
            read_reordered(first, count, to);
        else
            read_bytes(first * size, count * size, to);
        if (!file_header_.is_big_endian)
            return;
        visit_word(is_complex() ? size / 2 : size, [&](auto zero) {
            using Word = decltype(zero);
            for_each_word<Word>(to, to, count * size, [](Word word) { return swapped(word); });
        });
    }

    bool is_complex() const
    {
        return visit_type(header_.geometry.atype, [](auto zero) { return is_std_complex_v<decltype(zero)>; });
    }

    /// In pieces: MinGW's C++ library never returns from a single transfer over 2 GiB.
    void read_bytes(uint64_t offset, uint64_t size, std::byte *to)
    {
        constexpr uint64_t most = uint64_t{1} << 28U;
        stream_.seekg(static_cast<std::streamoff>(data_start_ + offset));
        for (uint64_t done = 0; done < size; done += std::min(most, size - done))
            stream_.read(reinterpret_cast<char *>(to + done),
                         static_cast<std::streamsize>(std::min(most, size - done)));
        if (!stream_)
            throw ToolError(
                fmt::format("{}: cannot be read: {}", path_,
                            stream_.eof() ? "it has become shorter; expected it unchanged" : last_error_text()));
    }

    /// The elements of a frame lie all over the file: it is read once, whole.
    void read_reordered(uint64_t first, uint64_t count, std::byte *to)
    {
        if (count == 0)
            return;
        if (all_.empty())
        {
            all_.resize(size_bytes());
            read_bytes(0, all_.size(), all_.data());
        }
        const std::vector<uint64_t> &shape = header_.geometry.shape;
        switch (daoTypeSize(header_.geometry.atype))
        {
        case 1:
            return copy_reordered<1>(shape, all_.data(), first, count, to);
        case 2:
            return copy_reordered<2>(shape, all_.data(), first, count, to);
        case 4:
            return copy_reordered<4>(shape, all_.data(), first, count, to);
        case 8:
            return copy_reordered<8>(shape, all_.data(), first, count, to);
        default:
            return copy_reordered<16>(shape, all_.data(), first, count, to);
        }
    }

    /// The sidecar file, if it is that of this array: another may have taken the name.
    void take(Sidecar &sidecar)
    {
        const Geometry &all = header_.geometry;
        const Geometry &frame = sidecar.header.geometry;
        const std::vector<FrameRecord> &records = sidecar.records;
        const bool is_of_this =
            all.atype == frame.atype && !records.empty() && !all.shape.empty() && all.shape[0] == records.size() &&
            std::equal(all.shape.begin() + 1, all.shape.end(), frame.shape.begin(), frame.shape.end()) &&
            is_as_recorded(0, records.front().checksum) && is_as_recorded(records.size() - 1, records.back().checksum);
        if (!is_of_this)
        {
            notes_.push_back(
                fmt::format("{}: not used: it belongs to another array than that in {}", sidecar_path(path_), path_));
            return;
        }
        header_.segment = std::move(sidecar.header.segment);
        header_.keywords = std::move(sidecar.header.keywords);
        records_ = std::move(sidecar.records);
        compares_checksums_ = true;
    }

    std::ifstream stream_;
    NpyHeader file_header_;
    uint64_t data_start_ = 0;
    std::vector<std::byte> all_; ///< of an array in Fortran order, once it was read
};

}

std::unique_ptr<FrameReader> open_npy(const std::string &path, const std::string &image)
{
    if (!image.empty())
        throw ToolError(fmt::format("{}: --hdu {}: a .npy file has one array; expected a FITS file", path, image),
                        exit_usage);
    return std::make_unique<NpyReader>(path);
}

}
