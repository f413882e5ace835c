#include "network/address.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "text/exit_code.hpp"

namespace daoshm
{

namespace
{

constexpr int usual_port = 5555;

bool is_digit(char character)
{
    return character >= '0' && character <= '9';
}

bool is_host_character(char character)
{
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return is_letter(character) || is_digit(character) || character == '.' || character == '-' || character == '_';
}

bool is_in_brackets(std::string_view text)
{
    return text.size() > 2 && text.front() == '[' && text.back() == ']';
}

/// A name, an IPv4 address, or an IPv6 address in brackets.
bool is_host(std::string_view text)
{
    if (is_in_brackets(text))
        return std::all_of(text.begin() + 1, text.end() - 1, [](char character) {
            return is_host_character(character) || character == ':' || character == '%';
        });
    return !text.empty() && std::all_of(text.begin(), text.end(), is_host_character);
}

/// An IPv6 address without brackets. The command line has lost them where CLI11 took them for those of a list.
bool is_bare_ipv6(std::string_view text)
{
    const std::string_view address = text.substr(0, text.find('%'));
    const bool is_whole =
        address.find("::") != std::string_view::npos || std::count(address.begin(), address.end(), ':') == 7;
    return is_whole && address.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos &&
           is_host(fmt::format("[{}]", text));
}

/// The port that the text is; 0 when it is none.
int port_of(std::string_view text)
{
    if (text.empty() || text.size() > 5 || !std::all_of(text.begin(), text.end(), is_digit))
        return 0;
    const int port = std::stoi(std::string(text));
    return port <= 65535 ? port : 0;
}

/// Meant as a number, such as "99999", " 5555" or "-1": what is no port shall not become a segment's name.
bool is_numeric(std::string_view text)
{
    constexpr std::string_view blanks = " \t";
    const size_t begin = text.find_first_not_of(" \t+-");
    if (begin == std::string_view::npos)
        return false;
    const std::string_view digits = text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
    return std::all_of(digits.begin(), digits.end(), is_digit);
}

/// Split at the first colon that is not in brackets.
std::pair<std::string_view, std::string_view> split(std::string_view text)
{
    const size_t begin = text.starts_with('[') ? text.find(']') : 0;
    const size_t colon = begin == std::string_view::npos ? begin : text.find(':', begin);
    if (colon == std::string_view::npos)
        return {text, {}};
    return {text.substr(0, colon), text.substr(colon + 1)};
}

}

std::optional<Address> parse_address(const std::string &text)
{
    const auto [host, rest] = split(text);
    if (rest.empty() || host.size() == 1 || !is_host(host))
        return std::nullopt;
    if (rest.starts_with("//"))
        throw ToolError(fmt::format("'{}': begins with '{}://'; expected HOST[:PORT]:SEGMENT", text, host), exit_usage);
    Address address{std::string(is_in_brackets(host) ? host.substr(1, host.size() - 2) : host), usual_port, {}};
    const auto [first, second] = split(rest);
    if (is_numeric(first) && port_of(first) == 0)
        throw ToolError(fmt::format("'{}': port '{}'; expected a number from 1 to 65535", text, first), exit_usage);
    if (const int port = port_of(first); port != 0)
    {
        address.port = port;
        address.topic = second;
        return second.empty() && rest.size() != first.size() ? std::nullopt : std::optional(address);
    }
    address.topic = rest;
    return address;
}

Address parse_publisher(const std::string &text)
{
    if (is_bare_ipv6(text))
        return {text, usual_port, {}};
    if (std::optional<Address> address = parse_address(text))
        return *address;
    if (!is_host(text))
        throw ToolError(fmt::format("'{}': not an address; expected HOST[:PORT][:SEGMENT]", text), exit_usage);
    return {is_in_brackets(text) ? text.substr(1, text.size() - 2) : text, usual_port, {}};
}

std::string address_text(const Address &address)
{
    // In brackets also a host of one letter, which would be a drive.
    const bool is_plain = address.host.size() > 1 && is_host(address.host);
    const std::string host = is_plain ? address.host : "[" + address.host + "]";
    return fmt::format("{}:{}{}{}", host, address.port, address.topic.empty() ? "" : ":", address.topic);
}

}
