#include "keys/keys.hpp"

#include "failure.hpp"
#include "platform/platform.hpp"

#include <array>
#include <fstream>
#include <sstream>
#include <zmq.h>

namespace dao::net
{

namespace
{

constexpr size_t key_bytes = 40;
constexpr uintmax_t file_limit_bytes = uintmax_t{1} << 20;

// The words of a file, of those lines that are no remarks.
std::vector<std::vector<std::string>> read_lines(const std::filesystem::path &path)
{
    std::error_code error;
    const uintmax_t bytes = std::filesystem::file_size(path, error);
    std::ifstream file(path);
    if (error || !file)
        throw Failure(std::filesystem::exists(path, error) ? DAO_E_PERMISSION : DAO_E_NOT_FOUND,
                      path.string() + ": cannot read it; expected a file of keys");
    if (bytes > file_limit_bytes)
        throw Failure(DAO_E_KEY, path.string() + ": " + std::to_string(bytes) + " bytes; expected a file of keys");
    std::vector<std::vector<std::string>> lines;
    for (std::string line; std::getline(file, line);)
    {
        std::istringstream words(line);
        std::vector<std::string> found;
        for (std::string word; words >> word;)
            found.push_back(word);
        if (!found.empty() && found[0][0] != '#')
            lines.push_back(found);
    }
    return lines;
}

// The key of the line that begins with `label`; empty when there is none.
std::string find_key(const std::vector<std::vector<std::string>> &lines, const std::string &label)
{
    for (const auto &words : lines)
        if (words.size() >= 2 && words[0] == label && is_key(words[1]))
            return words[1];
    return {};
}

void check_closed(const std::filesystem::path &path)
{
    if (platform::is_readable_by_others(path))
        throw Failure(DAO_E_KEY,
                      path.string() + ": others may read this file with a secret key; expected mode 0600 (chmod 600)");
}

}

bool has_encryption()
{
    return zmq_has("curve") == 1;
}

KeyPair make_key_pair()
{
    std::array<char, key_bytes + 1> public_key{}, secret_key{};
    if (!has_encryption() || zmq_curve_keypair(public_key.data(), secret_key.data()) != 0)
        throw Failure(DAO_E_UNSUPPORTED, "keys: this libzmq cannot encrypt; expected one with CURVE");
    return {public_key.data(), secret_key.data()};
}

bool is_key(const std::string &text)
{
    std::array<uint8_t, 32> bytes{};
    return text.size() == key_bytes && zmq_z85_decode(bytes.data(), text.c_str()) != nullptr;
}

void write_key_pair(const std::filesystem::path &path)
{
    const KeyPair keys = make_key_pair();
    std::filesystem::path public_path = path;
    public_path += ".pub";
    platform::write_new_file(path,
                             "# A key pair of daoShm. Keep this file to yourself.\npublic " + keys.public_key +
                                 "\nsecret " + keys.secret_key + "\n",
                             true);
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
    const auto lines = read_lines(path);
    const KeyPair keys = {find_key(lines, "public"), find_key(lines, "secret")};
    if (keys.public_key.empty() || keys.secret_key.empty())
        throw Failure(DAO_E_KEY, path.string() + ": no key pair found; expected lines `public KEY` and `secret KEY`, " +
                                     "as daoNetMakeKeys() writes them");
    check_closed(path);
    std::array<char, key_bytes + 1> derived{};
    if (zmq_curve_public(derived.data(), keys.secret_key.c_str()) != 0 || keys.public_key != derived.data())
        throw Failure(DAO_E_KEY, path.string() + ": the public key does not belong to the secret one");
    return keys;
}

std::string read_public_key(const std::filesystem::path &path)
{
    const auto lines = read_lines(path);
    if (!find_key(lines, "secret").empty())
        check_closed(path);
    const std::string key = find_key(lines, "public");
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
        read();
}

bool AllowedClients::allows(const std::string &public_key)
{
    if (path_.empty())
        return true;
    refresh();
    return keys_.count(public_key) != 0;
}

void AllowedClients::read()
{
    std::set<std::string> keys;
    for (const auto &words : read_lines(path_))
    {
        const std::string &key = words[0] == "public" && words.size() > 1 ? words[1] : words[0];
        if (!is_key(key))
            throw Failure(DAO_E_KEY, path_.string() + ": a line begins with " + words[0].substr(0, key_bytes) +
                                         "; expected a public key of 40 characters");
        keys.insert(key);
    }
    std::error_code ignored;
    changed_ = std::filesystem::last_write_time(path_, ignored);
    bytes_ = std::filesystem::file_size(path_, ignored);
    keys_ = std::move(keys);
}

void AllowedClients::refresh()
{
    std::error_code error;
    const auto changed = std::filesystem::last_write_time(path_, error);
    if (!error && changed == changed_ && std::filesystem::file_size(path_, error) == bytes_)
        return;
    try
    {
        read();
    }
    catch (const Failure &)
    {
        keys_.clear();
    }
}

}
