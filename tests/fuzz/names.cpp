// Hostile names: of any bytes, with and without DAO's named semaphores. A create makes one file, where the name says, which
// can be opened and removed, or leaves nothing. A name is a path: `..` in it leads out of its folder, here into those above it.
#include "fuzz.hpp"
#include "machine.hpp"

#include <dao.h>

using namespace fuzz;

namespace
{

// In the deepest of some folders. As many steps up as there are folders are kept, for the rest is not ours to write to.
std::string inside(const Folder &folder, std::string text)
{
    constexpr int steps_up = 3;
    const std::string deepest = folder.path() + "/a/b/c";
    std::filesystem::create_directories(deepest);
    int steps = 0;
    for (size_t at = text.find(".."); at != std::string::npos; at = text.find("..", at + 2))
        if (++steps > steps_up)
            text.replace(at, 2, "__");
    return deepest + "/" + text;
}

size_t count_files(const Folder &folder)
{
    size_t count = 0;
    for (const auto &entry : std::filesystem::recursive_directory_iterator(folder.path()))
        count += entry.is_regular_file() ? 1 : 0;
    return count;
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    Input input(data, bytes);
    DAO_CREATE_OPTIONS options = DAO_CREATE_OPTIONS_INIT;
    options.exclusive = input.below(2);
    const bool has_semaphores = input.below(8) == 0;
    const std::string prefix = has_semaphores ? "daofuzz" + std::to_string(getpid()) : "";
    const std::string text = input.text(120);
    const std::string name = inside(folder, prefix + text);
    options.compatibility = has_semaphores ? 1 : -1;
    const uint32_t size[1] = {3};
    IMAGE image = {}, other = {};
    const int_fast8_t status = daoShmImageCreateWith(&image, name.c_str(), 1, size, _DATATYPE_UINT8, &options);
    if (status == DAO_SUCCESS)
    {
        require(name.c_str() == std::string(image.name), "the name is kept whole");
        require(count_files(folder) == 1 && std::filesystem::is_regular_file(name.c_str()), "one file, where it says");
        require(daoShmShm2Img(name.c_str(), &other) == DAO_SUCCESS, "what was made can be opened");
        require(daoShmCloseShm(&other) == DAO_SUCCESS && daoShmCloseShm(&image) == DAO_SUCCESS, "and closed");
        require(daoShmRemove(name.c_str()) == DAO_SUCCESS, "and removed");
    }
    else
    {
        require(std::strlen(daoLastErrorMessage()) > 0, "a refusal has a cause");
        require(daoShmShm2Img(name.c_str(), &other) != DAO_SUCCESS, "what was not made does not open");
        (void)daoShmRemove(name.c_str());
    }
    require(count_files(folder) == 0, "nothing is left");
    folder.empty();
    return 0;
}
