// Reading JSON that anybody may have sent: bounded before it is parsed, each value checked before it is used.
#pragma once

#include "wire/text.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace dao::net::wire
{

using Json = nlohmann::json;

constexpr uint32_t version = 1;
constexpr size_t header_limit_bytes = 4096;
constexpr size_t keywords_limit_bytes = size_t{1} << 24;
constexpr size_t offers_limit_bytes = size_t{1} << 24;

// A message is not what docs/wire.md says.
class BadMessage : public std::runtime_error
{
  public:
    using std::runtime_error::runtime_error;
};

// Parses a text of at most `limit_bytes` in which at most `depth` brackets are open at a time, and no object has two members of
// one name. Throws BadMessage.
Json parse(std::string_view text, size_t limit_bytes, int depth);
// The second part of a message: of a frame, or of an answer. Throws BadMessage.
Json parse_header(std::string_view text);

// Members of an object. They throw BadMessage when the member is missing or is something else.
const Json &member(const Json &object, const char *key);
uint64_t unsigned_member(const Json &object, const char *key, uint64_t limit = std::numeric_limits<uint64_t>::max());
int64_t signed_member(const Json &object, const char *key);
// A point in time from 1933 to 2079: differences of differences fit into 64 bits.
constexpr bool is_time(int64_t time_ns)
{
    constexpr int64_t first = -(int64_t{1} << 60), after_last = (int64_t{1} << 62) + first;
    return time_ns >= first && time_ns < after_last;
}
int64_t time_member(const Json &object, const char *key);
std::string text_member(const Json &object, const char *key, size_t limit_bytes);

// The same, and `otherwise` when the member is missing.
uint64_t unsigned_member_or(const Json &object, const char *key, uint64_t otherwise,
                            uint64_t limit = std::numeric_limits<uint64_t>::max());
std::string text_member_or(const Json &object, const char *key, const std::string &otherwise, size_t limit_bytes);

// Throws BadMessage unless the message is of this version of the wire.
void check_version(const Json &object);

// As bytes on the wire: invalid UTF-8 becomes replacement characters, and nothing else can go wrong.
inline std::string dump(const Json &json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}
