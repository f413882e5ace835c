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

// Goes through a text before it is parsed: refuses what is too deep, and a second member of the same name, of which readers take
// one or the other. The parser's own callback would do, but takes time with the square of a list's length.
class Strict final : public Json::json_sax_t
{
  public:
    explicit Strict(int depth) : depth_(depth) {}

    bool start_object(size_t) override
    {
        names_.emplace_back();
        return open();
    }
    bool end_object() override
    {
        names_.pop_back();
        return close();
    }
    bool start_array(size_t) override { return open(); }
    bool end_array() override { return close(); }
    bool key(std::string &name) override
    {
        if (!names_.back().insert(name).second)
            throw BadMessage("JSON: two members " + clean(name, 40) + "; expected one");
        return true;
    }
    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(Json::number_integer_t) override { return true; }
    bool number_unsigned(Json::number_unsigned_t) override { return true; }
    bool number_float(Json::number_float_t, const std::string &) override { return true; }
    bool string(std::string &) override { return true; }
    bool binary(Json::binary_t &) override { return true; }
    bool parse_error(size_t, const std::string &, const Json::exception &) override { return false; }

  private:
    bool open()
    {
        if (++open_ > depth_)
            throw BadMessage("JSON: more than " + std::to_string(depth_) +
                             " brackets are open; expected at most as many");
        return true;
    }
    bool close()
    {
        --open_;
        return true;
    }

    int depth_;
    int open_ = 0;
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
    if (!Json::sax_parse(text.begin(), text.end(), &strict))
        throw BadMessage("JSON: " + clean(text, 40) + "; expected valid JSON");
    return Json::parse(text.begin(), text.end());
}

Json parse_header(std::string_view text)
{
    return parse(text, header_limit_bytes, 4);
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
        fail(key, show(value), "a signed whole number of 64 bits");
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
