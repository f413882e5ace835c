// CURVE keys, and the files that hold them.
#pragma once

#include "keys/secret.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace dao::net
{

// As text (Z85), 40 bytes each.
struct KeyPair
{
    std::string public_key;
    Secret secret_key;
};

// Whether libzmq can encrypt here.
bool has_encryption();
// Throws Failure when it cannot.
KeyPair make_key_pair();

// `path` with both keys, for its owner alone, and `path`.pub. Throws Failure.
void write_key_pair(const std::filesystem::path &path);
// Throws Failure when one is missing, or others may read the file.
KeyPair read_key_pair(const std::filesystem::path &path);
// From a file of either kind.
std::string read_public_key(const std::filesystem::path &path);
// The key itself, or the file that has it.
std::string public_key_from(const std::string &key_or_path);

bool is_key(std::string_view text);

// The clients that may subscribe: a file with a public key in each line, perhaps followed by a remark; lines that begin
// with # are remarks. Read for each who comes: no time or size of a file tells for certain that it is the same.
class AllowedClients
{
  public:
    // No file: everybody may. Throws Failure when the file cannot be read.
    explicit AllowedClients(const std::string &path);
    // While the file cannot be read, nobody.
    bool allows(const std::string &public_key);
    // Why it cannot be read, as far as it has been tried; empty while it can.
    const std::string &problem();

  private:
    // Whether the key is among them. Throws Failure when the file cannot be read, or a line is no key.
    bool holds(std::string_view public_key) const;

    std::filesystem::path path_;
    std::string problem_;
};

}
