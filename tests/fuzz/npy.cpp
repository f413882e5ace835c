// .npy files: arbitrary bytes, and files whose header says anything of the data that follow; with and without a file of
// records beside them.
#include "frames.hpp"

#include <array>

using namespace fuzz;

namespace
{

template <size_t Count>
std::string one_of(Input &input, const std::array<const char *, Count> &texts)
{
    const uint32_t index = input.below(Count + 1);
    return index < Count ? texts[index] : input.text(40);
}

std::string some_shape(Input &input)
{
    static constexpr std::array<const char *, 10> sizes{
        "0", "1", "2", "3", "5", "4294967296", "18446744073709551615", "9223372036854775808", "-1", "True"};
    std::string text = "(";
    for (uint32_t axes = input.below(5); axes > 0; --axes)
        text += one_of(input, sizes) + ", ";
    return text + ")";
}

std::string some_array(Input &input)
{
    static constexpr std::array<const char *, 14> types{
        "'|u1'", "'<f4'",  "'>f8'",    "'<c8'", "'>c16'", "'|b1'",          "'<i2'",
        "'>u4'", "'<f16'", "'<M8[s]'", "'|O'",  "'=i8'",  "[('a', '<f4')]", "[('x', '<u2', (3, 2)), ('', '|V4')]"};
    static constexpr std::array<const char *, 3> orders{"True", "False", "0"};
    std::string header = "{'descr': " + one_of(input, types) + ", 'fortran_order': " + one_of(input, orders) +
                         ", 'shape': " + some_shape(input) + ", }";
    if (input.below(4) == 0)
        header.insert(input.take<uint8_t>() % header.size(), input.text(20));
    const uint8_t version = static_cast<uint8_t>(1 + input.below(4));
    uint32_t length = static_cast<uint32_t>(header.size());
    if (input.below(8) == 0)
        length = input.take<uint32_t>();
    std::string bytes("\x93NUMPY", 6);
    bytes += {static_cast<char>(version), '\0'};
    bytes.append(reinterpret_cast<const char *>(&length), version == 1 ? 2 : 4);
    bytes += header;
    return bytes.append(input.take<uint16_t>() % 2000, 'x');
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    static const std::string path = folder.file("a.npy");
    Input input(data, bytes);
    const bool has_sidecar = input.below(4) == 0;
    std::string contents;
    if (input.below(3) > 0)
        contents = some_array(input);
    if (has_sidecar)
        write_file(path + ".json", input.text(250));
    if (const auto rest = input.rest(); contents.empty())
        contents.assign(rest.begin(), rest.end());
    write_file(path, contents);
    (void)is_done([] { read_all(*daoshm::open_frames(path)); });
    folder.empty();
    return 0;
}
