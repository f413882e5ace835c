#include "keys/keys.hpp"

#include "failure.hpp"
#include "platform/platform.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <vector>
#include <zmq.h>

namespace dao::net
{

namespace
{

constexpr size_t key_bytes = 40;
constexpr uintmax_t file_limit_bytes = uintmax_t{1} << 20;

// The whole file, which may hold a secret.
Secret read_file(const std::filesystem::path &path)
{
    std::error_code error;
    if (const auto kind = std::filesystem::status(path, error).type();
        !error && kind != std::filesystem::file_type::regular && kind != std::filesystem::file_type::not_found)
        throw Failure(DAO_E_KEY, path.string() + ": no file; expected a file of keys"); // a pipe would be waited for
    const uintmax_t bytes = std::filesystem::file_size(path, error);
    std::ifstream file;
    file.rdbuf()->pubsetbuf(nullptr, 0); // no copy of it elsewhere
    file.open(path, std::ios::binary);
    if (error || !file)
        throw Failure(std::filesystem::exists(path, error) ? DAO_E_PERMISSION : DAO_E_NOT_FOUND,
                      path.string() + ": cannot read it; expected a file of keys");
    if (platform::exposure_of(path) ==
        platform::Exposure::all_may_write_it) // who may write keys into it decides who is trusted
        throw Failure(DAO_E_KEY,
                      path.string() + ": everybody may write this file of keys; expected its owner alone (chmod o-w)");
    if (bytes > file_limit_bytes)
        throw Failure(DAO_E_KEY, path.string() + ": " + std::to_string(bytes) + " bytes; expected a file of keys");
    Secret text(bytes);
    file.read(text.data(), static_cast<std::streamsize>(bytes));
    text.shorten(static_cast<size_t>(file.gcount()));
    return text;
}

using Words = std::vector<std::string_view>;

// The words of each line that is no remark.
std::vector<Words> lines_of(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\v\f";
    std::vector<Words> lines;
    while (!text.empty())
    {
        const std::string_view line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        Words words;
        for (size_t from = line.find_first_not_of(blanks); from != std::string_view::npos;)
        {
            const size_t to = std::min(line.find_first_of(blanks, from), line.size());
            words.push_back(line.substr(from, to - from));
            from = line.find_first_not_of(blanks, to);
        }
        if (!words.empty() && words[0][0] != '#')
            lines.push_back(std::move(words));
    }
    return lines;
}

// The key of the line that begins with `label`; empty when there is none.
std::string_view find_key(const std::vector<Words> &lines, std::string_view label)
{
    for (const Words &words : lines)
        if (words.size() >= 2 && words[0] == label && is_key(words[1]))
            return words[1];
    return {};
}

// Root may read what others wrote for themselves, and would take their secret for its own.
void check_closed(const std::filesystem::path &path)
{
    if (platform::is_of_another(path))
        throw Failure(DAO_E_KEY, path.string() + ": another user owns this file with a secret key, and so may read and "
                                                 "change it; expected one of this user or of root (chown)");
    if (platform::exposure_of(path) != platform::Exposure::none)
        throw Failure(DAO_E_KEY, path.string() +
                                     ": others may read or write this file with a secret key; expected mode "
                                     "0600 (chmod 600)");
}

}

bool has_encryption()
{
    return zmq_has("curve") == 1;
}

KeyPair make_key_pair()
{
    std::array<char, key_bytes + 1> public_key{};
    Secret secret_key(key_bytes);
    if (!has_encryption() || zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
        throw Failure(DAO_E_UNSUPPORTED, "keys: this libzmq cannot encrypt; expected one with CURVE");
    return {public_key.data(), std::move(secret_key)};
}

bool is_key(std::string_view text)
{
    if (text.size() != key_bytes)
        return false;
    std::array<char, key_bytes + 1> terminated{};
    text.copy(terminated.data(), key_bytes);
    std::array<uint8_t, 32> bytes{};
    const bool is_right = zmq_z85_decode(bytes.data(), terminated.data()) != nullptr;
    platform::wipe(terminated.data(), terminated.size());
    platform::wipe(bytes.data(), bytes.size());
    return is_right;
}

void write_key_pair(const std::filesystem::path &path)
{
    const KeyPair keys = make_key_pair();
    std::filesystem::path public_path = path;
    public_path += ".pub";
    const std::string before =
        "# A key pair of daoShm. Keep this file to yourself.\npublic " + keys.public_key + "\nsecret ";
    Secret text(before.size() + key_bytes + 1);
    before.copy(text.data(), before.size());
    std::memcpy(text.data() + before.size(), keys.secret_key.c_str(), key_bytes);
    text.data()[before.size() + key_bytes] = '\n';
    platform::write_new_file(path, text.view(), true);
    try
    {
        platform::write_new_file(public_path, "# A public key of daoShm.\npublic " + keys.public_key + "\n", false);
    }
    catch (const Failure &)
    {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
        throw;
    }
}

KeyPair read_key_pair(const std::filesystem::path &path)
{
    const Secret text = read_file(path);
    const std::vector<Words> lines = lines_of(text.view());
    KeyPair keys = {std::string(find_key(lines, "public")), Secret(find_key(lines, "secret"))};
    if (keys.public_key.empty() || keys.secret_key.empty())
        throw Failure(DAO_E_KEY, path.string() + ": no key pair found; expected lines `public KEY` and `secret KEY`, " +
                                     "as daoNetMakeKeys() writes them");
    check_closed(path);
    std::array<char, key_bytes + 1> derived{};
    if (zmq_curve_public(derived.data(), keys.secret_key.c_str()) != 0 || keys.public_key != derived.data())
        throw Failure(DAO_E_KEY, path.string() + ": the public key does not belong to the secret one; expected a pair");
    return keys;
}

std::string read_public_key(const std::filesystem::path &path)
{
    const Secret text = read_file(path);
    const std::vector<Words> lines = lines_of(text.view());
    if (!find_key(lines, "secret").empty())
        check_closed(path);
    const std::string key(find_key(lines, "public"));
    if (key.empty())
        throw Failure(DAO_E_KEY, path.string() + ": no public key found; expected a line `public KEY`");
    return key;
}

std::string public_key_from(const std::string &key_or_path)
{
    return is_key(key_or_path) ? key_or_path : read_public_key(key_or_path);
}

AllowedClients::AllowedClients(const std::string &path) : path_(path)
{
    if (!path_.empty())
        (void)holds("");
}

bool AllowedClients::allows(const std::string &public_key)
{
    if (path_.empty())
        return true;
    try
    {
        const bool is_allowed = holds(public_key);
        problem_.clear();
        return is_allowed;
    }
    catch (const Failure &failure)
    {
        problem_ = failure.what();
        return false;
    }
}

const std::string &AllowedClients::problem()
{
    if (!problem_.empty())
        (void)allows(""); // it may be over
    return problem_;
}

bool AllowedClients::holds(std::string_view public_key) const
{
    const Secret text = read_file(path_);
    bool is_there = false;
    size_t number = 0;
    for (const Words &words : lines_of(text.view()))
    {
        ++number;
        const std::string_view key = words[0] == "public" && words.size() > 1 ? words[1] : words[0];
        if (!is_key(key))
            throw Failure(DAO_E_KEY, path_.string() + ": no public key in line " + std::to_string(number) +
                                         " of those that are not comments; expected one of 40 characters");
        is_there = is_there || key == public_key;
    }
    return is_there;
}

}
