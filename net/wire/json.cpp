#include "wire/json.hpp"

#include <set>
#include <string>
#include <vector>

namespace dao::net::wire
{

namespace
{

[[noreturn]] void fail(const char *key, const std::string &found, const std::string &expected)
{
    throw BadMessage(std::string(key) + ": " + found + "; expected " + expected);
}

// Asked for each piece that is parsed: refuses what is too deep, and a second member of the same name, of which readers take
// one or the other.
class Strict
{
  public:
    explicit Strict(int depth) : depth_(depth) {}

    bool operator()(int depth, Json::parse_event_t event, Json &parsed)
    {
        const bool is_opened = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
        if (is_opened && depth >= depth_)
            throw BadMessage("JSON: more than " + std::to_string(depth_) +
                             " brackets are open; expected at most as many");
        if (event == Json::parse_event_t::object_start)
            names_.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            names_.pop_back();
        else if (event == Json::parse_event_t::key && !names_.back().insert(parsed.get<std::string>()).second)
            throw BadMessage("JSON: two members " + clean(parsed.get<std::string>(), 40) + "; expected one");
        return true;
    }

  private:
    int depth_;
    std::vector<std::set<std::string>> names_; // of the objects that are open
};

std::string show(const Json &value)
{
    return clean(dump(value), 40);
}

}

Json parse(std::string_view text, size_t limit_bytes, int depth)
{
    if (text.size() > limit_bytes)
        throw BadMessage("JSON: " + std::to_string(text.size()) + " bytes; expected at most " +
                         std::to_string(limit_bytes));
    Strict strict(depth);
    Json result = Json::parse(
        text.begin(), text.end(),
        [&strict](int at, Json::parse_event_t event, Json &parsed) { return strict(at, event, parsed); }, false);
    if (result.is_discarded())
        throw BadMessage("JSON: " + clean(text, 40) + "; expected valid JSON");
    return result;
}

const Json &member(const Json &object, const char *key)
{
    if (!object.is_object())
        fail(key, show(object), "an object that has it");
    const auto found = object.find(key);
    if (found == object.end())
        fail(key, "missing", "it in the message");
    return *found;
}

uint64_t unsigned_member(const Json &object, const char *key, uint64_t limit)
{
    const Json &value = member(object, key);
    if (!value.is_number_unsigned() || value.get<uint64_t>() > limit)
        fail(key, show(value), "a whole number up to " + std::to_string(limit));
    return value.get<uint64_t>();
}

int64_t signed_member(const Json &object, const char *key)
{
    const Json &value = member(object, key);
    const bool is_too_large =
        value.is_number_unsigned() && value.get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()};
    if (!value.is_number_integer() || is_too_large)
        fail(key, show(value), "a whole number of 63 bits and a sign");
    return value.get<int64_t>();
}

int64_t time_member(const Json &object, const char *key)
{
    const int64_t time_ns = signed_member(object, key);
    if (!is_time(time_ns))
        fail(key, std::to_string(time_ns), "nanoseconds since 1970");
    return time_ns;
}

std::string text_member(const Json &object, const char *key, size_t limit_bytes)
{
    const Json &value = member(object, key);
    if (!value.is_string())
        fail(key, show(value), "a text");
    const auto &text = value.get_ref<const std::string &>();
    if (text.size() > limit_bytes)
        fail(key, std::to_string(text.size()) + " bytes", "at most " + std::to_string(limit_bytes));
    return text;
}

uint64_t unsigned_member_or(const Json &object, const char *key, uint64_t otherwise, uint64_t limit)
{
    return object.contains(key) ? unsigned_member(object, key, limit) : otherwise;
}

std::string text_member_or(const Json &object, const char *key, const std::string &otherwise, size_t limit_bytes)
{
    return object.contains(key) ? text_member(object, key, limit_bytes) : otherwise;
}

void check_version(const Json &object)
{
    if (const uint64_t found = unsigned_member(object, "v"); found != version)
        fail("v", std::to_string(found), std::to_string(version) + ": the other side is of another version");
}

}
