// FITS files: arbitrary bytes, and files of any cards: images, tables, tile compression, the recorder's own table. What
// cfitsio does with them is its own affair; what daoshm makes of it is not.
#include "frames.hpp"

#include <array>

using namespace fuzz;

namespace
{

constexpr size_t block_bytes = 2880;
constexpr size_t card_bytes = 80;

std::string card(std::string key, const std::string &value)
{
    key.resize(8, ' ');
    std::string text = key + "= " + std::string(value.size() < 20 ? 20 - value.size() : 0, ' ') + value;
    text.resize(card_bytes, ' ');
    return text;
}

std::string number(Input &input)
{
    static constexpr std::array<const char *, 16> numbers{
        "0",  "1",  "2",          "3",  "8",  "16",  "-32",   "-64",
        "32", "64", "2147483648", "-1", "99", "1.0", "32768", "9223372036854775807"};
    return numbers[input.below(numbers.size())];
}

std::string some_card(Input &input)
{
    static constexpr std::array<const char *, 29> keys{
        "BITPIX",  "NAXIS",   "NAXIS1",  "NAXIS2", "NAXIS3",   "NAXIS4",  "PCOUNT",  "GCOUNT", "BSCALE", "BZERO",
        "BLANK",   "TFIELDS", "TFORM1",  "TFORM2", "TTYPE1",   "TTYPE2",  "EXTNAME", "CTYPE1", "TZERO1", "ZIMAGE",
        "ZBITPIX", "ZNAXIS",  "ZNAXIS1", "ZTILE1", "ZCMPTYPE", "EXPTIME", "THEAP",   "GROUPS", "EXTEND"};
    static constexpr std::array<const char *, 12> texts{"'COMPLEX'",  "'FRAMES'", "'CNT0'",   "'1K'",
                                                        "'1PB(9)'",   "'CRC32'",  "'RICE_1'", "T",
                                                        "'ATIME_NS'", "(1, 2)",   "'it''s'",  "F"};
    const uint32_t index = input.below(keys.size() + 1);
    if (index == keys.size())
    {
        std::string text = input.text(card_bytes);
        text.resize(card_bytes, ' ');
        return text;
    }
    return card(keys[index], input.below(3) == 0 ? texts[input.below(texts.size())] : number(input));
}

std::string some_hdu(Input &input, bool is_first)
{
    static constexpr std::array<const char *, 3> kinds{"'IMAGE   '", "'BINTABLE'", "'TABLE   '"};
    std::string header = is_first ? card("SIMPLE", "T") : card("XTENSION", kinds[input.below(kinds.size())]);
    header += card("BITPIX", number(input));
    const uint32_t axes = input.below(5);
    header += card("NAXIS", std::to_string(axes));
    for (uint32_t axis = 1; axis <= axes; ++axis)
        header +=
            card("NAXIS" + std::to_string(axis), input.below(3) > 0 ? std::to_string(input.below(9)) : number(input));
    for (uint32_t more = input.below(10); more > 0; --more)
        header += some_card(input);
    header += "END";
    header.resize((header.size() + block_bytes - 1) / block_bytes * block_bytes, ' ');
    return header + std::string(input.below(4) * block_bytes, static_cast<char>(input.take<uint8_t>()));
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    static const std::array<std::string, 3> paths{folder.file("a.fits"), folder.file("a.fits.gz"), folder.file("a.fz")};
    Input input(data, bytes);
    const std::string &path = paths[input.below(8) < 6 ? 0 : 1 + input.below(2)];
    const std::string image = input.below(4) == 0 ? input.text(6) : "";
    std::string contents;
    if (input.below(4) > 0)
        for (uint32_t count = 1 + input.below(3); count > 0; --count)
            contents += some_hdu(input, contents.empty());
    if (const auto rest = input.rest(); contents.empty())
        contents.assign(rest.begin(), rest.end());
    write_file(path, contents);
    (void)is_done([&] { read_all(*daoshm::open_frames(path, image)); });
    folder.empty();
    return 0;
}
