// A text that nobody else is to see: in memory of its own, which stays out of core files and, where the limits allow it, of
// the swap, and is wiped at its end. What libzmq is given it copies into memory of its own.
#pragma once

#include "platform/platform.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>

namespace dao::net
{

class Secret
{
  public:
    Secret() = default;
    explicit Secret(size_t bytes) : memory_(bytes + 1), bytes_(bytes) {}
    explicit Secret(std::string_view text) : Secret(text.size())
    {
        std::copy(text.begin(), text.end(), memory_.data()); // an empty one may point nowhere
    }

    bool empty() const noexcept { return bytes_ == 0; }
    char *data() noexcept { return memory_.data(); }
    const char *c_str() const noexcept { return empty() ? "" : memory_.data(); } // a zero follows the text
    std::string_view view() const noexcept { return {c_str(), bytes_}; }
    // Only the first bytes of it.
    void shorten(size_t bytes) noexcept { bytes_ = bytes; }

  private:
    platform::SecretMemory memory_;
    size_t bytes_ = 0;
};

}
