#include "files/packed_file.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include <fmt/format.h>
#include <zlib.h>

#include "platform/platform.hpp"
#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

constexpr std::array<unsigned char, 2> gzip_magic{0x1F, 0x8B};

struct EndInflate
{
    void operator()(z_stream *stream) const { inflateEnd(stream); }
};

class Unpacker
{
  public:
    explicit Unpacker(const std::string &path) : path_(path), file_(path_of(path), std::ios::binary)
    {
        constexpr int gzip_format = 16;
        if (inflateInit2(&stream_, MAX_WBITS + gzip_format) != Z_OK)
            throw std::bad_alloc();
        state_.reset(&stream_);
    }

    std::vector<std::byte> run()
    {
        while (has_member())
        {
            inflateReset(&stream_);
            while (!take_step())
                ;
        }
        content_.resize(used_);
        return std::move(content_);
    }

  private:
    /// What follows the last member is no part of the content, as gzip has it.
    bool has_member()
    {
        if (stream_.avail_in < gzip_magic.size())
            fill();
        return stream_.avail_in >= gzip_magic.size() &&
               std::equal(gzip_magic.begin(), gzip_magic.end(), stream_.next_in);
    }

    /// Read on behind what was not used yet.
    void fill()
    {
        std::copy_n(stream_.next_in, stream_.avail_in, input_.begin());
        file_.read(reinterpret_cast<char *>(input_.data()) + stream_.avail_in,
                   static_cast<std::streamsize>(input_.size() - stream_.avail_in));
        stream_.next_in = input_.data();
        stream_.avail_in += static_cast<uInt>(file_.gcount());
    }

    /// @return whether the member is complete
    bool take_step()
    {
        if (stream_.avail_in == 0)
            fill();
        if (stream_.avail_in == 0)
            throw ToolError(
                fmt::format("{}: the file ends within what gzip packed: it is cut; expected all of it", path_));
        constexpr size_t least_room = size_t{1} << 20U;
        if (content_.size() - used_ < least_room)
            content_.resize(std::max(2 * content_.size(), 2 * least_room));
        stream_.next_out = reinterpret_cast<unsigned char *>(content_.data()) + used_;
        stream_.avail_out = least_room;
        const int result = inflate(&stream_, Z_NO_FLUSH);
        used_ += least_room - stream_.avail_out;
        if (result != Z_OK && result != Z_STREAM_END)
            throw ToolError(fmt::format("{}: cannot be unpacked: {}; expected what gzip packs", path_,
                                        stream_.msg != nullptr ? stream_.msg : "damaged"));
        return result == Z_STREAM_END;
    }

    std::string path_;
    std::ifstream file_;
    std::array<unsigned char, size_t{1} << 16U> input_{};
    z_stream stream_{};
    std::unique_ptr<z_stream, EndInflate> state_;
    std::vector<std::byte> content_;
    size_t used_ = 0; ///< of the content; the rest is room
};

}

bool is_packed(const std::string &path)
{
    std::array<char, gzip_magic.size()> start{};
    std::ifstream(path_of(path), std::ios::binary).read(start.data(), start.size());
    return std::equal(gzip_magic.begin(), gzip_magic.end(), reinterpret_cast<const unsigned char *>(start.data()));
}

std::vector<std::byte> unpacked(const std::string &path)
{
    return std::make_unique<Unpacker>(path)->run();
}

}
