#include "files/fits_axis_count.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

constexpr size_t card_bytes = 80;
constexpr uint64_t block_bytes = 2880;
constexpr uint64_t longest_header_bytes = 10'000 * block_bytes;
constexpr int most_hdus = 10'000;
constexpr int64_t most_axes = 99;

std::optional<int64_t> number_of(std::string_view card)
{
    if (card.substr(8, 2) != "= ")
        return std::nullopt;
    card.remove_prefix(std::min(card.find_first_not_of(' ', 10), card.size()));
    int64_t number = 0;
    const auto [end, error] = std::from_chars(card.data(), card.data() + card.size(), number);
    return error == std::errc() ? std::optional(number) : std::nullopt;
}

/// What a header says of its data, as far as their length depends on it.
struct DataSize
{
    int64_t bits = 0;
    int64_t axes = 0;
    std::array<int64_t, most_axes> lengths{};
    int64_t parameters = 0;
    int64_t groups = 1;

    void take(std::string_view card, const std::string &path)
    {
        const std::optional<int64_t> number = number_of(card);
        std::string_view key = card.substr(0, 8);
        key = key.substr(0, key.find(' '));
        if (!number)
            return;
        if (key == "BITPIX")
            bits = *number;
        else if (key == "NAXIS")
            axes = *number;
        else if (key == "PCOUNT")
            parameters = *number;
        else if (key == "GCOUNT")
            groups = *number;
        else if (key.starts_with("NAXIS"))
            set_length(key.substr(5), *number);
        if (axes > most_axes)
            throw ToolError(fmt::format("{}: NAXIS {}; expected at most {} axes", path, axes, most_axes));
    }

    /// Nothing when it is none that a file can have.
    std::optional<uint64_t> bytes() const
    {
        if (axes <= 0)
            return axes == 0 ? std::optional<uint64_t>(0) : std::nullopt;
        int64_t elements = 1;
        for (int64_t axis = 0; axis < axes; ++axis)
            if (const int64_t length = lengths.at(static_cast<size_t>(axis));
                !(axis == 0 && length == 0 && axes > 1) && // random groups
                __builtin_mul_overflow(elements, length, &elements))
                return std::nullopt;
        int64_t total = 0;
        if (__builtin_add_overflow(elements, parameters, &total) || __builtin_mul_overflow(total, groups, &total) ||
            __builtin_mul_overflow(total, std::abs(bits) / 8, &total) || total < 0)
            return std::nullopt;
        return static_cast<uint64_t>(total);
    }

  private:
    void set_length(std::string_view digits, int64_t length)
    {
        size_t axis = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), axis);
        if (error == std::errc() && end == digits.data() + digits.size() && axis >= 1 && axis <= lengths.size())
            lengths.at(axis - 1) = length;
    }
};

/// Where the next header may begin, after the one at `offset` and its data; nothing when there is none.
std::optional<uint64_t> after_hdu(const ReadAt &read, uint64_t offset, const std::string &path)
{
    DataSize size;
    std::array<char, block_bytes> block{};
    for (uint64_t header_bytes = 0; header_bytes < longest_header_bytes; header_bytes += block_bytes)
    {
        if (read(offset + header_bytes, block.data(), block.size()) != block.size())
            return std::nullopt;
        for (size_t at = 0; at < block.size(); at += card_bytes)
        {
            const std::string_view card(block.data() + at, card_bytes);
            if (card.starts_with("END     "))
            {
                const std::optional<uint64_t> data = size.bytes();
                const uint64_t begin = offset + header_bytes + block_bytes;
                return data && *data < UINT64_MAX / 4
                           ? std::optional(begin + (*data + block_bytes - 1) / block_bytes * block_bytes)
                           : std::nullopt;
            }
            size.take(card, path);
        }
    }
    return std::nullopt;
}

}

void require_few_axes(const ReadAt &read, const std::string &path)
{
    std::optional<uint64_t> offset = 0;
    for (int hdu = 0; offset && hdu < most_hdus; ++hdu)
    {
        std::array<char, 8> start{};
        const bool is_header = read(*offset, start.data(), start.size()) == start.size() &&
                               (hdu == 0 || std::string_view(start.data(), start.size()) == "XTENSION");
        offset = is_header ? after_hdu(read, *offset, path) : std::nullopt;
    }
}

}
