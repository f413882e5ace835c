#include "files/fits_header.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "frame/keyword.hpp"

namespace daoshm
{

namespace
{

constexpr const char *own_prefix = "DAO";
constexpr const char *hierarch_prefix = "HIERARCH DAO ";
constexpr const char *read_prefix = "DAO ";

bool is_user_keyword(const std::string &name)
{
    std::string card = fmt::format("{:<8}= 1", name);
    return fits_get_keyclass(card.data()) == TYP_USER_KEY;
}

bool is_plain_name(const std::string &name)
{
    const auto is_plain = [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= 8 && std::all_of(name.begin(), name.end(), is_plain) &&
           !name.starts_with(own_prefix) && is_user_keyword(name);
}

std::string printable(std::string text, char forbidden = '\0')
{
    for (char &c : text)
        if (c < ' ' || c > '~' || c == forbidden)
            c = c == forbidden ? '_' : '?';
    return text;
}

void write_keyword(fitsfile *file, const Dao::Keyword &keyword, int &status)
{
    const std::string fits_name =
        is_plain_name(keyword.name) ? keyword.name : hierarch_prefix + printable(keyword.name, '=');
    // A card holds 80 characters; cfitsio cuts a longer comment.
    const std::string comment = printable(keyword.comment);
    const auto *integer = std::get_if<int64_t>(&keyword.value);
    const auto *real = std::get_if<double>(&keyword.value);
    if (integer != nullptr)
        fits_write_key_lng(file, fits_name.c_str(), *integer, comment.c_str(), &status);
    else if (real != nullptr && std::isfinite(*real))
        fits_write_key_dbl(file, fits_name.c_str(), *real, -17, comment.c_str(), &status);
    else
        fits_write_key_str(file, fits_name.c_str(), printable(keyword_value_text(keyword)).c_str(), comment.c_str(),
                           &status);
}

/// The text of a value such as 'it''s  ': inner quotes are doubled, trailing blanks are not significant.
std::string unquoted(const std::string &value)
{
    std::string text;
    for (size_t i = 1; i + 1 < value.size(); ++i)
    {
        text += value[i];
        if (value[i] == '\'' && value[i + 1] == '\'')
            ++i;
    }
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

/// @return whether a segment can hold the keyword
bool parse_card(std::string name, char *value, const char *comment, Dao::Keyword &keyword)
{
    if (name.starts_with(read_prefix))
        name = name.substr(std::string(read_prefix).size());
    char type = 0;
    int status = 0;
    if (fits_get_keytype(value, &type, &status) != 0 || name.empty() || name.size() > keyword_name_room)
        return false;
    keyword.name = name;
    keyword.comment = std::string(comment).substr(0, keyword_comment_room);
    if (type == 'I')
        keyword.value = int64_t{std::strtoll(value, nullptr, 10)};
    else if (type == 'F')
        keyword.value = std::strtod(value, nullptr);
    else if (type == 'C')
        keyword.value = unquoted(value);
    else
        return false;
    const auto *text = std::get_if<std::string>(&keyword.value);
    return text == nullptr || text->size() <= keyword_text_room;
}

}

void write_keywords(fitsfile *file, const std::vector<Dao::Keyword> &keywords, const std::string &path)
{
    int status = 0;
    for (const Dao::Keyword &keyword : keywords)
        write_keyword(file, keyword, status);
    check_fits(status, path);
}

std::vector<Dao::Keyword> read_keywords(fitsfile *file, const std::string &path)
{
    int status = 0;
    int count = 0;
    fits_get_hdrspace(file, &count, nullptr, &status);
    check_fits(status, path);
    std::vector<Dao::Keyword> keywords;
    for (int i = 1; i <= count; ++i)
    {
        std::array<char, FLEN_KEYWORD> name{};
        std::array<char, FLEN_VALUE> value{};
        std::array<char, FLEN_COMMENT> comment{};
        if (fits_read_keyn(file, i, name.data(), value.data(), comment.data(), &status) != 0)
        {
            status = 0;
            continue;
        }
        const std::string found(name.data());
        const bool is_ours = found.starts_with(read_prefix);
        const bool describes_file = found.starts_with(own_prefix) && !is_ours;
        Dao::Keyword keyword;
        if ((is_ours || (!describes_file && is_user_keyword(found))) &&
            parse_card(found, value.data(), comment.data(), keyword))
            keywords.push_back(keyword);
    }
    return keywords;
}

}
