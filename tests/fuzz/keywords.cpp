// Keywords beside a table of what they should be: names, texts and comments of any bytes, full tables, types that change.
#include "fuzz.hpp"
#include "machine.hpp"

#include <dao.h>
#include <map>

using namespace fuzz;

namespace
{

constexpr int room = 4;

struct Expected
{
    char type = 'N';
    int64_t number = 0;
    double real = 0;
    std::string text;
    std::string comment;
};
using Table = std::map<std::string, Expected>;

std::string field(const char *text, size_t bytes)
{
    return std::string(text, strnlen(text, bytes));
}

void check(IMAGE &image, const Table &table)
{
    uint32_t count = 0;
    require(daoShmCountKeywords(&image, &count) == DAO_SUCCESS && count == table.size(),
            "as many keywords as were set");
    for (const auto &[name, expected] : table)
    {
        IMAGE_KEYWORD keyword = {};
        require(daoShmGetKeyword(&image, name.c_str(), &keyword) == DAO_SUCCESS, "a keyword that was set is there");
        require(field(keyword.name, sizeof keyword.name) == name, "its name is whole");
        require(keyword.type == expected.type, "its type is the last one");
        require(field(keyword.comment, sizeof keyword.comment) == expected.comment, "its comment is whole");
        if (expected.type == 'L')
            require(keyword.value.numl == expected.number, "its number is the last one");
        else if (expected.type == 'D')
            require(std::memcmp(&keyword.value.numf, &expected.real, sizeof expected.real) == 0,
                    "its value is the last one");
        else
            require(field(keyword.value.valstr, sizeof keyword.value.valstr) == expected.text, "its text is whole");
    }
}

void set(Input &input, IMAGE &image, Table &table)
{
    Expected expected;
    const std::string name = input.text(20).c_str();
    const uint32_t comments = input.below(3); // none leaves an old keyword's comment
    expected.comment = input.text(90).c_str();
    const char *comment = comments == 0 ? nullptr : expected.comment.c_str();
    int_fast8_t status = DAO_ERROR;
    switch (input.below(3))
    {
    case 0:
        expected.type = 'L';
        expected.number = input.take<int64_t>();
        status = daoShmSetKeywordLong(&image, name.c_str(), expected.number, comment);
        break;
    case 1:
        expected.type = 'D';
        expected.real = input.take<double>();
        status = daoShmSetKeywordDouble(&image, name.c_str(), expected.real, comment);
        break;
    default:
        expected.type = 'S';
        expected.text = input.text(20).c_str();
        status = daoShmSetKeywordString(&image, name.c_str(), expected.text.c_str(), comment);
        break;
    }
    const bool fits = !name.empty() && name.size() <= 16 && expected.text.size() <= 16 &&
                      (comment == nullptr || expected.comment.size() < 80);
    const bool has_room = table.size() < room || table.count(name) != 0;
    require((status == DAO_SUCCESS) == (fits && has_room), "what fits is set, and only that");
    if (status != DAO_SUCCESS)
        return;
    if (comment == nullptr)
        expected.comment = table.count(name) != 0 ? table[name].comment : "";
    table[name] = expected;
}

// Those of `table` that are there.
Table only_there(IMAGE &image, const Table &table)
{
    Table there;
    IMAGE_KEYWORD keyword = {};
    for (const auto &[name, expected] : table)
        if (daoShmGetKeyword(&image, name.c_str(), &keyword) == DAO_SUCCESS)
            there[name] = expected;
    return there;
}

// A list of them: as set one after the other, and nothing when one is none.
void set_list(Input &input, IMAGE &image, Table &table)
{
    const bool only_these = input.below(2) == 0;
    std::vector<IMAGE_KEYWORD> list;
    Table expected = only_these ? Table() : table;
    bool fits = true;
    for (uint32_t left = input.below(2 * room); left > 0; --left)
    {
        const std::string name = input.text(16).c_str();
        const int64_t number = input.take<int64_t>();
        IMAGE_KEYWORD keyword = {};
        name.copy(keyword.name, sizeof keyword.name);
        keyword.type = input.below(16) == 0 ? 'N' : 'L';
        keyword.value.numl = number;
        fits = fits && !name.empty() && keyword.type == 'L';
        list.push_back(keyword);
        expected[name] = {};
        expected[name].type = 'L';
        expected[name].number = number;
    }
    const bool has_room = expected.size() <= room;
    const int_fast8_t status = daoShmSetKeywords(&image, list.data(), static_cast<uint32_t>(list.size()),
                                                 only_these ? DAO_KEYWORDS_ONLY_THESE : 0);
    require((status == DAO_SUCCESS) == (fits && has_room), "a list that fits is set, and only that");
    if (status == DAO_SUCCESS)
        table = expected;
    else if (fits)
    {
        table = only_there(image, expected);
        require(table.size() == room, "as many are set as there is room for");
    }
}

}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes)
{
    static const Folder folder;
    Input input(data, bytes);
    IMAGE image = {};
    uint32_t size[1] = {3};
    const std::string name = folder.file("k.im.shm");
    require(daoShmImageCreate(&image, name.c_str(), 1, size, _DATATYPE_UINT8, 1, room) == DAO_SUCCESS,
            "a segment can be made");
    Table table;
    while (!input.is_empty())
    {
        const uint32_t action = input.below(5);
        if (action == 4)
            set_list(input, image, table);
        else if (action == 0)
        {
            const std::string removed = input.text(20).c_str();
            const bool was_there = table.erase(removed) != 0;
            require((daoShmRemoveKeyword(&image, removed.c_str()) == DAO_SUCCESS) == was_there,
                    "what is there is removed");
        }
        else
            set(input, image, table);
        check(image, table);
    }
    daoShmCloseShm(&image);
    folder.empty();
    return 0;
}
