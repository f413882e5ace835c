#include "files/fits_keywords.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "files/fits_number.hpp"
#include "frame/keyword.hpp"

namespace daoshm
{

namespace
{

constexpr const char *own_prefix = "DAO";
constexpr const char *hierarch_prefix = "HIERARCH DAO ";
constexpr const char *read_prefix = "DAO ";
// Beside those with its prefix, the recorder's own.
constexpr std::array own_names{"DATE-OBS", "DATE-BEG", "DATE-END", "CTYPE1"};

bool is_own_name(const std::string &name)
{
    return std::find(own_names.begin(), own_names.end(), name) != own_names.end();
}

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
           !name.starts_with(own_prefix) && !is_own_name(name) && is_user_keyword(name);
}

void write_keyword(fitsfile *file, const Dao::Keyword &keyword, int &status)
{
    const std::string fits_name =
        is_plain_name(keyword.name) ? keyword.name : hierarch_prefix + ascii_text(keyword.name, '=');
    // A card holds 80 characters; cfitsio cuts a longer comment.
    const std::string comment = ascii_text(keyword.comment);
    const auto *integer = std::get_if<int64_t>(&keyword.value);
    const auto *real = std::get_if<double>(&keyword.value);
    if (integer != nullptr)
        fits_write_key_lng(file, fits_name.c_str(), *integer, comment.c_str(), &status);
    else if (real != nullptr && std::isfinite(*real))
        fits_write_key_dbl(file, fits_name.c_str(), *real, -17, comment.c_str(), &status);
    else
        fits_write_key_str(file, fits_name.c_str(), ascii_text(keyword_value_text(keyword)).c_str(), comment.c_str(),
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

/// Why a segment cannot hold the keyword; nothing when it can.
std::string parse_card(std::string name, const std::string &value, const char *comment, Dao::Keyword &keyword)
{
    if (name.starts_with(read_prefix))
        name = name.substr(std::string(read_prefix).size());
    if (name.size() > keyword_name_room)
        return fmt::format("a name of {} bytes", name.size());
    keyword.name = name;
    keyword.comment = std::string(comment).substr(0, keyword_comment_room);
    if (value.empty())
        return "no value";
    if (value.starts_with('\''))
    {
        const std::string text = unquoted(value);
        keyword.value = text;
        return text.size() > keyword_text_room ? fmt::format("text of {} bytes", text.size()) : "";
    }
    const std::optional<FitsNumber> number = fits_number(value);
    if (!number)
        return value;
    std::visit([&](auto found) { keyword.value = found; }, *number);
    return "";
}

/// Does it say how the numbers lie in the file, or is it no keyword but a text?
bool describes_bytes(const std::string &name)
{
    std::string card = fmt::format("{:<8}= 1", name);
    switch (fits_get_keyclass(card.data()))
    {
    case TYP_STRUC_KEY:
    case TYP_CMPRS_KEY:
    case TYP_SCAL_KEY:
    case TYP_NULL_KEY:
    case TYP_HDUID_KEY:
    case TYP_CKSUM_KEY:
    case TYP_COMM_KEY:
    case TYP_CONT_KEY:
        return true;
    default:
        return false;
    }
}

/// Does the card say something of the file that is no keyword of a segment?
bool describes_file(const std::string &name, bool is_written_by_us)
{
    if (name.starts_with(read_prefix))
        return false;
    const bool is_ours = is_written_by_us && (name.starts_with(own_prefix) || is_own_name(name));
    return name.empty() || is_ours || describes_bytes(name);
}

}

std::string ascii_text(std::string text, char forbidden)
{
    for (char &c : text)
        if (c < ' ' || c > '~' || c == forbidden)
            c = c == forbidden ? '_' : '?';
    return text;
}

void write_keywords(fitsfile *file, const std::vector<Dao::Keyword> &keywords, const std::string &path)
{
    int status = 0;
    for (const Dao::Keyword &keyword : keywords)
        write_keyword(file, keyword, status);
    check_fits(status, path);
}

std::vector<Dao::Keyword> read_keywords(fitsfile *file, const std::string &path, std::vector<std::string> &left_out)
{
    int status = 0;
    int count = 0;
    fits_get_hdrspace(file, &count, nullptr, &status);
    check_fits(status, path);
    std::array<char, FLEN_CARD> own_card{};
    const bool is_written_by_us = fits_read_card(file, "DAOTYPE", own_card.data(), &status) == 0;
    fits_clear_errmsg();
    std::vector<Dao::Keyword> keywords;
    std::set<std::string> names;
    for (int i = 1; i <= count; ++i)
    {
        std::array<char, FLEN_KEYWORD> name{};
        std::array<char, FLEN_VALUE> value{};
        std::array<char, FLEN_COMMENT> comment{};
        status = 0;
        if (fits_read_keyn(file, i, name.data(), value.data(), comment.data(), &status) != 0)
        {
            fits_clear_errmsg();
            continue;
        }
        if (describes_file(name.data(), is_written_by_us))
            continue;
        Dao::Keyword keyword;
        std::string reason = parse_card(name.data(), value.data(), comment.data(), keyword);
        if (reason.empty() && !names.insert(keyword.name).second)
            reason = "a second value";
        if (reason.empty())
            keywords.push_back(keyword);
        else
            left_out.push_back(fmt::format("{} ({})", name.data(), reason));
    }
    return keywords;
}

}
