// Opening arbitrary bytes: as they are, or a whole segment of any layout with some of its bytes altered, cut or added.
// What opens is used; what does not is refused with a cause, is left as it is, and what lies there can be told of.
#include "machine.hpp"
#include "use.hpp"

#include "format/extension.hpp"

#include <array>

using namespace fuzz;

namespace
{

using Bytes = std::vector<uint8_t>;

template <class T>
void put(Bytes &bytes, size_t offset, T value)
{
    if (offset + sizeof value <= bytes.size())
        std::memcpy(bytes.data() + offset, &value, sizeof value);
}

// A segment as DAO makes one, of its layout with FIFO or the one before.
Bytes dao_segment(Input &input)
{
    const bool has_fifo = input.below(2) == 0;
    const size_t metadata_bytes = has_fifo ? sizeof(IMAGE_METADATA) : offsetof(IMAGE_METADATA, fifo_size);
    const uint32_t depth = has_fifo ? 1 + input.below(3) : 1;
    const uint8_t atype = static_cast<uint8_t>(1 + input.below(12));
    const auto keywords = static_cast<uint16_t>(input.below(3));
    const uint32_t rows = 1 + input.below(8);
    const uint32_t columns = 1 + input.below(8);
    Bytes bytes(depth * (metadata_bytes + rows * columns * daoTypeSize(atype)) + keywords * sizeof(IMAGE_KEYWORD));
    put<uint8_t>(bytes, offsetof(IMAGE_METADATA, naxis), 2);
    put(bytes, offsetof(IMAGE_METADATA, size), rows);
    put(bytes, offsetof(IMAGE_METADATA, size) + 4, columns);
    put(bytes, offsetof(IMAGE_METADATA, nelement), uint64_t{rows} * columns);
    put(bytes, offsetof(IMAGE_METADATA, atype), atype);
    put(bytes, offsetof(IMAGE_METADATA, NBkw), keywords);
    put<uint16_t>(bytes, offsetof(IMAGE_METADATA, sem), 10);
    if (has_fifo)
        put(bytes, offsetof(IMAGE_METADATA, fifo_size), depth);
    return bytes;
}

// One of this library.
Bytes own_segment(Input &input, const std::string &name)
{
    IMAGE image = {};
    uint32_t size[3] = {1 + input.below(6), 1 + input.below(6), 1 + input.below(6)};
    require(daoShmImageCreate_FIFO(&image, name.c_str(), 1 + static_cast<long>(input.below(3)), size,
                                   static_cast<uint8_t>(1 + input.below(12)), 1, static_cast<int>(input.below(3)),
                                   1 + input.below(3)) == DAO_SUCCESS,
            "a segment can be made");
    daoShmCloseShm(&image);
    std::ifstream file(name, std::ios::binary);
    Bytes bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    std::filesystem::remove(name);
    return bytes;
}

// The places that say what the segment is, mostly.
size_t offset_in(Input &input, const Bytes &bytes)
{
    const size_t extension =
        bytes.size() > sizeof(dao::format::Extension) ? bytes.size() - sizeof(dao::format::Extension) : 0;
    switch (input.below(4))
    {
    case 0:
        return 80 + input.below(120);
    case 1:
        return 4296 + input.below(8);
    case 2:
        return extension + input.take<uint16_t>() % 1024;
    default:
        return bytes.empty() ? 0 : input.take<uint32_t>() % bytes.size();
    }
}

Bytes make(Input &input, const std::string &name)
{
    const uint32_t kind = input.below(3);
    if (kind == 0)
        return input.rest();
    Bytes bytes = kind == 1 ? dao_segment(input) : own_segment(input, name);
    const uint32_t longer_or_shorter = input.below(4);
    if (longer_or_shorter == 0)
        bytes.resize(input.take<uint16_t>() % (2 * bytes.size()));
    for (uint32_t changes = input.below(6); changes > 0 && !input.is_empty(); --changes)
    {
        const size_t offset = offset_in(input, bytes);
        if (input.below(2) == 0)
            put(bytes, offset, input.take<uint8_t>());
        else
            put(bytes, offset, input.take<uint64_t>());
    }
    return bytes;
}

// Elements and type as the file says them, when the library has accepted both.
void use(Input &input, IMAGE &image)
{
    Frame frame(image, image.md->nelement, image.md->atype);
    for (int calls = 0; calls < 8 && !input.is_empty(); ++calls)
        use_once(input, image, frame);
}

Bytes contents(const std::string &name)
{
    std::ifstream file(name, std::ios::binary);
    return Bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    static const std::string name = folder.file("b.im.shm");
    Input input(data, bytes);
    const Bytes made = make(input, name);
    {
        std::ofstream file(name, std::ios::binary);
        file.write(reinterpret_cast<const char *>(made.data()), static_cast<std::streamsize>(made.size()));
    }
    for (const bool read_only : {true, false})
    {
        IMAGE image = {};
        const int_fast8_t status =
            read_only ? daoShmOpenReadOnly(name.c_str(), &image) : daoShmShm2Img(name.c_str(), &image);
        if (status == DAO_SUCCESS)
            use(input, image);
        else
        {
            require(daoLastErrorCode() != DAO_E_NONE && std::strlen(daoLastErrorMessage()) > 0,
                    "a refusal has a cause");
            require(image.used != 1, "what was refused is closed");
            require(contents(name) == made, "what was refused is left as it is");
        }
        require(daoShmCloseShm(&image) == DAO_SUCCESS, "what was opened can be closed");
    }
    (void)daoShmRemove(name.c_str());
    folder.empty();
    return 0;
}
